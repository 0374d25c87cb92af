import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResolverEndpoint } from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { S3MediaProxyProps } from './props';
import { PRIVATE_CIDRS, ProxyNetwork, readsOf } from './proxy-network';
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
    // With the other value, the VPC would also need a gateway endpoint, and could not use the private names itself.
    privateDnsOnlyForInboundResolverEndpoint: ec2.VpcEndpointPrivateDnsOnlyForInboundResolverEndpoint.ALL_RESOLVERS,
    open: false,
  });
  endpoint.addToPolicy(readsOf(props.bucket));
  for (const cidr of props.clientCidrs ?? PRIVATE_CIDRS) {
    endpoint.connections.allowFrom(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), `Clients in ${cidr}`);
  }
  if (!props.vpc) createInboundResolver(scope, props, network);
  return endpoint;
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
