import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** What a metric of a replication rule is found by. */
export interface ReplicationMetricSource {
  readonly sourceBucket: string;
  readonly sourceRegion: string;
  readonly destinationBucket: string;
  readonly destinationRegion: string;
  readonly ruleId: string;
}

/**
 * S3 publishes what is pending in the region of the replica, and what failed in the region of the primary. An alarm
 * must be in the metric's region: in the other one it would never see a value.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
const METRICS = {
  ReplicationLatency: { statistic: 'Maximum', region: 'destinationRegion' },
  BytesPendingReplication: { statistic: 'Maximum', region: 'destinationRegion' },
  OperationsPendingReplication: { statistic: 'Maximum', region: 'destinationRegion' },
  OperationsFailedReplication: { statistic: 'Sum', region: 'sourceRegion' },
} as const;

export function replicationMetric(
  metricName: keyof typeof METRICS,
  source: ReplicationMetricSource,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const { statistic, region } = METRICS[metricName];
  return new cloudwatch.Metric({
    namespace: 'AWS/S3',
    metricName,
    dimensionsMap: {
      SourceBucket: source.sourceBucket,
      DestinationBucket: source.destinationBucket,
      RuleId: source.ruleId,
    },
    statistic,
    region: source[region],
    ...options,
  });
}
