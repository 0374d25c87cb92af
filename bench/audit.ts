import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Group, Row, row } from './rows';
import { comparisonQuery, digestQuery } from '../src/stored/audit/runtime/sql';
import { Copies, mistakesOf, QueryResult, QueryStats, TrinoEngine } from '../test/e2e/support/audit-engine';
import { ONE_WAY, plant, Random } from '../test/simulators/inventory';

/** In each of two copies. */
const VERSIONS = Number(process.env.AUDIT_VERSIONS ?? 10_000_000);
const RCLONE_OBJECTS = Math.min(VERSIONS, 1_000_000);
/** In gigabytes: what the full join needs. */
const HEAP = 12;
const MB = 1_000_000;

const { 'other content': _, ...KINDS } = ONE_WAY.kinds;
/** Without ETags, which copies with a KMS key do not share. */
const SCENARIO = { ...ONE_WAY, kinds: KINDS, rules: { ...ONE_WAY.rules, compareEtags: false } };

const GROUP = {
  title: 'The audit',
  how: `Two copies of ${VERSIONS.toLocaleString('en')} versions with ${Object.keys(KINDS).length} kinds of differences and of harmless variations, in Trino, whose SQL is that of Athena, with one node. The comparison is compared with the same query without its first step, a full join of both inventories that explains every version, and with a join that only counts the differences. Processor time is that of all cores. Bytes that cross Regions are those of the inventory in the replica's Region, if Athena runs in the primary's. The last rows are for ${RCLONE_OBJECTS.toLocaleString('en')} objects with one version, compared with \`rclone check --size-only\` of two local folders with 1,000 objects each, which needs no requests; over S3 it lists both buckets. Trino has started before, and the memory of a query is that without the server's.`,
  needs: 'Trino, which `test/e2e/install.sh trino` installs, and `rclone`',
};

/** Measures the comparison and the digests, beside a full join and `rclone check`. */
export async function benchAudit(): Promise<Group> {
  const rclone = rcloneVersion();
  if (!TrinoEngine.installed || !rclone) {
    process.stderr.write(`Skipping the audit: it requires ${GROUP.needs}.\n`);
    return { ...GROUP, versions: [], rows: [] };
  }
  const root = mkdtempSync(join(tmpdir(), 'bench-audit-'));
  const trino = await TrinoEngine.start(root, HEAP);
  try {
    const rows = [...(await large(trino, root)), ...(await besideRclone(trino, root))];
    return { ...GROUP, versions: ['Trino 476', rclone], rows };
  } finally {
    await trino.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function large(trino: TrinoEngine, root: string): Promise<Row[]> {
  const planted = plant(SCENARIO, 200, new Random(1));
  const copies = await Copies.create(SCENARIO, planted, { bulk: VERSIONS, rowsInFile: 1_000_000, root });
  try {
    copies.addTo(trino);
    const query = comparisonQuery(copies.comparison(), { index: 0, count: 1 });
    // Compiles what all queries share.
    await trino.query(query);
    const counted = await trino.query(fullJoin(copies));
    const explained = await trino.query(query.replace(' WHERE key_hash IN (SELECT key_hash FROM changed)', ''));
    const comparison = await trino.query(query);
    for (const { rows } of [comparison, explained]) {
      const mistakes = mistakesOf([rows], planted.expected);
      if (mistakes.length > 0) throw new Error(`The comparison is wrong: ${mistakes.slice(0, 3).join(', ')}`);
    }
    const digests = await trino.query(digestQuery(copies.copy('target')));
    const inventory = sum(copies.inventory('target').data.map((key) => statSync(`${copies.folder}/${key}`).size));
    const [both, crossing] = [2 * VERSIONS, comparison.stats.inputBytes / 2 / MB];
    const memoryOf = ({ stats }: QueryResult) => stats.peakMemoryBytes / MB;
    return [
      row('versions per second and core', perSecond(both, comparison.stats), '/s', perSecond(both, explained.stats)),
      row('peak memory of a comparison', memoryOf(comparison), 'MB', memoryOf(explained)),
      row(
        'versions per second and core, compared with a join that only counts',
        perSecond(both, comparison.stats),
        '/s',
        perSecond(both, counted.stats),
      ),
      row('peak memory, compared with a join that only counts', memoryOf(comparison), 'MB', memoryOf(counted)),
      row('bytes of a comparison that cross Regions, compared with the inventory', crossing, 'MB', inventory / MB),
      row(
        'versions per second and core, digests of one copy',
        perSecond(VERSIONS, digests.stats),
        '/s',
        perSecond(both, explained.stats),
      ),
      row('bytes of the digests, compared with the inventory', bytesOf(digests) / MB, 'MB', inventory / MB),
    ];
  } finally {
    copies.close();
  }
}

/** The size of Athena's CSV file. */
function bytesOf({ rows }: QueryResult): number {
  return sum(rows.map((each) => Object.values(each).join('","').length + 3));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Counts what one copy lacks, and what differs. */
function fullJoin(copies: Copies): string {
  const rows = (side: 'source' | 'target') => {
    const { database, table, dt } = copies.copy(side);
    return `(SELECT key, coalesce(version_id, '') AS version, size, is_delete_marker AS marker
      FROM "${database}"."${table}" WHERE dt = '${dt}')`;
  };
  return `SELECT count(*) AS differences FROM ${rows('source')} s FULL OUTER JOIN ${rows('target')} t
    ON s.key = t.key AND s.version = t.version
    WHERE s.key IS NULL OR t.key IS NULL OR s.size <> t.size OR s.marker <> t.marker`;
}

async function besideRclone(trino: TrinoEngine, root: string): Promise<Row[]> {
  const kinds = {
    lost: {
      plant: (p: { onlySource(reason: 'missing', draft: { age: number }): void }) =>
        p.onlySource('missing', { age: 5 }),
    },
  };
  const scenario = { ...SCENARIO, kinds };
  const planted = plant(scenario, 10, new Random(1));
  // One and a half versions for each key.
  const copies = await Copies.create(scenario, planted, { bulk: RCLONE_OBJECTS, root });
  const folders = ['primary', 'replica'].map((name) => join(root, name));
  try {
    copies.addTo(trino);
    const comparison = await trino.query(comparisonQuery(copies.comparison(), { index: 0, count: 1 }));
    for (const [index, folder] of folders.entries()) createObjects(folder, index === 0 ? 0 : 10);
    const check = await rcloneCheck(folders[0], folders[1]);
    return [
      row('seconds, compared with `rclone check`', comparison.stats.elapsedMs / 1000, 's', check.seconds),
      row(
        'objects per second and core, compared with `rclone check`',
        perSecond(RCLONE_OBJECTS, comparison.stats),
        '/s',
        RCLONE_OBJECTS / check.cpuSeconds,
      ),
      row(
        'peak memory, compared with `rclone check`',
        comparison.stats.peakMemoryBytes / MB,
        'MB',
        check.peakBytes / MB,
      ),
    ];
  } finally {
    copies.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** Sparse files, without the first few. */
function createObjects(folder: string, lost: number): void {
  for (let index = 0; index < RCLONE_OBJECTS; index++) {
    const dir = join(folder, String(Math.floor(index / 1000)).padStart(6, '0'));
    if (index % 1000 === 0) mkdirSync(dir, { recursive: true });
    if (index < lost) continue;
    const path = join(dir, `clip-${index}.mp4`);
    writeFileSync(path, '');
    truncateSync(path, 1 + (index % 1_000_000));
  }
}

async function rcloneCheck(source: string, target: string) {
  const start = Date.now();
  const child = spawn('rclone', ['check', '--size-only', '--config', '/dev/null', source, target], { stdio: 'ignore' });
  let [peakBytes, cpuSeconds] = [0, 0];
  // The kernel keeps both until the process has ended.
  const poll = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      if (kilobytes) peakBytes = Number(kilobytes) * 1024;
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has just ended.
    }
  }, 20);
  // It fails, because objects are missing.
  await once(child, 'exit');
  clearInterval(poll);
  return { seconds: (Date.now() - start) / 1000, peakBytes, cpuSeconds };
}

function perSecond(versions: number, { cpuMs }: QueryStats): number {
  return versions / (cpuMs / 1000);
}

function rcloneVersion(): string | undefined {
  try {
    return execFileSync('rclone', ['version'], { encoding: 'utf8' }).split('\n')[0];
  } catch {
    return undefined;
  }
}
