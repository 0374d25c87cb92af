import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';

/** A canary that measures replication. */
export interface IReplicationCanary extends IConstruct {
  /**
   * The name of the canary: the value of the `service` dimension of its metrics.
   *
   * @attribute
   */
  readonly canaryName: string;

  /** The regions of the replicas whose replication is measured. */
  readonly replicaRegions: string[];

  /** The regions of the replicas that are also read through a proxy. */
  readonly proxyRegions: string[];

  /**
   * The given metric of the canary, over all copies.
   *
   * For a metric of one copy, use one of the other methods, or add the `Region` dimension to `dimensionsMap`.
   *
   * @param metricName the name of the metric
   * @param options options of the metric, by default the maximum over an interval of the canary
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the time in seconds until a replica had the object. The time is accurate to about 10 %.
   *
   * @param replicaRegion the region of a replica whose replication is measured
   * @param options options of the metric, by default the maximum over an interval of the canary
   * @throws if the canary does not measure a replica in the region
   */
  metricReplicationTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the time in seconds until the object was read through the proxy of a replica. It includes up to a few
   * seconds for the cold start of the function that reads it.
   *
   * @param replicaRegion the region of a replica that is read through a proxy
   * @param options options of the metric, by default the maximum over an interval of the canary
   * @throws if the canary does not read through a proxy in the region
   */
  metricProxyTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the duration in milliseconds of the read through the proxy of a replica, on a new connection.
   *
   * @param replicaRegion the region of a replica that is read through a proxy
   * @param options options of the metric, by default the maximum over an interval of the canary
   * @throws if the canary does not read through a proxy in the region
   */
  metricProxyLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of copies in which a run failed, including the primary. Its sample count is the number of runs,
   * plus one for a deployment that creates the alarms or changes the schedule.
   *
   * @param options options of the metric, by default the sum over an interval of the canary
   */
  metricCanaryFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of runs that failed in one copy.
   *
   * @param copyRegion the region of the primary or of a replica
   * @param options options of the metric, by default the sum over an interval of the canary
   * @throws if there is no copy in the region
   */
  metricCopyFailures(copyRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}
