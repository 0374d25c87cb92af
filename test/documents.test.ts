import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as meeting from '../src/live/meeting/contract';
import { CONTROL_REGIONS, MEDIA_REGIONS } from '../src/live/meeting/regions';
import { MAX_PREFIX_LENGTH } from '../src/private/naming';
import * as backfill from '../src/stored/backfill/contract';
import { MAX_PAGE } from '../src/stored/backfill/runtime/failures/failures';
import { OVERHEAD_SECONDS } from '../src/stored/canary/contract';
import { haproxyConfig } from '../src/stored/proxy/haproxy-config';
import * as routing from '../src/stored/routing/contract';

const ROOT = join(__dirname, '..');

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const markdownIn = (folder: string, recursive = false) =>
  readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));

const pages = ['README.md', 'VERSIONS.md', 'CHANGELOG.md', ...markdownIn('docs', true).map((name) => `docs/${name}`)];

/** What a heading is linked by. */
function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^-\w ]/g, '')
      .replace(/ /g, '-'),
  );
}

/** Where the links of a page lead, without those to other sites. */
function links(page: string): { link: string; target: string; anchor?: string }[] {
  return [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([link, path, anchor]) => ({
    link,
    target: path ? relative(ROOT, resolve(dirname(join(ROOT, page)), path)) : page,
    anchor,
  }));
}

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    for (const { link, target, anchor } of links(page)) {
      expect({ link, exists: existsSync(join(ROOT, target)) }).toEqual({ link, exists: true });
      if (anchor) expect(anchors(read(target))).toContain(anchor);
    }
  });
});

describe('the index', () => {
  const targets = (page: string) => new Set(links(page).map(({ target }) => target));

  test('of the documents has every page', () => {
    const known = targets('docs/README.md');
    const all = markdownIn('docs').map((name) => (name === 'README.md' ? 'docs/decisions/README.md' : `docs/${name}`));
    expect(all.filter((page) => !known.has(page))).toEqual([]);
  });

  test('of the decisions has each by its number and title, in order', () => {
    const listed = [...read('docs/decisions/README.md').matchAll(/^(\d+)\. \[(.+)\]\((.+)\)$/gm)];
    const decisions = markdownIn('docs/decisions').filter((name) => name !== 'README.md');
    const titled = decisions.sort().map((name) => {
      const [, number, title] = /^# (\d+)\. (.+)$/m.exec(read(`docs/decisions/${name}`))!;
      expect(name.startsWith(`${number.padStart(4, '0')}-`)).toBe(true);
      return [number, title, name];
    });
    expect(listed.map(([, ...entry]) => entry)).toEqual(titled);
  });
});

describe('code in TypeScript', () => {
  test('compiles, in every document', () => {
    const dir = mkdtempSync(join(tmpdir(), 'snippets-'));
    const installed = (name: string) => dirname(require.resolve(`${name}/package.json`));
    const paths = {
      'cdk-media-replication': [join(ROOT, 'src')],
      ...Object.fromEntries(
        ['aws-cdk-lib', 'constructs'].flatMap((name) => [
          [name, [installed(name)]],
          [`${name}/*`, [`${installed(name)}/*`]],
        ]),
      ),
      '*': [join(ROOT, 'node_modules/*')],
    };
    const files = pages.flatMap((page) =>
      [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], index) => {
        const file = `${page.replace(/\W/g, '-')}-${index + 1}.ts`;
        writeFileSync(join(dir, file), code);
        return file;
      }),
    );
    expect(files.length).toBeGreaterThan(15);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      lib: ['es2022', 'dom'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths,
    };
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    try {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      execFileSync(process.execPath, [tsc, '--project', dir], { encoding: 'utf8' });
    } catch (error) {
      throw new Error((error as { stdout?: string }).stdout || String(error));
    } finally {
      rmSync(dir, { recursive: true });
    }
  }, 120_000);
});

describe('docs/migration.md', () => {
  test('explains every error that a deployment of replication rules can fail with', () => {
    const source = ['merge-rules', 'rules-resource']
      .map((name) => read(`src/stored/bucket/runtime/${name}.ts`))
      .join('');
    const thrown = [...source.matchAll(/throw new (?:Error|RulesConflict)\(\s*([^]+?),?\s*\);\n/g)]
      .map(([, text]) => text.replace(/['`] \+\s+['`]/g, '').replace(/\\/g, ''))
      .filter((message) => !message.includes('is deleted with this stack')); // when the stack is deleted
    const [, table] = read('docs/migration.md').split('| the event of the stack says |');
    const explained = [...table.split('\n\n')[0].matchAll(/^\| `([^`]+)` \|/gm)].map(([, message]) => message);
    expect(thrown.filter((message) => !explained.some((part) => message.includes(part)))).toEqual([]);
    expect(explained.filter((part) => !thrown.some((message) => message.includes(part)))).toEqual([]);
  });
});

describe('docs/limits.md', () => {
  const rows = read('docs/limits.md')
    .split('\n')
    .filter((line) => /^\| (?!---|limit |where )/.test(line));

  const isWritten = (value: number) => value.toLocaleString('en-US');

  /** The text of a constant that a file keeps to itself. */
  function textOf(file: string, name: string): string {
    const [, text] = new RegExp(`^const ${name} = (.+);$`, 'm').exec(read(`${file}.ts`)) ?? [];
    if (text === undefined) throw new Error(`${file}.ts has no constant ${name}.`);
    return text;
  }

  function numberOf(file: string, name: string): number {
    const factors = textOf(file, name).replace(/_/g, '').split(' * ').map(Number);
    return factors.reduce((product, factor) => product * factor);
  }

  function durationOf(file: string, name: string): Duration {
    const [, unit, count] = /^Duration\.(days|hours|minutes|seconds)\((\d+)\)$/.exec(textOf(file, name))!;
    return Duration[unit as 'days'](Number(count));
  }

  const count = (file: string, name: string) => isWritten(numberOf(file, name));
  const seconds = (file: string, name: string) => `${isWritten(numberOf(file, name) / 1_000)} s`;
  const passedHeaders = /del-header \^\(\?!\(([^)]+)\)/.exec(
    haproxyConfig({ upstreamHost: 'b', balancerIdleTimeout: 60, maxConnections: 1 }),
  )![1];

  test.each([
    ['rules in an imported bucket', count('src/stored/bucket/runtime/merge-rules', 'MAX_RULES')],
    ['tries to put rules', count('src/stored/bucket/runtime/rules-resource', 'TRIES')],
    ['`namePrefix`', `${MAX_PREFIX_LENGTH} characters`],
    ['a reason in a failed deployment', `${count('src/private/runtime/custom-resource', 'MAX_REASON')} characters`],

    ['how often a backfill is tried', `${backfill.MAX_BACKFILL_ATTEMPTS} times`],
    ['`repair.maxAttempts`', `by default ${backfill.DEFAULT_MAX_ATTEMPTS}`],
    ['objects in a repair', isWritten(backfill.MAX_REPAIR_OBJECTS)],
    ['finished repairs', count('src/stored/backfill/runtime/status', 'REPAIRS_SHOWN')],
    [
      'failures in a page',
      `1 to ${isWritten(MAX_PAGE)}, by default ${count('src/stored/backfill/runtime/status', 'DEFAULT_PAGE')}`,
    ],
    ['how long a failure is kept', `${count('src/stored/backfill/runtime/failures/failures', 'KEPT_DAYS')} days`],
    ['how long a failure is kept', `${count('src/stored/backfill/runtime/failures/failures', 'GONE_DAYS')} days`],
    ['how long reports, lists and repairs', `${count('src/stored/backfill/runtime/jobs/worker', 'KEPT_DAYS')} days`],
    ['how long reports, lists and repairs', durationOf('src/stored/backfill/job-store', 'KEPT').toHumanString()],
    ['how long events of failures wait', `${count('src/stored/backfill/failure-queue', 'MAX_RECEIVES')} vain tries`],

    ['request headers that reach S3', String(passedHeaders.split('|').length)],
    ['connections of a server', count('src/stored/proxy/proxy-service', 'MAX_CONNECTIONS')],

    ['objects in a call', isWritten(routing.MAX_OBJECTS)],
    ["an object's key", `1 to ${isWritten(routing.MAX_KEY_BYTES)} bytes`],
    ['`createdAt` in the future', seconds('src/stored/routing/runtime/request', 'CLOCK_SKEW_MS')],
    ["a link's life |", `1 to ${isWritten(routing.MAX_LINK_SECONDS)} s`],
    ["a link's life, by default", durationOf('src/stored/routing/media-router', 'DEFAULT_LIFETIME').toHumanString()],
    [
      "a link's life, by default",
      `at most ${durationOf('src/stored/routing/media-router', 'DEFAULT_MAX_LIFETIME').toHumanString()}`,
    ],
    ['questions at once', count('src/stored/routing/runtime/object-reader', 'CONCURRENCY')],
    ['a copy that did not answer', seconds('src/stored/routing/runtime/arrivals', 'REST_MS')],
    ['versions that are known', count('src/stored/routing/runtime/arrivals', 'VERSIONS_KEPT')],
    ['how long a version is taken for missing', seconds('src/stored/routing/runtime/arrivals', 'SHORTLY_MS')],
    ['`replicationDelay`', `0 to ${count('src/stored/routing/runtime/preferences', 'MAX_DELAY_SECONDS')} s`],
    ['`replicationDelay`', `by default ${routing.DEFAULT_DELAY_SECONDS}`],
    ['a change of preferences', `${count('src/stored/routing/runtime/live-preferences', 'POLL_SECONDS')} s`],
    ['fallbacks to the primary', `${count('src/stored/routing/router-alarms', 'FALLBACK_PERCENT')} %`],

    ['attendees of a session', String(meeting.MAX_ATTENDEES)],
    ['attendees with `FHD`', count('src/live/meeting/replicated-meeting', 'SHARP_ATTENDEES')],
    ['replicas of a meeting', String(meeting.DEFAULT_REPLICAS)],
    ['sessions at once', String(meeting.DEFAULT_CONCURRENT_MEETINGS)],
    ['seats of a meeting', isWritten(meeting.MAX_ATTENDEES * (1 + meeting.DEFAULT_REPLICAS))],
    ['participants of a batch', String(meeting.MAX_BATCH)],
    ['seats that a transaction takes', count('src/live/meeting/runtime/seats/batch-joining', 'SEATS_AT_ONCE')],
    ['places on the stage', `${count('src/live/meeting/replicated-meeting', 'STAGE_SLOTS')} by default`],
    ['`stageGrace`', `0 to ${count('src/live/meeting/room-rules', 'DAY_SECONDS')} s`],
    ['`stageGrace`', `by default ${count('src/live/meeting/replicated-meeting', 'STAGE_GRACE_SECONDS')}`],
    ['a start |', seconds('src/live/meeting/runtime/rooms/generations', 'START_MS')],
    ["somebody else's start or end", seconds('src/live/meeting/runtime/rooms/generations', 'LEASE_MS')],
    ['control regions', String(CONTROL_REGIONS.length)],
    ['media regions', String(MEDIA_REGIONS.length)],

    ['`timeout`', durationOf('src/stored/canary/validation', 'MAX_TIMEOUT').toHumanString()],
    ['`timeout`', `${OVERHEAD_SECONDS} s`],
    ['`prefix`', `${count('src/stored/canary/canary-object', 'MAX_PREFIX_BYTES')} bytes`],
    ['tags, those of the rules', count('src/stored/canary/canary-object', 'MAX_TAGS')],
    ['a read through a proxy', `${durationOf('src/stored/canary/canary-alarms', 'PROXY_LATENCY').toSeconds()} s`],

    ['alarms in the overview', count('src/platform/monitoring/media-monitoring', 'MAX_ALARMS_IN_A_WIDGET')],
    ['alarms that a rule of EventBridge', count('src/platform/monitoring/alarm-routes', 'ALARMS_PER_RULE')],
    ['a template for `aws cloudformation', `${count('cli/deployment/steps', 'LARGEST_DIRECT_TEMPLATE')} bytes`],
  ])('says of %s: %s', (limit, number) => {
    const [row, ...others] = rows.filter((line) => line.startsWith(`| ${limit}`));
    expect(others).toEqual([]);
    const whole = number.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    expect(row).toMatch(new RegExp(`(?<![\\d,.])${whole}(?!\\d|[.,]\\d)`));
  });

  test('says of every limit whose it is, and what happens', () => {
    for (const row of rows) {
      const [, limit, number, whose] = row.split(/ ?(?<!\\)\| ?/);
      expect({ row, complete: [limit, number, whose].every((cell) => cell !== '') }).toEqual({ row, complete: true });
    }
  });

  test('has every quota that the command line plans with', () => {
    const codes = [...read('cli/plan/quotas.ts').matchAll(/code: '(L-\w+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(3);
    for (const code of codes) expect(rows.filter((row) => row.includes(code))).not.toEqual([]);
  });
});
