import { Duration, Resource, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import * as contract from './contract';
import { IReplicationCanary, ReplicationCanaryAttributes } from './i-replication-canary';
import { invalid } from '../../private/problems';

export const DEFAULT_INTERVAL = Duration.hours(1);

/**
 * The metrics of created and imported canaries.
 *
 * @internal
 */
export abstract class ReplicationCanaryBase extends Resource implements IReplicationCanary {
  public abstract readonly canaryName: string;
  public abstract readonly replicaRegions: string[];
  public abstract readonly proxyRegions: string[];
  /** @internal */
  protected abstract readonly _copyRegions: string[];
  /** @internal */
  protected abstract readonly _interval: Duration;

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.CANARY_DIMENSION]: this.canaryName },
      statistic: 'Maximum',
      period: this._interval,
      ...options,
    });
  }

  public metricReplicationTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.replicaRegions);
    return this.regionMetric(contract.METRIC.replicationTime, replicaRegion, options);
  }

  public metricProxyTime(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.proxyRegions);
    return this.regionMetric(contract.METRIC.proxyTime, replicaRegion, options);
  }

  public metricProxyLatency(replicaRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('replicaRegion', replicaRegion, this.proxyRegions);
    return this.regionMetric(contract.METRIC.proxyLatency, replicaRegion, options);
  }

  public metricCanaryFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.failures, { statistic: 'Sum', ...options });
  }

  public metricCopyFailures(copyRegion: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.expectRegion('copyRegion', copyRegion, this._copyRegions);
    return this.regionMetric(contract.METRIC.failures, copyRegion, { statistic: 'Sum', ...options });
  }

  private regionMetric(metricName: string, region: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const dimensionsMap = { [contract.CANARY_DIMENSION]: this.canaryName, [contract.REGION_DIMENSION]: region };
    return this.metric(metricName, { dimensionsMap, ...options });
  }

  /** The metric of another region would never have data. */
  private expectRegion(property: string, region: string, regions: string[]): void {
    if ([region, ...regions].some((each) => Token.isUnresolved(each)) || regions.includes(region)) return;
    throw invalid(this, {
      property,
      got: region,
      expected: regions.length ? `one of ${regions.join(', ')}` : 'no value: the canary does not read through a proxy',
      fix: 'The canary emits this metric for no other regions.',
    });
  }
}

/** A canary of another app. */
export class ImportedReplicationCanary extends ReplicationCanaryBase {
  readonly canaryName: string;
  readonly replicaRegions: string[];
  readonly proxyRegions: string[];
  protected readonly _copyRegions: string[];
  protected readonly _interval: Duration;

  constructor(scope: Construct, id: string, attrs: ReplicationCanaryAttributes) {
    super(scope, id, { region: attrs.region });
    this.canaryName = attrs.canaryName;
    this.replicaRegions = attrs.replicaRegions;
    this.proxyRegions = attrs.proxyRegions ?? [];
    this._copyRegions = [attrs.primaryRegion, ...attrs.replicaRegions];
    this._interval = attrs.interval ?? DEFAULT_INTERVAL;
  }

  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return super.metric(metricName, { region: this.env.region, ...options });
  }
}
