import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/** An audit, which compares the copies of the media. */
export interface IReplicaAudit extends IConstruct {
  /**
   * The name of the audit: the value of the `service` dimension of its metrics.
   *
   * @attribute
   */
  readonly auditName: string;

  /** The regions of the replicas that are compared with the primary. */
  readonly replicaRegions: string[];

  /** Grants permission to start the audit and to read its latest result. */
  grantAudit(grantee: iam.IGrantable): iam.Grant;

  /**
   * The given metric of the audit, over all replicas.
   *
   * @param metricName the name of the metric
   * @param options options of the metric, by default the maximum over 5 minutes
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of versions that a replica should have but lacks, in the latest comparison. Over all replicas,
   * unless `replicaRegion` is specified.
   *
   * @param replicaRegion the region of a replica
   * @param options options of the metric, by default the maximum over 5 minutes
   */
  metricMissingObjects(replicaRegion?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of versions whose content differs in a replica, in the latest comparison. Over all replicas,
   * unless `replicaRegion` is specified.
   *
   * @param replicaRegion the region of a replica
   * @param options options of the metric, by default the maximum over 5 minutes
   */
  metricDifferentObjects(replicaRegion?: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the age of the data of the latest comparison, in seconds.
   *
   * @param options options of the metric, by default the maximum over 5 minutes
   */
  metricComparisonAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}
