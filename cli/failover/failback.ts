import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collect, expectNone, replicationProblems } from './checks';
import { Conflict, Differences, Listed, Snapshot, VersionComparison } from './comparison';
import { estimateText, snapshotKey } from './failover';
import { FailoverPlan } from './plan';
import type { Platform, Site } from './platform';
import { FailoverRecord, Records } from './records';
import { follows, regionOfLinks } from './routers';
import { AwsError } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';
import { describeReplication } from '../status/backfill';

/** Newer versions can be in flight: S3 replicates them within 15 minutes. */
const IN_FLIGHT_MS = 15 * 60_000;
const SHOWN = 20;
/** Uploads in parts can have started this long before. Older differences have other causes, such as lifecycle rules. */
const MARGIN_MS = 7 * 24 * 3_600_000;

export interface FailbackOptions {
  readonly comparison: VersionComparison;
  /** The folder of the report. */
  readonly cwd: string;
  readonly pollMs?: number;
  /** Returns although versions are missing in the primary, or an older version is the current one. */
  readonly isForced: boolean;
}

/** Replicates what the replica took, and then returns uploads and reads to the primary. */
export function failbackPlan(platform: Platform, options: FailbackOptions): FailoverPlan {
  const { from, to } = platform;
  const { comparison, cwd, isForced, pollMs = 10_000 } = options;
  const records = new Records(platform.recordsBucket, to.aws);
  let active!: FailoverRecord;
  let found!: Differences;
  const startedAt = () => Date.parse(active.startedAt);
  const windowStart = () => Date.parse(active.unreplicatedSince ?? active.startedAt) - MARGIN_MS;
  const isRecent = ({ createdAt }: Listed) => Date.parse(createdAt) >= windowStart();
  const reportKey = () => `${active.startedAt}/not-replicated.json`;
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
      changes: `writes ${records.urlOf('<start>/not-replicated.json')}: the versions that were not replicated, and conflicts`,
      run: async () => {
        const snapshot = await records.read<Snapshot>(snapshotKey(active));
        found = await comparison.compare(startedAt(), snapshot);
        const first = await records.read<Differences>(reportKey());
        // The first list is kept: versions that arrive later were not replicated at the moment of the failover either.
        if (!first) await records.write(reportKey(), found);
        const report = first ?? found;
        const file = join(cwd, `failover-${active.startedAt.replace(/[:.]/g, '-')}.json`);
        writeFileSync(file, `${JSON.stringify({ ...active, ...report }, undefined, 2)}\n`);
        const { notReplicated, conflicts } = report;
        return {
          detail: `${counted(notReplicated, 'version')} not replicated at the failover, ${counted(conflicts, 'conflict')}: ${file}`,
          lines: [
            ...(snapshot
              ? []
              : [`The list of the replica at the failover is missing. ${estimateText(active.unreplicatedSince)}`]),
            ...shown(notReplicated, (each) => `not replicated: ${nameOfVersion(each)}`),
            ...shown(conflicts, (each) => `changed on both sides: ${describe(each)}`),
          ],
        };
      },
    },
    {
      name: 'backfill',
      changes: 'starts jobs that replicate what is missing in either bucket, with any replication status',
      run: async () => {
        const [ofPrimary, ofReplica] = await Promise.all([
          backfill(to, found.missingInPrimary.filter(isRecent), windowStart(), pollMs),
          backfill(from, found.missingInReplica.filter(isRecent), windowStart(), pollMs),
        ]);
        return { detail: `${to.region} -> ${from.region}: ${ofPrimary}; ${from.region} -> ${to.region}: ${ofReplica}` };
      },
    },
    {
      name: 'verify',
      changes: `writes ${records.urlOf('<start>/verification.json')}: the comparison after the backfill`,
      run: async () => {
        const now = Date.now();
        const after = await comparison.compare(startedAt());
        await records.write(`${active.startedAt}/verification.json`, after);
        const pending = after.missingInPrimary.filter(isRecent);
        const missing = pending.filter(({ createdAt }) => Date.parse(createdAt) < now - IN_FLIGHT_MS);
        const blocking = [
          ...shown(missing, (each) => `missing in ${from.region}: ${nameOfVersion(each)}`),
          ...shown(after.different, (each) => `different content: ${nameOfVersion(each)}`),
          ...shown(after.wrongCurrent, (each) => `an older version is the current one: ${describe(each)}`),
        ];
        if (blocking.length > 0 && !isForced) {
          throw new AwsError(
            `${blocking.join('\n')}\nUploads still go to ${to.region}. See "Failback" in docs/operations.md, and run the ` +
              'command again, or specify --force to return anyway.',
          );
        }
        const inFlight = pending.length - missing.length;
        const rest = after.missingInPrimary.filter((each) => !isRecent(each));
        const old =
          rest.length > 0 ? [`${counted(rest, 'older version')} only in ${to.region}, from before the failover`] : [];
        return {
          detail: `${after.compared} versions compared, ${inFlight} in flight to ${from.region}`,
          lines: [...blocking, ...old],
        };
      },
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
async function backfill(source: Site, missing: readonly Listed[], since: number, pollMs: number): Promise<string> {
  if (missing.length === 0) return 'nothing is missing';
  const { status, aws } = source;
  if (!status) throw new AwsError(`${source.region} has no backfill. Replicate ${missing.length} versions yourself.`);
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

function shown<T>(items: readonly T[], show: (item: T) => string): string[] {
  const more = items.length - SHOWN;
  return [...items.slice(0, SHOWN).map(show), ...(more > 0 ? [`and ${more} more`] : [])];
}

function counted(items: readonly unknown[], what: string): string {
  return `${items.length} ${what}${items.length === 1 ? '' : 's'}`;
}

function nameOfVersion({ key, versionId, createdAt, deleteMarker }: Listed): string {
  return `${JSON.stringify(key)} ${versionId} ${createdAt}${deleteMarker ? ' (delete marker)' : ''}`;
}

function describe({ key, newest, currentInPrimary, currentInReplica }: Conflict): string {
  const current = `current in the primary: ${currentInPrimary ?? 'none'}, in the replica: ${currentInReplica ?? 'none'}`;
  return `${JSON.stringify(key)}, newest: ${newest}, ${current}`;
}
