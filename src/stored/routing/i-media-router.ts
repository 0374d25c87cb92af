import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** A router of this app or of another app. */
export interface IMediaRouter extends IConstruct {
  /** The function that answers `ResolveLinks` and `Redirect`. */
  readonly function: lambda.IFunction;

  /**
   * The name of the router: the value of the dimension `service` of its metrics.
   *
   * @attribute
   */
  readonly routerName: string;

  /** The region of the primary. */
  readonly primaryRegion: string;

  /** The regions of the replicas. */
  readonly replicaRegions: string[];

  /** Grants permission to request links, for any viewer. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant;

  /**
   * Returns a metric of this router: a sum over 5 minutes by default.
   *
   * @param metricName the name of the metric
   * @param options changes to the metric; `dimensionsMap` adds dimensions to the router's own
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of links created. */
  metricLinks(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of links that point to a copy for a reason.
   *
   * @param copyRegion the region of the primary or of a replica
   * @param reason why the links point to that copy: `delay-over`, `preference-no`, …
   * @param options changes to the metric; a sum over 5 minutes by default
   * @throws if the router has no copy in the region, or the reason does not exist
   */
  metricLinksByReason(copyRegion: string, reason: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Returns `metricLinksByReason` for every combination of region and reason that occurs, labelled with both.
   *
   * @param options changes to the metrics; sums over 5 minutes by default
   */
  metricsLinksByReason(options?: cloudwatch.MetricOptions): cloudwatch.Metric[];

  /** Metric for the number of links that point to the primary because S3 did not answer in time or failed. */
  metricFallbacks(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the percentage of links that `metricFallbacks` counts.
   *
   * @param options changes to the metric; over 5 minutes by default
   */
  metricFallbackPercent(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression;

  /** Metric for the number of times that the preferences in AppConfig were invalid. */
  metricConfigurationRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of times that the preferences could not be fetched from AppConfig. */
  metricConfigurationUnavailable(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}
