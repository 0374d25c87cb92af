import type { MediaReplicationStack } from 'cdk-media-replication';
import { Point, pointsOf } from './metrics';
import { Pseudo, queryOf } from './resolve';
import { AwsCli, AwsError } from '../aws/aws-cli';

/** The replication to a replica. */
export interface ReplicationStatus {
  /** How far the replica is behind the primary. Absent without uploads in the last hour. */
  readonly latencySeconds?: number;
  readonly pendingBytes?: number;
  readonly pendingOperations?: number;
  /** The time of these values. */
  readonly asOf?: string;
  /** The number of operations that failed in the last 24 hours. Absent if the primary's Region does not answer. */
  readonly failedOperations?: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** S3 publishes the failures in the Region of the primary, and the other metrics in that of the replica. */
export async function replicationTo(
  region: string,
  stack: MediaReplicationStack,
  pseudo: Pseudo,
  near: AwsCli,
  primary: AwsCli,
): Promise<ReplicationStatus> {
  const { media } = stack;
  const query = (id: string, metric: Parameters<typeof queryOf>[1], period: number) =>
    queryOf(id, metric, stack, pseudo, period);
  const queries = [
    query('latency', media.metricReplicationLatency(region), MINUTE),
    query('bytes', media.metricBytesPendingReplication(region), MINUTE),
    query('operations', media.metricOperationsPendingReplication(region), MINUTE),
  ];
  const failures = [query('failed', media.metricOperationsFailedReplication(region), HOUR)];
  const now = Date.now();
  const [lag, failed] = await Promise.all([
    pointsOf(near, queries, HOUR, now),
    pointsOf(primary, failures, DAY, now).catch(ofAws),
  ]);
  const latest = (id: string): Point | undefined => lag(id)[0];
  const times = ['latency', 'bytes', 'operations'].flatMap((id) => latest(id)?.time ?? []);
  return {
    latencySeconds: latest('latency')?.value,
    pendingBytes: latest('bytes')?.value,
    pendingOperations: latest('operations')?.value,
    asOf: times.length > 0 ? new Date(Math.max(...times)).toISOString() : undefined,
    failedOperations: failed?.('failed').reduce((sum, { value }) => sum + value, 0),
  };
}

function ofAws(error: unknown): undefined {
  if (!(error instanceof AwsError)) throw error;
}
