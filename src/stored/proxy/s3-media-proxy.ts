import { Annotations, Aws, CfnResource, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { CfnResolverEndpoint } from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { isolateBucket } from './bucket-isolation';
import { ProxyMode, S3MediaProxyAlarmsOptions, S3MediaProxyProps } from './props';
import { createEndpointAlarms, createServerAlarms } from './proxy-alarms';
import { balancerMetric, clusterMetric, endpointMetric } from './proxy-metrics';
import { PRIVATE_CIDRS, ProxyNetwork, readsOf } from './proxy-network';
import { ProxyService } from './proxy-service';
import { validateProxy } from './validation';
import { invalid } from '../../private/problems';

/**
 * A private way to a bucket for clients in networks of your own, over Direct Connect, a VPN or peering.
 *
 * It passes presigned links on as they are: a link is signed for S3's host in the region, its authority is replaced by
 * `url`, and S3 checks the signature. The proxy has no credentials. It lets GET, HEAD and CORS preflights through.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as s3 from 'aws-cdk-lib/aws-s3';
 * import { S3MediaProxy } from 'cdk-media-replication';
 *
 * declare const stack: Stack; // in the bucket's region
 * declare const bucket: s3.IBucket;
 *
 * const proxy = new S3MediaProxy(stack, 'Proxy', { bucket, domainName: 'media.eu.example.com' });
 * proxy.url; // https://media.eu.example.com
 */
export class S3MediaProxy extends Construct implements ec2.IConnectable {
  /** What takes the place of `https://bucket.s3.region.amazonaws.com` in a link; a literal if `domainName` is given. */
  public readonly url: string;

  /** The VPC that the proxy is in. */
  public readonly vpc: ec2.IVpc;

  /** Who may connect: the security groups of the load balancer, or of the interface endpoint. */
  public readonly connections: ec2.Connections;

  /** The load balancer; none with `PRIVATE_LINK`. */
  public readonly loadBalancer?: elbv2.IApplicationLoadBalancer;

  /** The servers; none with `PRIVATE_LINK`. */
  public readonly service?: ecs.FargateService;

  /**
   * Where in the VPC it is: what reads through it from within can be there too.
   *
   * @internal
   */
  public readonly _subnets: ec2.SubnetSelection;

  /** The S3 endpoint that the bucket is read through; none where the VPC was brought with its own gateway endpoint. */
  public readonly vpcEndpoint?: ec2.IVpcEndpoint;

  private readonly servers?: ProxyService;
  private readonly region: string;
  private alarms?: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: S3MediaProxyProps) {
    super(scope, id);
    validateProxy(this, props);
    this.region = Stack.of(this).region;
    const network = new ProxyNetwork(this, 'Network', props);
    this.vpc = network.vpc;
    this._subnets = network.subnets;
    // S3's name in the region, and not the global one, which answers with a redirect elsewhere.
    const upstreamHost = `${props.bucket.bucketName}.s3.${this.region}.${Aws.URL_SUFFIX}`;

    if (props.mode === ProxyMode.PRIVATE_LINK) {
      const endpoint = this.createInterfaceEndpoint(props, network);
      this.vpcEndpoint = endpoint;
      this.connections = endpoint.connections;
      this.url = `https://${upstreamHost}`;
    } else {
      const certificate = props.domainName ? this.certificateFor(props.domainName, props) : undefined;
      this.servers = new ProxyService(this, 'Servers', {
        proxy: props,
        network,
        upstreamHost,
        certificate,
      });
      const { loadBalancer, service } = this.servers;
      this.loadBalancer = loadBalancer;
      this.service = service;
      this.vpcEndpoint = network.gatewayEndpoint;
      this.connections = loadBalancer.connections;
      this.url = props.domainName ? `https://${props.domainName}` : `http://${loadBalancer.loadBalancerDnsName}`;
      if (props.domainName && props.hostedZone) this.createRecord(props.domainName, props.hostedZone, loadBalancer);
      if (!props.domainName) this.warnOfPlainHttp();
    }
    if (props.isolation) isolateBucket(this, props.bucket, this.vpcEndpoint!.vpcEndpointId, props.isolation);
  }

  /**
   * How many servers run. A dashboard of any region can show it.
   *
   * @param options what to change of the metric; by default the minimum over 5 minutes
   * @throws with `PRIVATE_LINK`, which has no servers
   */
  public metricRunningServers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.clusterMetric('TaskCount', { statistic: 'Minimum', ...options });
  }

  /**
   * How many bytes per second the servers send, nearly all of them to clients. A dashboard of any region can show it.
   *
   * @param options what to change of the metric; by default the average over 5 minutes
   * @throws with `PRIVATE_LINK`, which has no servers
   */
  public metricBytesSent(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.clusterMetric('NetworkTxBytes', { statistic: 'Average', ...options });
  }

  /**
   * How many servers fail their health check.
   *
   * @param options what to change of the metric; by default the maximum over 5 minutes
   * @throws with `PRIVATE_LINK`, which has no servers
   */
  public metricUnhealthyServers(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancerMetric('UnHealthyHostCount', { statistic: 'Maximum', ...options });
  }

  /**
   * How many requests the servers answered with 5xx: they did not reach S3.
   *
   * @param options what to change of the metric; by default the sum over 5 minutes
   * @throws with `PRIVATE_LINK`, which has no servers
   */
  public metricFailedRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancerMetric('HTTPCode_Target_5XX_Count', { statistic: 'Sum', ...options });
  }

  /**
   * How many requests the load balancer answered with 5xx: there was no server, or it broke off.
   *
   * @param options what to change of the metric; by default the sum over 5 minutes
   * @throws with `PRIVATE_LINK`, which has no servers
   */
  public metricUnansweredRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancerMetric('HTTPCode_ELB_5XX_Count', { statistic: 'Sum', ...options });
  }

  /**
   * Alarms for servers that are not healthy and for requests that fail; with `PRIVATE_LINK`, for packets that the
   * endpoint drops. Another call adds its actions to the same alarms.
   */
  public addAlarms(options: S3MediaProxyAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= this.servers
      ? createServerAlarms(this, {
          unhealthy: this.metricUnhealthyServers(),
          failed: this.metricFailedRequests(),
          unanswered: this.metricUnansweredRequests(),
        })
      : createEndpointAlarms(this, endpointMetric('PacketsDropped', this.vpcEndpoint!, this.vpc, this.region));
    if (options.actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...options.actions!));
    return this.alarms;
  }

  private clusterMetric(name: Parameters<typeof clusterMetric>[0], options: cloudwatch.MetricOptions) {
    return clusterMetric(name, this.expectServers(name).clusterName, { region: this.region, ...options });
  }

  private balancerMetric(name: Parameters<typeof balancerMetric>[0], options: cloudwatch.MetricOptions) {
    const { loadBalancer, targets } = this.expectServers(name);
    return balancerMetric(name, loadBalancer, targets, options);
  }

  private expectServers(metric: string): ProxyService {
    if (this.servers) return this.servers;
    throw invalid(this, {
      property: 'mode',
      got: ProxyMode.PRIVATE_LINK,
      expected: `servers, of which ${metric} is a metric`,
      fix: 'See the metrics of the interface endpoint in the namespace AWS/PrivateLinkEndpoints.',
    });
  }

  private createInterfaceEndpoint(props: S3MediaProxyProps, network: ProxyNetwork): ec2.InterfaceVpcEndpoint {
    const endpoint = new ec2.InterfaceVpcEndpoint(this, 'Endpoint', {
      vpc: network.vpc,
      subnets: network.subnets,
      service: new ec2.InterfaceVpcEndpointService(`com.amazonaws.${this.region}.s3`, 443),
      privateDnsEnabled: true,
      open: false,
    });
    // The other value would need a gateway endpoint besides, and leave the VPC itself without these names.
    (endpoint.node.defaultChild as CfnResource).addPropertyOverride(
      'DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint',
      'AllResolvers',
    );
    readsOf(props.bucket).forEach((statement) => endpoint.addToPolicy(statement));
    for (const cidr of props.clientCidrs ?? PRIVATE_CIDRS) {
      endpoint.connections.allowFrom(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), `Clients in ${cidr}`);
    }
    if (!props.vpc) this.createInboundResolver(props, network);
    return endpoint;
  }

  /** Answers the clients' DNS servers, which forward S3's names to it, with the endpoint's private addresses. */
  private createInboundResolver(props: S3MediaProxyProps, { vpc, subnets }: ProxyNetwork): void {
    const securityGroup = new ec2.SecurityGroup(this, 'ResolverSecurityGroup', {
      vpc,
      description: 'DNS of the media proxy',
      allowAllOutbound: false,
    });
    for (const cidr of props.clientCidrs ?? PRIVATE_CIDRS) {
      securityGroup.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(53), `DNS for clients in ${cidr}`);
      securityGroup.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.udp(53), `DNS for clients in ${cidr}`);
    }
    new CfnResolverEndpoint(this, 'InboundResolver', {
      direction: 'INBOUND',
      securityGroupIds: [securityGroup.securityGroupId],
      ipAddresses: vpc.selectSubnets(subnets).subnetIds.map((subnetId) => ({ subnetId })),
    });
  }

  private certificateFor(domainName: string, { certificate, hostedZone }: S3MediaProxyProps): acm.ICertificate {
    return (
      certificate ??
      new acm.Certificate(this, 'Certificate', {
        domainName,
        validation: acm.CertificateValidation.fromDns(hostedZone),
      })
    );
  }

  private createRecord(
    domainName: string,
    zone: route53.IHostedZone,
    loadBalancer: elbv2.ApplicationLoadBalancer,
  ): void {
    new route53.ARecord(this, 'Record', {
      zone,
      // With the dot, the name is taken as it is, also where the zone's own name is not known yet.
      recordName: `${domainName}.`,
      target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)),
    });
  }

  private warnOfPlainHttp(): void {
    Annotations.of(this).addWarning(
      'Without `domainName` there can be no certificate: links, which are credentials until they expire, travel ' +
        'unencrypted between the clients and the proxy. Give a `domainName`.',
    );
  }
}
