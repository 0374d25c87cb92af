import { Aws, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ProxyMode, S3MediaProxyProps } from './props';

/** Where the clients are, if nothing else is said: addresses that the internet does not route. */
export const PRIVATE_CIDRS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** The VPC that a proxy is in, with its way to the bucket. */
export class ProxyNetwork extends Construct {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  /** The endpoint that reads of the bucket come through; absent where the VPC was brought with its own. */
  readonly gatewayEndpoint?: ec2.IGatewayVpcEndpoint;

  constructor(scope: Construct, id: string, props: S3MediaProxyProps) {
    super(scope, id);
    const withoutWayOut = props.imageRepository !== undefined || props.mode === ProxyMode.PRIVATE_LINK;
    const isolated = withoutWayOut && (!props.vpc || props.vpc.isolatedSubnets.length > 0);
    const subnetType = isolated ? ec2.SubnetType.PRIVATE_ISOLATED : ec2.SubnetType.PRIVATE_WITH_EGRESS;
    this.subnets = props.vpcSubnets ?? { subnetType };
    if (props.vpc) {
      this.vpc = props.vpc;
      return;
    }

    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: props.ipAddresses ?? ec2.IpAddresses.cidr('10.100.0.0/16'),
      maxAzs: props.maxAzs ?? 2,
      natGateways: withoutWayOut ? 0 : 1,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Proxy', subnetType, cidrMask: 24 },
        ...(withoutWayOut
          ? []
          : [{ name: 'Egress', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false }]),
      ],
    });
    vpc.addFlowLog('Rejected', { trafficType: ec2.FlowLogTrafficType.REJECT });
    this.vpc = vpc;
    const { subnets } = vpc.selectSubnets(this.subnets);
    props.directConnect?._attach(this, vpc, subnets, props.clientCidrs ?? PRIVATE_CIDRS);
    if (props.mode === ProxyMode.PRIVATE_LINK) return;

    const endpoint = vpc.addGatewayEndpoint('S3', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [this.subnets],
    });
    readsOf(props.bucket).forEach((statement) => endpoint.addToPolicy(statement));
    this.gatewayEndpoint = endpoint;
    if (props.imageRepository) this.serveImagesWithin(vpc, endpoint);
  }

  /** What a task needs of AWS in a VPC without a way out. ECR keeps the layers of images in a bucket of its own. */
  private serveImagesWithin(vpc: ec2.Vpc, endpoint: ec2.GatewayVpcEndpoint): void {
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

/** The endpoint admits reads of this bucket by whoever signed the link, and nothing else. */
export function readsOf(bucket: s3.IBucket): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [bucket.arnForObjects('*')],
    }),
  ];
}
