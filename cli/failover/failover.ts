import { join } from 'node:path';
import { collect, expectNone, replicationProblems } from './checks';
import { unreplicatedSince } from './estimate';
import { FailoverPlan } from './plan';
import type { Platform } from './platform';
import { FailoverRecord, Records } from './records';
import { follows, followsIfItAnswers, regionOfLinks } from './routers';
import { Snapshot } from './snapshot';
import { inTemporaryFolder } from '../deployment/folder';

/** Without metrics, the list of the replica begins this long before the failover. */
const UNKNOWN_MS = 7 * 24 * 3_600_000;

export const snapshotKey = ({ startedAt }: FailoverRecord) => `${startedAt}/replica-at-failover.jsonl`;

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
      changes: `writes ${records.urlOf('<start>/replica-at-failover.jsonl')}: the versions that the replica has`,
      run: () =>
        inTemporaryFolder(async (folder) => {
          const file = join(folder, 'list');
          const key = snapshotKey(active!);
          if (!(await records.download(key, file))) {
            await Snapshot.write(to, startOf(active!), file);
            if (!(await records.create(key, file))) await records.download(key, file);
          }
          const { size, since: start } = await Snapshot.summary(file);
          return { detail: `the replica has ${size} versions since ${start}` };
        }),
    },
  ]);
}

/** The time from which the versions of the replica are listed. */
function startOf({ startedAt, unreplicatedSince: bound }: FailoverRecord): string {
  return bound ?? new Date(Date.parse(startedAt) - UNKNOWN_MS).toISOString();
}

export function estimateText(since: string | undefined): string {
  return since === undefined
    ? 'unknown: S3 published no replication metrics in the last 24 hours'
    : `not replicated: at most what was uploaded since ${since}, and what S3 failed to replicate before`;
}
