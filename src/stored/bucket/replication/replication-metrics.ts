import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { MediaCopy } from '../copies/media-copy';

export const LATENCY = 'ReplicationLatency';
export const FAILURES = 'OperationsFailedReplication';

/** The rule that a replication metric is about. */
export interface MeasuredRule {
  readonly source: MediaCopy;
  readonly destination: MediaCopy;
  readonly ruleId: string;
}

/**
 * S3 publishes failures in the region of the source, and all other metrics in the region of the destination. An alarm in
 * any other region never receives data.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
export function replicationMetric(
  metricName: string,
  { source, destination, ruleId }: MeasuredRule,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const isFailure = metricName === FAILURES;
  return new cloudwatch.Metric({
    namespace: 'AWS/S3',
    metricName,
    dimensionsMap: {
      SourceBucket: source.bucketName,
      DestinationBucket: destination.bucketName,
      RuleId: ruleId,
    },
    statistic: isFailure ? 'Sum' : 'Maximum',
    region: isFailure ? source.region : destination.region,
    ...options,
  });
}
