import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, expectNone, replicationProblems } from './checks';
import { KeyDifference, VersionDifference } from './comparison';
import { estimateText, snapshotKey } from './failover';
import { readLines } from './lines';
import { FailoverPlan } from './plan';
import type { Platform, Site } from './platform';
import { FailoverRecord, Records } from './records';
import { Tally, writeReport } from './report';
import { follows, regionOfLinks } from './routers';
import { Snapshot } from './snapshot';
import { AwsError } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';
import { inTemporaryFolder } from '../deployment/folder';
import { describeReplication } from '../status/backfill';

/** Newer versions can be in flight: S3 replicates them within 15 minutes. */
const IN_FLIGHT_MS = 15 * 60_000;
/** Uploads in parts can have started this long before. Older differences have other causes, such as lifecycle rules. */
const MARGIN_MS = 7 * 24 * 3_600_000;

export interface FailbackOptions {
  /** The folder of the report. */
  readonly cwd: string;
  readonly pollMs?: number;
  /** Returns although versions are missing in the primary, or an older version is the current one. */
  readonly isForced: boolean;
}

/** Replicates what the replica took, and then returns uploads and reads to the primary. */
export function failbackPlan(platform: Platform, { cwd, isForced, pollMs = 10_000 }: FailbackOptions): FailoverPlan {
  const { from, to } = platform;
  const records = new Records(platform.recordsBucket, to.aws);
  let active!: FailoverRecord;
  /** How many recent versions each side lacked when the failback began. */
  const missing = { missingInPrimary: 0, missingInReplica: 0 };
  const windowStart = () => Date.parse(active.unreplicatedSince ?? active.startedAt) - MARGIN_MS;
  const isRecent = ({ createdAt }: VersionDifference) => Date.parse(createdAt) >= windowStart();
  return new FailoverPlan([
    {
      name: 'check',
      changes: 'nothing',
      isReadOnly: true,
      run: async () => {
        const record = await records.active();
        if (!record) return { detail: `no failover is active: uploads go to ${from.region}`, isEnd: true };
        active = record;
        const problems = await Promise.all([
          replicationProblems(platform, from),
          replicationProblems(platform, to),
          ...[from, to].map((site) => collect(site.region, async () => routerProblems(platform, site))),
        ]);
        expectNone(problems.flat());
        return { detail: `${from.region} answers. Failover since ${record.startedAt}` };
      },
    },
    {
      name: 'list',
      changes: `writes ${records.urlOf('<start>/not-replicated.jsonl')}: the versions that were not replicated, and conflicts`,
      run: () =>
        inTemporaryFolder(async (folder) => {
          const [list, found] = [join(folder, 'list'), join(folder, 'found')];
          const snapshot = (await records.download(snapshotKey(active), list)) ? await Snapshot.read(list) : undefined;
          await writeReport(found, platform, active, snapshot, (difference) => {
            const { difference: kind } = difference;
            if ((kind === 'missingInPrimary' || kind === 'missingInReplica') && isRecent(difference)) missing[kind]++;
          });
          // The first list is kept: versions that arrive later were not replicated at the moment of the failover either.
          const key = `${active.startedAt}/not-replicated.jsonl`;
          if (!(await records.create(key, found))) await records.download(key, found);
          const file = join(cwd, `failover-${active.startedAt.replace(/[:.]/g, '-')}.jsonl`);
          copyFileSync(found, file);
          const notReplicated = new Tally<VersionDifference>((each) => `not replicated: ${nameOfVersion(each)}`);
          const conflicts = new Tally<KeyDifference>((each) => `changed on both sides: ${describe(each)}`);
          for await (const line of readLines(file)) {
            if (line.difference === 'notReplicated') notReplicated.add(line);
            if (line.difference === 'conflict') conflicts.add(line);
          }
          return {
            detail: `${notReplicated.counted('version')} not replicated at the failover, ${conflicts.counted('conflict')}: ${file}`,
            lines: [
              ...(snapshot
                ? []
                : [`The list of the replica at the failover is missing. ${estimateText(active.unreplicatedSince)}`]),
              ...notReplicated.lines,
              ...conflicts.lines,
            ],
          };
        }),
    },
    {
      name: 'backfill',
      changes: 'starts jobs that replicate what is missing in either bucket, with any replication status',
      run: async () => {
        const [ofPrimary, ofReplica] = await Promise.all([
          backfill(to, missing.missingInPrimary, windowStart(), pollMs),
          backfill(from, missing.missingInReplica, windowStart(), pollMs),
        ]);
        return { detail: `${to.region} -> ${from.region}: ${ofPrimary}; ${from.region} -> ${to.region}: ${ofReplica}` };
      },
    },
    {
      name: 'verify',
      changes: `writes ${records.urlOf('<start>/verification.jsonl')}: the comparison after the backfill`,
      run: () =>
        inTemporaryFolder(async (folder) => {
          const now = Date.now();
          const absent = new Tally<VersionDifference>((each) => `missing in ${from.region}: ${nameOfVersion(each)}`);
          const different = new Tally<VersionDifference>((each) => `different content: ${nameOfVersion(each)}`);
          const wrongCurrent = new Tally<KeyDifference>(
            (each) => `an older version is the current one: ${describe(each)}`,
          );
          const old = new Tally<VersionDifference>();
          const inFlight = new Tally<VersionDifference>();
          const file = join(folder, 'verification');
          const compared = await writeReport(file, platform, active, undefined, (each) => {
            if (each.difference === 'different') different.add(each);
            if (each.difference === 'wrongCurrent') wrongCurrent.add(each);
            if (each.difference !== 'missingInPrimary') return;
            if (!isRecent(each)) old.add(each);
            else if (Date.parse(each.createdAt) < now - IN_FLIGHT_MS) absent.add(each);
            else inFlight.add(each);
          });
          await records.replace(`${active.startedAt}/verification.jsonl`, file);
          const blocking = [absent, different, wrongCurrent].flatMap(({ lines }) => lines);
          if (blocking.length > 0 && !isForced) {
            throw new AwsError(
              `${blocking.join('\n')}\nUploads still go to ${to.region}. See "Failback" in docs/operations.md, and run the ` +
                'command again, or specify --force to return anyway.',
            );
          }
          const rest =
            old.count > 0 ? [`${old.counted('older version')} only in ${to.region}, from before the failover`] : [];
          return {
            detail: `${compared} versions compared, ${inFlight.count} in flight to ${from.region}`,
            lines: [...blocking, ...rest],
          };
        }),
    },
    {
      name: 'return',
      changes: `deletes ${records.urlOf('failover.json')}: uploads and reads go to ${from.region}`,
      run: async () => {
        await records.end();
        return { detail: `uploads and reads go to ${from.region}. Existing upload links to ${to.region} stay valid` };
      },
    },
    {
      name: 'routers',
      changes: `waits until both routers create links to ${from.region}`,
      run: async () => {
        await Promise.all([from, to].map((site) => follows(platform, site, from.region)));
        return { detail: 'both routers follow' };
      },
    },
  ]);
}

/** The router of a region that has returned must not create links to the former primary. */
async function routerProblems(platform: Platform, site: Site): Promise<string[]> {
  const { to } = platform;
  const region = await regionOfLinks(platform, site);
  return region === to.region
    ? []
    : [
        `The router in ${site.region} creates links to ${region}, expected ${to.region}. Run failover --to ${to.region}.`,
      ];
}

/** Waits for a job that is in progress, or starts one, if versions are missing. */
async function backfill(source: Site, missing: number, since: number, pollMs: number): Promise<string> {
  if (missing === 0) return 'nothing is missing';
  const { status, aws } = source;
  if (!status) throw new AwsError(`${source.region} has no backfill. Replicate ${missing} versions yourself.`);
  const jobs = async () => (await describeReplication(status, aws)).jobs.filter(({ cause }) => cause === 'requested');
  let job = (await jobs()).find(({ state }) => state !== 'finished')?.job;
  if (job === undefined) {
    const request = {
      operation: 'StartBackfill',
      token: `failback ${new Date().toISOString()}`,
      createdAfter: new Date(since).toISOString(),
    };
    ({ job } = await invoke<{ job: string }>(await nameOf(status, 'status', aws), request, aws));
  }
  for (;;) {
    const found = (await jobs()).find((each) => each.job === job);
    if (!found) throw new AwsError(`Job ${job} in ${source.region} does not exist. Run the command again.`);
    if (found.state === 'finished') {
      const { outcome = 'finished', failed = 0 } = found;
      return `${outcome}${failed > 0 ? `, ${failed} failed` : ''}`;
    }
    await sleep(pollMs);
  }
}

function nameOfVersion({ key, versionId, createdAt, deleteMarker }: VersionDifference): string {
  return `${JSON.stringify(key)} ${versionId} ${createdAt}${deleteMarker ? ' (delete marker)' : ''}`;
}

function describe({ key, newest, currentInPrimary, currentInReplica }: KeyDifference): string {
  const current = `current in the primary: ${currentInPrimary ?? 'none'}, in the replica: ${currentInReplica ?? 'none'}`;
  return `${JSON.stringify(key)}, newest: ${newest}, ${current}`;
}
