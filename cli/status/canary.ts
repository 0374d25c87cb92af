import type { IReplicationCanary, MediaReplicationStack } from 'cdk-media-replication';
import { pointsOf } from './metrics';
import { Pseudo, queryOf } from './resolve';
import { OVERHEAD_SECONDS } from '../../src/stored/canary/contract';
import { AwsCli } from '../aws/aws-cli';

export interface CanaryStatus {
  /** The end of the last run, accurate to a minute. A deployment counts as a run. Absent without a recent run. */
  readonly lastRun?: string;
  /** Whether the next run is overdue. */
  readonly isOverdue: boolean;
  /** The Regions of the copies in which the last run failed. */
  readonly failedRegions: readonly string[];
  /** The time until a replica had the object, by Region. */
  readonly replicationSeconds: Readonly<Record<string, number>>;
}

const MINUTE = 60;
/** The longest timeout of a canary. */
const MAX_TIMEOUT_SECONDS = 12 * MINUTE;
const MIN_LOOK_BACK_SECONDS = 3_600;

/** The last run, from the metrics that the canary emits at its end. */
export async function canaryStatus(
  canary: IReplicationCanary,
  stack: MediaReplicationStack,
  pseudo: Pseudo,
  aws: AwsCli,
): Promise<CanaryStatus> {
  const total = canary.metricCanaryFailures();
  const interval = total.period.toSeconds();
  // An interval and a run can pass between the ends of two runs.
  const overdue = 2 * interval + MAX_TIMEOUT_SECONDS + OVERHEAD_SECONDS;
  const copies = [stack.region, ...stack.media.replicas.map(({ region }) => region)];
  const queries = [
    queryOf('total', total, stack, pseudo, MINUTE),
    ...copies.map((region, index) =>
      queryOf(`failed${index}`, canary.metricCopyFailures(region), stack, pseudo, MINUTE),
    ),
    ...copies.flatMap((region, index) =>
      canary.replicaRegions.includes(region)
        ? queryOf(`time${index}`, canary.metricReplicationTime(region), stack, pseudo, MINUTE)
        : [],
    ),
  ];
  const now = Date.now();
  const points = await pointsOf(aws, queries, Math.max(MIN_LOOK_BACK_SECONDS, 2 * overdue), now);
  const last = points('total')[0]?.time;
  if (last === undefined) return { isOverdue: true, failedRegions: [], replicationSeconds: {} };
  // The values of a run can be recorded in two minutes. Earlier ones belong to other runs.
  const ofRun = (id: string) => points(id).find(({ time }) => time >= last - MINUTE * 1000)?.value;
  return {
    lastRun: new Date(last).toISOString(),
    isOverdue: now - last > overdue * 1000,
    failedRegions: copies.filter((_, index) => (ofRun(`failed${index}`) ?? 0) > 0),
    replicationSeconds: Object.fromEntries(
      copies.flatMap((region, index) => {
        const seconds = ofRun(`time${index}`);
        return seconds === undefined ? [] : [[region, seconds]];
      }),
    ),
  };
}
