import { collect, expectNone, replicationProblems } from './checks';
import { isSince, Snapshot } from './comparison';
import { unreplicatedSince } from './estimate';
import { FailoverPlan } from './plan';
import type { Platform } from './platform';
import { FailoverRecord, Records } from './records';
import { follows, followsIfItAnswers, regionOfLinks } from './routers';
import { eachKey } from './versions';

/** Without metrics, the list of the replica begins this long before the failover. */
const UNKNOWN_MS = 7 * 24 * 3_600_000;

export const snapshotKey = ({ startedAt }: FailoverRecord) => `${startedAt}/replica-at-failover.json`;

/** Uploads and reads go to the replica. Nothing requires the region of the primary. */
export function failoverPlan(platform: Platform): FailoverPlan {
  const { from, to } = platform;
  const records = new Records(platform.recordsBucket, to.aws);
  let active: FailoverRecord | undefined;
  let since: string | undefined;
  return new FailoverPlan([
    {
      name: 'check',
      changes: 'nothing',
      isReadOnly: true,
      run: async () => {
        const problems = await Promise.all([
          replicationProblems(platform, to),
          collect(to.region, async () => {
            active = await records.active();
            return [];
          }),
          collect(to.region, async () => {
            await regionOfLinks(platform, to);
            return [];
          }),
        ]);
        expectNone(problems.flat());
        return { detail: active ? `active since ${active.startedAt}` : `the standby in ${to.region} is ready` };
      },
    },
    {
      name: 'estimate',
      changes: 'nothing',
      isReadOnly: true,
      run: async () => {
        since = active ? active.unreplicatedSince : await unreplicatedSince(platform);
        return { detail: estimateText(since) };
      },
    },
    {
      name: 'record',
      changes: `writes ${records.urlOf('failover.json')}: uploads and reads go to ${to.region}, and none to ${from.region}`,
      run: async () => {
        const startedAt = new Date().toISOString();
        active ??= await records.start({
          version: 1,
          from: from.region,
          to: to.region,
          startedAt,
          unreplicatedSince: since,
        });
        return { detail: `uploads and reads go to ${to.region} since ${active.startedAt}` };
      },
    },
    {
      name: 'routers',
      changes: `waits until both routers create links to ${to.region}`,
      run: async () => {
        const [silent] = await Promise.all([
          followsIfItAnswers(platform, from, to.region),
          follows(platform, to, to.region),
        ]);
        const former = silent ? 'does not answer. It follows when it returns' : 'follows';
        return { detail: `the standby follows; the router in ${from.region} ${former}` };
      },
    },
    {
      name: 'list',
      changes: `writes ${records.urlOf('<start>/replica-at-failover.json')}: the versions that the replica has`,
      run: async () => {
        const key = snapshotKey(active!);
        const known = await records.read<Snapshot>(key);
        const snapshot = known ?? (await snapshotOf(platform, active!));
        if (!known) await records.write(key, snapshot);
        return { detail: `the replica has ${snapshot.versionIds.length} versions since ${snapshot.since}` };
      },
    },
  ]);
}

async function snapshotOf(
  { to }: Platform,
  { startedAt, unreplicatedSince: bound }: FailoverRecord,
): Promise<Snapshot> {
  const since = bound ?? new Date(Date.parse(startedAt) - UNKNOWN_MS).toISOString();
  const versionIds: string[] = [];
  await eachKey([to], ([versions]) => {
    versionIds.push(...versions.filter((version) => isSince(version, Date.parse(since))).map(({ id }) => id));
  });
  return { since, versionIds };
}

export function estimateText(since: string | undefined): string {
  return since === undefined
    ? 'unknown: S3 published no replication metrics in the last 24 hours'
    : `not replicated: at most what was uploaded since ${since}, and what S3 failed to replicate before`;
}
