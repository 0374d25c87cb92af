import { Annotations, Aws, CfnResource, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { CfnResolverEndpoint } from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { isolateBucket } from './bucket-isolation';
import { ProxyMode, S3MediaProxyProps } from './props';
import { PRIVATE_CIDRS, ProxyNetwork, readsOf } from './proxy-network';
import { ProxyService } from './proxy-service';
import { validateProxy } from './validation';

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

  constructor(scope: Construct, id: string, props: S3MediaProxyProps) {
    super(scope, id);
    validateProxy(this, props);
    const network = new ProxyNetwork(this, 'Network', props);
    this.vpc = network.vpc;
    this._subnets = network.subnets;
    // S3's name in the region, and not the global one, which answers with a redirect elsewhere.
    const upstreamHost = `${props.bucket.bucketName}.s3.${Stack.of(this).region}.${Aws.URL_SUFFIX}`;

    if (props.mode === ProxyMode.PRIVATE_LINK) {
      const endpoint = this.createInterfaceEndpoint(props, network);
      this.vpcEndpoint = endpoint;
      this.connections = endpoint.connections;
      this.url = `https://${upstreamHost}`;
    } else {
      const certificate = props.domainName ? this.certificateFor(props.domainName, props) : undefined;
      const { loadBalancer, service } = new ProxyService(this, 'Servers', {
        proxy: props,
        network,
        upstreamHost,
        certificate,
      });
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

  private createInterfaceEndpoint(props: S3MediaProxyProps, network: ProxyNetwork): ec2.InterfaceVpcEndpoint {
    const endpoint = new ec2.InterfaceVpcEndpoint(this, 'Endpoint', {
      vpc: network.vpc,
      subnets: network.subnets,
      service: new ec2.InterfaceVpcEndpointService(`com.amazonaws.${Stack.of(this).region}.s3`, 443),
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
