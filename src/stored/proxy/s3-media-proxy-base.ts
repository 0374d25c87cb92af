import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { IS3MediaProxy, S3MediaProxyAttributes } from './i-s3-media-proxy';
import { ProxyPlacement } from './proxy-network';
import { invalid, InvalidInput } from '../../private/problems';

/**
 * What created and imported proxies have in common.
 *
 * @internal
 */
export abstract class S3MediaProxyBase extends Construct implements IS3MediaProxy {
  public abstract readonly url: string;
  public abstract readonly primaryUrl?: string;
  public abstract readonly region: string;
  public abstract readonly connections: ec2.Connections;
  public abstract readonly loadBalancer?: elbv2.IApplicationLoadBalancer;
  public abstract readonly clusterName?: string;
  /** @internal */
  public abstract readonly _placement?: ProxyPlacement;
  /** @internal */
  public abstract readonly _address?: string;

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (this.clusterName === undefined) throw this._withoutServers(metricName);
    return new cloudwatch.Metric({
      namespace: 'ECS/ContainerInsights',
      metricName,
      dimensionsMap: { ClusterName: this.clusterName },
      region: this.region,
      ...options,
    });
  }

  public metricRunningServers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('TaskCount', { statistic: 'Minimum', ...options });
  }

  public metricBytesSent(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('NetworkTxBytes', options);
  }

  /** @internal */
  protected _withoutServers(metricName: string): InvalidInput {
    return invalid(this, {
      property: 'clusterName',
      got: undefined,
      expected: `the ECS cluster of the servers, which emit ${metricName}`,
      fix: 'Specify `clusterName` for an imported proxy. A proxy with `PRIVATE_LINK` has no servers: use the metrics in the AWS/PrivateLinkEndpoints namespace.',
    });
  }
}

/** A proxy of another app. */
export class ImportedS3MediaProxy extends S3MediaProxyBase {
  readonly url: string;
  readonly primaryUrl?: string;
  readonly region: string;
  readonly connections: ec2.Connections;
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;
  readonly clusterName?: string;
  readonly _placement?: ProxyPlacement;
  private readonly endpointDnsName?: string;

  constructor(scope: Construct, id: string, attrs: S3MediaProxyAttributes) {
    super(scope, id);
    const { loadBalancer, securityGroups, vpc = loadBalancer?.vpc, vpcSubnets = {} } = attrs;
    this.url = attrs.url;
    this.primaryUrl = attrs.primaryUrl;
    this.region = attrs.region;
    this.loadBalancer = loadBalancer;
    this.clusterName = attrs.clusterName;
    this.connections =
      securityGroups || !loadBalancer ? new ec2.Connections({ securityGroups }) : loadBalancer.connections;
    this.endpointDnsName = attrs.endpointDnsName;
    this._placement = vpc && { vpc, subnets: vpcSubnets };
  }

  /** A getter, because the name of a load balancer can be unknown, which throws. Only a canary needs the name. */
  get _address(): string | undefined {
    return this.endpointDnsName ?? this.loadBalancer?.loadBalancerDnsName;
  }
}
