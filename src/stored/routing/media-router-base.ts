import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { IMediaRouter } from './i-media-router';
import { MediaRouterAttributes } from './props';
import { validateMetric } from './validation';

/**
 * The methods that a `MediaRouter` and an imported router share.
 *
 * @internal
 */
export abstract class MediaRouterBase extends Construct implements IMediaRouter {
  public abstract readonly function: lambda.IFunction;
  public abstract readonly routerName: string;
  public abstract readonly primaryRegion: string;
  public abstract readonly replicaRegions: string[];

  /**
   * The region of failovers. Undefined without a standby.
   *
   * @internal
   */
  protected get _failoverRegion(): string | undefined {
    return undefined;
  }

  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.function.grantInvoke(grantee);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      statistic: 'Sum',
      ...options,
      dimensionsMap: { [contract.ROUTER_DIMENSION]: this.routerName, ...options?.dimensionsMap },
    });
  }

  public metricLinks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.links, options);
  }

  public metricLinksByReason(
    copyRegion: string,
    reason: string,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    validateMetric(this, copyRegion, reason);
    const dimensionsMap = { [contract.REGION_DIMENSION]: copyRegion, [contract.REASON_DIMENSION]: reason };
    return this.metric(contract.METRIC.links, { ...options, dimensionsMap });
  }

  public metricsLinksByReason(options?: cloudwatch.MetricOptions): cloudwatch.Metric[] {
    return contract.REASONS.flatMap((reason) =>
      this.regionsOf(reason).map((region) =>
        this.metricLinksByReason(region, reason, { label: `${region} ${reason}`, ...options }),
      ),
    );
  }

  public metricFallbacks(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.fallbacks, options);
  }

  public metricFallbackPercent(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({
      expression: '100 * fallbacks / links',
      usingMetrics: { fallbacks: this.metricFallbacks(), links: this.metricLinks() },
      period: Duration.minutes(5),
      label: 'Links that fell back to the primary (%)',
      ...options,
    });
  }

  public metricConfigurationRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.configurationRefused, options);
  }

  public metricConfigurationUnavailable(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.configurationUnavailable, options);
  }

  /** The regions of the copies that links with this reason can point to. */
  private regionsOf(reason: contract.Reason): string[] {
    if (reason === 'failover') return this._failoverRegion === undefined ? [] : [this._failoverRegion];
    const pointsToReplica = (contract.REPLICA_REASONS as readonly string[]).includes(reason);
    return pointsToReplica ? this.replicaRegions : [this.primaryRegion];
  }
}

/** A router of another app. */
export class ImportedMediaRouter extends MediaRouterBase {
  readonly function: lambda.IFunction;
  readonly routerName: string;
  readonly primaryRegion: string;
  readonly replicaRegions: string[];

  constructor(scope: Construct, id: string, attrs: MediaRouterAttributes) {
    super(scope, id);
    const { functionArn } = attrs;
    // This app cannot change the function's policy, so grants are limited to the policies of grantees.
    this.function = lambda.Function.fromFunctionAttributes(this, 'Function', { functionArn, skipPermissions: true });
    this.routerName = attrs.routerName;
    this.primaryRegion = attrs.primaryRegion;
    this.replicaRegions = attrs.replicaRegions;
  }

  /** The other app may publish the metrics in another region and account. */
  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { region, account } = this.function.env;
    return super.metric(metricName, { region, account, ...options });
  }
}
