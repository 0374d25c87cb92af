import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { ProxyPlacement } from './proxy-network';

/** A private endpoint for reading a bucket, created by this app or imported. */
export interface IS3MediaProxy extends IConstruct, ec2.IConnectable {
  /**
   * The URL that replaces `https://bucket.s3.region.amazonaws.com` in a link. A literal value if the proxy has a
   * `domainName`.
   *
   * @attribute
   */
  readonly url: string;

  /**
   * The URL that replaces `https://bucket.s3.region.amazonaws.com` in a link to the primary.
   *
   * @default - none: the proxy does not serve the primary
   * @attribute
   */
  readonly primaryUrl?: string;

  /** The region of the proxy and of its bucket. */
  readonly region: string;

  /**
   * The load balancer in front of the servers.
   *
   * @default - none: the proxy uses `PRIVATE_LINK`, or was imported without its load balancer
   */
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;

  /**
   * The name of the servers' ECS cluster, which is a dimension of their metrics.
   *
   * @default - none: the proxy uses `PRIVATE_LINK`, or was imported without its cluster
   * @attribute
   */
  readonly clusterName?: string;

  /**
   * The VPC and the subnets of the proxy. Undefined if the proxy was imported without its VPC.
   *
   * @internal
   */
  readonly _placement?: ProxyPlacement;

  /**
   * A host name that functions in the VPC can connect to, if it is not the one of `url`.
   *
   * @internal
   */
  readonly _address?: string;

  /**
   * The given Container Insights metric of the servers. Dashboards in any region can show it.
   *
   * @param metricName the name of the metric
   * @param options options of the metric, by default the average over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`), or was imported without `clusterName`
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of running servers. Dashboards in any region can show it.
   *
   * @param options options of the metric, by default the minimum over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`), or was imported without `clusterName`
   */
  metricRunningServers(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the bytes per second that the servers send, nearly all of them to clients. Dashboards in any region can
   * show it.
   *
   * @param options options of the metric, by default the average over 5 minutes
   * @throws if the proxy has no servers (`PRIVATE_LINK`), or was imported without `clusterName`
   */
  metricBytesSent(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** Attributes of an existing proxy. */
export interface S3MediaProxyAttributes {
  /** The URL of the proxy: `https://media.eu.example.com`. */
  readonly url: string;

  /**
   * The URL of the primary at the proxy: `https://media-primary.eu.example.com`.
   *
   * @default - the proxy does not serve the primary
   */
  readonly primaryUrl?: string;

  /** The region of the proxy. */
  readonly region: string;

  /**
   * The load balancer in front of the servers. A `ReplicationCanary` connects to its DNS name.
   *
   * @default - a `ReplicationCanary` connects to the host name in `url`
   */
  readonly loadBalancer?: elbv2.IApplicationLoadBalancer;

  /**
   * For a proxy with `PRIVATE_LINK`, the DNS name of its interface endpoint:
   * `bucket.vpce-1a2b-5e6f.s3.eu-west-1.vpce.amazonaws.com`. A `ReplicationCanary` connects to it.
   *
   * @default - a `ReplicationCanary` connects to the load balancer
   */
  readonly endpointDnsName?: string;

  /**
   * The security groups that clients connect to. A `ReplicationCanary` needs them.
   *
   * @default - those of `loadBalancer`
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The VPC of the proxy. A `ReplicationCanary` needs it.
   *
   * @default - the VPC of `loadBalancer`, if it is known
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets in which a `ReplicationCanary` places the function that reads through the proxy.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The name of the servers' ECS cluster. The metrics of the proxy need it.
   *
   * @default - no metrics
   */
  readonly clusterName?: string;
}
