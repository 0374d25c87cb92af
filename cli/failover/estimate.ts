import type { Platform } from './platform';
import { AwsError } from '../aws/aws-cli';
import { pointsOf } from '../status/metrics';
import { queryOf } from '../status/resolve';

const MINUTE = 60;
const DAY = 24 * 3_600;

/**
 * The time before which everything that was uploaded had been replicated, from S3's metrics in the replica's region. At a
 * time without pending operations, that time itself; at any other time, the latency before it.
 *
 * @returns undefined if the metrics of the last 24 hours do not show it
 */
export async function unreplicatedSince({ stack, pseudo, to }: Platform): Promise<string | undefined> {
  const { media } = stack;
  const queries = [
    queryOf('latency', media.metricReplicationLatency(to.region), stack, pseudo, MINUTE),
    queryOf('pending', media.metricOperationsPendingReplication(to.region), stack, pseudo, MINUTE),
  ];
  const points = await pointsOf(to.aws, queries, DAY, Date.now()).catch((error) => {
    if (!(error instanceof AwsError)) throw error;
  });
  if (!points) return undefined;
  const times = [
    ...points('latency').map(({ time, value }) => time - value * 1000),
    ...points('pending').flatMap(({ time, value }) => (value === 0 ? time : [])),
  ];
  return times.length > 0 ? new Date(Math.max(...times) - MINUTE * 1000).toISOString() : undefined;
}
