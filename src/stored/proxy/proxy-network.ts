import { Aws, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ProxyMode, S3MediaProxyProps } from './props';
import { PRIVATE_CIDRS } from '../../private/private-cidrs';

/** The VPC and the subnets of a proxy. */
export interface ProxyPlacement {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
}

/** The VPC of a proxy, new or existing, with its route to the bucket. */
export class ProxyNetwork extends Construct implements ProxyPlacement {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  /**
   * The gateway endpoint through which the servers read the bucket. `PRIVATE_LINK` needs it for its private DNS.
   * Undefined for an existing VPC, which has its own.
   */
  readonly gatewayEndpoint?: ec2.IGatewayVpcEndpoint;

  constructor(scope: Construct, id: string, props: S3MediaProxyProps) {
    super(scope, id);
    const withoutEgress = props.imageRepository !== undefined || props.mode === ProxyMode.PRIVATE_LINK;
    const isolated = withoutEgress && (!props.vpc || props.vpc.isolatedSubnets.length > 0);
    const subnetType = isolated ? ec2.SubnetType.PRIVATE_ISOLATED : ec2.SubnetType.PRIVATE_WITH_EGRESS;
    this.subnets = props.vpcSubnets ?? { subnetType };
    if (props.vpc) {
      this.vpc = props.vpc;
      return;
    }

    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: props.ipAddresses ?? ec2.IpAddresses.cidr('10.100.0.0/16'),
      maxAzs: props.maxAzs ?? 2,
      natGateways: withoutEgress ? 0 : (props.natGateways ?? 1),
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Proxy', subnetType, cidrMask: 24 },
        ...(withoutEgress
          ? []
          : [{ name: 'Egress', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false }]),
      ],
    });
    vpc.addFlowLog('Rejected', { trafficType: ec2.FlowLogTrafficType.REJECT });
    this.vpc = vpc;
    const { subnets } = vpc.selectSubnets(this.subnets);
    props.directConnect?._attach(this, vpc, subnets, props.clientCidrs ?? PRIVATE_CIDRS);
    const endpoint = vpc.addGatewayEndpoint('S3', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [this.subnets],
    });
    endpoint.addToPolicy(readsOf(props.bucket));
    this.gatewayEndpoint = endpoint;
    if (props.imageRepository) this.addImageEndpoints(vpc, endpoint);
  }

  /** The AWS services that a task needs in a VPC without egress. ECR stores the layers of images in an S3 bucket. */
  private addImageEndpoints(vpc: ec2.Vpc, endpoint: ec2.GatewayVpcEndpoint): void {
    endpoint.addToPolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${Aws.PARTITION}:s3:::prod-${Stack.of(this).region}-starport-layer-bucket/*`],
      }),
    );
    const services = {
      EcrApi: ec2.InterfaceVpcEndpointAwsService.ECR,
      EcrDocker: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
      Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    };
    for (const [id, service] of Object.entries(services)) {
      vpc.addInterfaceEndpoint(id, { service, subnets: this.subnets });
    }
  }
}

/** The policy of the endpoint allows reads of this bucket by any signer of a link, and nothing else. */
export function readsOf(bucket: s3.IBucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [bucket.arnForObjects('*')],
  });
}
