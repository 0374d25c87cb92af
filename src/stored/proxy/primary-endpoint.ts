import { Aws, CfnOutput } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { PrimaryUpstream } from './haproxy-config';
import { endpointDnsName } from './interface-endpoint';
import { S3MediaProxyPrimaryOptions } from './props';
import { ProxyNetwork, readsOf } from './proxy-network';
import { invalid } from '../../private/problems';
import { s3EndpointService } from '../../private/regions';

export interface PrimaryEndpointProps {
  readonly network: ProxyNetwork;
  readonly options: S3MediaProxyPrimaryOptions;
  readonly bucket: s3.IBucket;
}

/**
 * The interface endpoint through which the servers reach the primary in its region.
 *
 * It has no private DNS, so that S3's names in an existing VPC resolve as before. The servers connect to the endpoint's own
 * DNS name, and send the host name and the SNI of the bucket, for which links are signed.
 */
export class PrimaryEndpoint extends Construct implements ec2.IConnectable {
  readonly endpoint: ec2.InterfaceVpcEndpoint;
  readonly connections: ec2.Connections;
  readonly upstream: PrimaryUpstream;

  constructor(scope: Construct, id: string, { network, options, bucket }: PrimaryEndpointProps) {
    super(scope, id);
    const { region } = bucket.env;
    const subnets = options.vpcSubnets ?? network.subnets;
    if (network.vpc.selectSubnets(subnets).subnets.length === 0) {
      throw invalid(scope, {
        property: 'primary.vpcSubnets',
        got: 'a selection without subnets',
        expected: `at least one subnet of ${network.vpc.node.path}`,
        fix: 'Select subnets that exist. Names of Availability Zones are known only in a stack with an account and a region.',
      });
    }
    this.endpoint = new ec2.InterfaceVpcEndpoint(this, 'Endpoint', {
      vpc: network.vpc,
      subnets,
      service: new ec2.InterfaceVpcEndpointService(s3EndpointService(region), 443),
      serviceRegion: region,
      privateDnsEnabled: false,
      open: false,
    });
    this.endpoint.addToPolicy(readsOf(bucket));
    this.connections = this.endpoint.connections;
    this.upstream = {
      domainName: options.domainName,
      host: `${bucket.bucketName}.s3.${region}.${Aws.URL_SUFFIX}`,
      address: endpointDnsName(this.endpoint),
    };
    new CfnOutput(scope, 'PrimaryVpcEndpointId', {
      value: this.endpoint.vpcEndpointId,
      description:
        'The VPC endpoint of the primary, for `additionalVpcEndpointIds` of a proxy that isolates the primary',
    });
  }
}
