import { Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResolverEndpoint } from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { S3MediaProxyProps } from './props';
import { ProxyNetwork, readsOf } from './proxy-network';
import { PRIVATE_CIDRS } from '../../private/private-cidrs';
import { s3EndpointService } from '../../private/regions';

/** Creates the S3 interface endpoint of a proxy with `PRIVATE_LINK`. */
export function createInterfaceEndpoint(
  scope: Construct,
  props: S3MediaProxyProps,
  network: ProxyNetwork,
): ec2.InterfaceVpcEndpoint {
  const endpoint = new ec2.InterfaceVpcEndpoint(scope, 'Endpoint', {
    vpc: network.vpc,
    subnets: network.subnets,
    service: new ec2.InterfaceVpcEndpointService(s3EndpointService(Stack.of(scope).region), 443),
    privateDnsEnabled: true,
    // Otherwise, S3's names in the whole VPC would resolve to this endpoint, whose policy allows one bucket.
    privateDnsOnlyForInboundResolverEndpoint:
      ec2.VpcEndpointPrivateDnsOnlyForInboundResolverEndpoint.ONLY_INBOUND_RESOLVER,
    open: false,
  });
  if (network.gatewayEndpoint) endpoint.node.addDependency(network.gatewayEndpoint);
  endpoint.addToPolicy(readsOf(props.bucket));
  for (const cidr of props.clientCidrs ?? PRIVATE_CIDRS) {
    endpoint.connections.allowFrom(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), `Clients in ${cidr}`);
  }
  if (!props.vpc) createInboundResolver(scope, props, network);
  return endpoint;
}

/**
 * A name that resolves to the addresses of an S3 interface endpoint in all of its Availability Zones, without private DNS.
 * Its first DNS entry is the regional wildcard: `Z7HUB22UULQXV:*.vpce-1a2b-5e6f.s3.us-east-1.vpce.amazonaws.com`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
 */
export function endpointDnsName({ vpcEndpointDnsEntries }: ec2.InterfaceVpcEndpoint): string {
  return `bucket.vpce-${Fn.select(1, Fn.split('vpce-', Fn.select(0, vpcEndpointDnsEntries)))}`;
}

/** Clients' DNS servers forward S3's names to this resolver, which returns the private addresses of the endpoint. */
function createInboundResolver(scope: Construct, props: S3MediaProxyProps, { vpc, subnets }: ProxyNetwork): void {
  const securityGroup = new ec2.SecurityGroup(scope, 'ResolverSecurityGroup', {
    vpc,
    description: 'DNS of the media proxy',
    allowAllOutbound: false,
  });
  for (const cidr of props.clientCidrs ?? PRIVATE_CIDRS) {
    for (const port of [ec2.Port.tcp(53), ec2.Port.udp(53)]) {
      securityGroup.addIngressRule(ec2.Peer.ipv4(cidr), port, `DNS for clients in ${cidr}`);
    }
  }
  new CfnResolverEndpoint(scope, 'InboundResolver', {
    direction: 'INBOUND',
    securityGroupIds: [securityGroup.securityGroupId],
    ipAddresses: vpc.selectSubnets(subnets).subnetIds.map((subnetId) => ({ subnetId })),
  });
}
