import { App, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DirectConnect, ProxyMode, S3MediaProxy, S3MediaProxyAttributes, S3MediaProxyOptions } from '../../../src';
import { Problems } from '../../../src/private/problems';
import { findDenials, SOURCE_ACTIONS } from '../../../src/stored/bucket/replication/policy-denials';
import { HAPROXY_VERSION } from '../../../src/stored/proxy/haproxy-version';
import { asText, newApp, only, templateOf } from '../../support/synth';

const DOMAIN = 'media.eu.example.com';
const DIRECT_CONNECT_GATEWAY = '12345678-1234-1234-1234-123456789012';

interface Fixture {
  readonly stack: Stack;
  readonly bucket: s3.Bucket;
}

function fixture(app: App = newApp()): Fixture {
  const stack = new Stack(app, 'Europe', { env: { account: '111111111111', region: 'eu-west-1' } });
  return { stack, bucket: new s3.Bucket(stack, 'Media', { bucketName: 'media-eu' }) };
}

function templateWith(options: (stack: Stack) => S3MediaProxyOptions = () => ({})): Template {
  const { stack, bucket } = fixture();
  new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN, ...options(stack) });
  return templateOf(stack);
}

const privateRepository = (stack: Stack) => ecr.Repository.fromRepositoryName(stack, 'Repository', 'haproxy');

describe('S3MediaProxy network', () => {
  test('is a new VPC in two zones, with egress for the image and a gateway endpoint for S3', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.100.0.0/16' });
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.resourceCountIs('AWS::EC2::Subnet', 4);
    template.resourceCountIs('AWS::EC2::FlowLog', 1);
    const endpoint = only(template, 'AWS::EC2::VPCEndpoint').Properties;
    expect(endpoint).toMatchObject({ VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.${AWS::Region}.s3' });
    expect(endpoint.RouteTableIds).toHaveLength(2);
  });

  test('allows only reads of the bucket through the endpoint', () => {
    const { Statement } = only(templateWith(), 'AWS::EC2::VPCEndpoint').Properties.PolicyDocument;
    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: expect.stringMatching(/^\$\{Media\w+\.Arn\}\/\*$/),
      },
    ]);
  });

  test('needs no egress with a private repository: endpoints serve the image and the logs', () => {
    const template = templateWith((stack) => ({ imageRepository: privateRepository(stack), imageTag: '3.2.24' }));
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) =>
      asText(Properties),
    );
    expect(endpoints.map(({ ServiceName }) => ServiceName).sort()).toEqual([
      'com.amazonaws.${AWS::Region}.s3',
      'com.amazonaws.eu-west-1.ecr.api',
      'com.amazonaws.eu-west-1.ecr.dkr',
      'com.amazonaws.eu-west-1.logs',
    ]);
    const gateway = endpoints.find(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
    expect(gateway.PolicyDocument.Statement[1]).toMatchObject({
      Action: 's3:GetObject',
      Resource: 'arn:${AWS::Partition}:s3:::prod-eu-west-1-starport-layer-bucket/*',
    });
  });

  test('can have a NAT gateway in each zone', () => {
    templateWith(() => ({ natGateways: 2 })).resourceCountIs('AWS::EC2::NatGateway', 2);
  });

  test('has the IP addresses of the props', () => {
    const template = templateWith(() => ({ ipAddresses: ec2.IpAddresses.cidr('10.7.0.0/20') }));
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.7.0.0/20' });
  });

  test('does not modify an existing VPC', () => {
    const alone = fixture();
    const aloneVpc = new ec2.Vpc(alone.stack, 'Vpc');
    const before = templateOf(Stack.of(aloneVpc));

    const { stack, bucket } = fixture();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const proxy = new S3MediaProxy(stack, 'Proxy', { bucket, vpc, domainName: DOMAIN });
    expect(proxy.vpc).toBe(vpc);
    const after = templateOf(stack);
    for (const type of ['VPC', 'VPCEndpoint', 'Route', 'RouteTable', 'Subnet', 'NatGateway', 'VPCGatewayAttachment']) {
      expect(after.findResources(`AWS::EC2::${type}`)).toEqual(before.findResources(`AWS::EC2::${type}`));
    }
  });

  test('connects to a Direct Connect gateway through a virtual private gateway with route propagation', () => {
    const template = templateWith(() => ({
      directConnect: DirectConnect.gateway(DIRECT_CONNECT_GATEWAY, {
        allowedPrefixes: ['10.100.0.0/17'],
        amazonSideAsn: 64512,
      }),
    }));
    const [gateway] = Object.keys(template.findResources('AWS::EC2::VPNGateway'));
    template.hasResourceProperties('AWS::EC2::VPNGateway', { Type: 'ipsec.1', AmazonSideAsn: 64512 });
    template.hasResourceProperties('AWS::EC2::VPCGatewayAttachment', { VpnGatewayId: { Ref: gateway } });
    const propagation = only(template, 'AWS::EC2::VPNGatewayRoutePropagation');
    expect(propagation.Properties.RouteTableIds).toHaveLength(2);
    const association = only(template, 'AWS::DirectConnect::DirectConnectGatewayAssociation');
    expect(association.Properties).toEqual({
      DirectConnectGatewayId: DIRECT_CONNECT_GATEWAY,
      AssociatedGatewayId: `\${${gateway}}`,
      AllowedPrefixesToDirectConnectGateway: ['10.100.0.0/17'],
    });
    expect(association.DependsOn).toEqual(propagation.DependsOn);
  });

  test('can be associated with a Direct Connect gateway of another account', () => {
    const acceptRoleArn = 'arn:aws:iam::222222222222:role/accept-associations';
    const directConnect = DirectConnect.gateway(DIRECT_CONNECT_GATEWAY, { acceptRoleArn });
    templateWith(() => ({ directConnect })).hasResourceProperties(
      'AWS::DirectConnect::DirectConnectGatewayAssociation',
      { AcceptDirectConnectGatewayAssociationProposalRoleArn: acceptRoleArn },
    );
  });

  test('advertises its CIDR range to a Direct Connect gateway by default', () => {
    const template = templateWith(() => ({ directConnect: DirectConnect.gateway(DIRECT_CONNECT_GATEWAY) }));
    const { AllowedPrefixesToDirectConnectGateway } = only(
      template,
      'AWS::DirectConnect::DirectConnectGatewayAssociation',
    ).Properties;
    expect(AllowedPrefixesToDirectConnectGateway).toEqual([expect.stringMatching(/Vpc\w+\.CidrBlock/)]);
  });

  test('connects to a transit gateway, with routes to the clients', () => {
    const template = templateWith(() => ({
      directConnect: DirectConnect.transitGateway('tgw-0123456789abcdef0'),
      clientCidrs: ['10.20.0.0/16', '192.168.0.0/16'],
    }));
    const { SubnetIds, TransitGatewayId } = only(template, 'AWS::EC2::TransitGatewayAttachment').Properties;
    expect([SubnetIds.length, TransitGatewayId]).toEqual([2, 'tgw-0123456789abcdef0']);
    const routes = Object.values(template.findResources('AWS::EC2::Route', { Properties: { TransitGatewayId } }));
    expect(routes.map(({ Properties }) => Properties.DestinationCidrBlock).sort()).toEqual([
      '10.20.0.0/16',
      '10.20.0.0/16',
      '192.168.0.0/16',
      '192.168.0.0/16',
    ]);
    for (const { DependsOn } of routes) expect(DependsOn).toEqual([expect.stringMatching(/TransitGatewayAttachment/)]);
  });
});

describe('S3MediaProxy servers', () => {
  test('run on Fargate, at least two, with rollback and scaling', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: Match.absent(), // each deployment would undo the scaling
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
      },
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 10 });
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 1);
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test('run the official image in an exact version, with the configuration in their command and a read-only file system', () => {
    const [container] = only(templateWith(), 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    expect(container.Image).toBe(`public.ecr.aws/docker/library/haproxy:${HAPROXY_VERSION}`);
    expect(container.ReadonlyRootFilesystem).toBe(true);
    expect(container).not.toHaveProperty('Environment');
    expect(container.EntryPoint).toEqual(['/bin/sh', '-c']);
    expect(container.Command[0]).toMatch(/^exec haproxy -db -f \/dev\/stdin <<'CONFIG'\n[^]*\nCONFIG$/);
    expect(container.Command[0]).toMatch(/Host \$\{Media\w+\}\.s3\.eu-west-1\.\$\{AWS::URLSuffix\}\n/);
    expect(container.Command[0]).toMatch(/timeout http-keep-alive 135s/);
  });

  test('can run an image by its digest or from a private repository', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const [byDigest] = only(
      templateWith(() => ({ imageDigest: digest })),
      'AWS::ECS::TaskDefinition',
    ).Properties.ContainerDefinitions;
    expect(byDigest.Image).toBe(`public.ecr.aws/docker/library/haproxy@${digest}`);
    const [privateImage] = only(
      templateWith((stack) => ({ imageRepository: privateRepository(stack), imageTag: 'patched' })),
      'AWS::ECS::TaskDefinition',
    ).Properties.ContainerDefinitions;
    expect(privateImage.Image).toMatch(/\.dkr\.ecr\.eu-west-1\.\$\{AWS::URLSuffix\}\/haproxy:patched$/);
  });

  test('have no permissions', () => {
    const template = templateWith();
    const task = only(template, 'AWS::ECS::TaskDefinition').Properties;
    const [taskRole] = /\w+(?=\.Arn)/.exec(task.TaskRoleArn)!;
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) =>
      asText(Properties),
    );
    expect(policies.filter(({ Roles }) => Roles.includes(`\${${taskRole}}`))).toEqual([]);
  });

  test('accept connections only from the load balancer, and connect to others only over TLS', () => {
    const template = templateWith();
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup')).map(({ Properties }) =>
      asText(Properties),
    );
    const servers = groups.find(({ GroupDescription }) => GroupDescription === 'Servers of the media proxy');
    expect(servers.SecurityGroupEgress).toEqual([
      {
        CidrIp: '0.0.0.0/0',
        Description: 'S3 and the image registry, over TLS',
        FromPort: 443,
        IpProtocol: 'tcp',
        ToPort: 443,
      },
    ]);
    expect(servers).not.toHaveProperty('SecurityGroupIngress');
    const ingress = only(template, 'AWS::EC2::SecurityGroupIngress').Properties;
    expect([ingress.FromPort, ingress.ToPort, ingress.SourceSecurityGroupId]).toEqual([
      8080,
      8080,
      expect.stringMatching(/LoadBalancer/),
    ]);
  });

  test('are behind an internal load balancer that supports TLS 1.2 and later and is open to private addresses', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'idle_timeout.timeout_seconds', Value: '120' },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'routing.http.xff_header_processing.mode', Value: 'remove' },
      ]),
    });
    expect(only(template, 'AWS::ElasticLoadBalancingV2::Listener').Properties).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/ping',
      Protocol: 'HTTP',
      Port: 8080,
    });
    const open = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    );
    expect(open.map(({ CidrIp, FromPort }) => `${CidrIp} ${FromPort}`)).toEqual([
      '10.0.0.0/8 443',
      '172.16.0.0/12 443',
      '192.168.0.0/16 443',
    ]);
  });

  test.each([
    [undefined, undefined, 8_000],
    [256, 512, 2_000],
    [512, 1024, 4_000],
    [1024, 8192, 8_000],
  ])(
    'with %s CPU units and %s MiB accept as many connections as fit into their memory',
    (cpu, memoryLimitMiB, most) => {
      const [container] = only(
        templateWith(() => ({ cpu, memoryLimitMiB })),
        'AWS::ECS::TaskDefinition',
      ).Properties.ContainerDefinitions;
      expect(container.Command[0]).toContain(`\n  maxconn ${most}\n`);
    },
  );

  test('have the clients, redirect, deletion protection, sizes and log retention of the props', () => {
    const template = templateWith((stack) => ({
      clientCidrs: ['10.20.0.0/16', '10.30.0.0/16'],
      redirectHttp: true,
      deletionProtection: true,
      cpu: 512,
      memoryLimitMiB: 1024,
      minCapacity: 3,
      maxCapacity: 30,
      logRetention: logs.RetentionDays.ONE_WEEK,
      accessLogsBucket: s3.Bucket.fromBucketName(stack, 'Logs', 'logs-eu'),
    }));
    const open = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    );
    expect(open.map(({ CidrIp, FromPort }) => `${CidrIp} ${FromPort}`).sort()).toEqual([
      '10.20.0.0/16 443',
      '10.20.0.0/16 80',
      '10.30.0.0/16 443',
      '10.30.0.0/16 80',
    ]);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'deletion_protection.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: 'logs-eu' },
      ]),
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { Cpu: '512', Memory: '1024' });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 3, MaxCapacity: 30 });
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});

describe('S3MediaProxy domain name', () => {
  const zoneIn = (stack: Stack) =>
    route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z123', zoneName: 'example.com' });

  test('is the literal URL, with a certificate and a record in the hosted zone', () => {
    const { stack, bucket } = fixture();
    const proxy = new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN, hostedZone: zoneIn(stack) });
    expect(proxy.url).toBe(`https://${DOMAIN}`);
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: DOMAIN,
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: DOMAIN, HostedZoneId: 'Z123' }],
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: `${DOMAIN}.`, Type: 'A', HostedZoneId: 'Z123' });
  });

  test('has a certificate but no record without a hosted zone', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: DOMAIN,
      ValidationMethod: 'DNS',
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('can have an existing certificate', () => {
    const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab';
    const template = templateWith((stack) => ({
      certificate: acm.Certificate.fromCertificateArn(stack, 'Certificate', arn),
    }));
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Certificates: [{ CertificateArn: arn }],
    });
  });

  test('is optional: without it, there is no TLS, and a warning', () => {
    const { stack, bucket } = fixture();
    const proxy = new S3MediaProxy(stack, 'Proxy', { bucket });
    expect(asText(stack.resolve(proxy.url))).toMatch(/^http:\/\/\$\{.*LoadBalancer.*\.DNSName\}$/);
    const warnings = (stack.node.root as App)
      .synth()
      .getStackArtifact(stack.artifactId)
      .messages.filter(({ id }) => id === '/Europe/Proxy');
    expect(warnings.map(({ level }) => level)).toEqual(['warning']);
    expect(warnings[0].entry.data).toMatch(
      'The proxy has no `domainName`, so it cannot have a certificate. Links are credentials until they expire, and they ' +
        'are sent unencrypted between the clients and the proxy. Specify `domainName`.',
    );
  });
});

describe('S3MediaProxy with PRIVATE_LINK', () => {
  test('is an interface endpoint with private DNS and an inbound resolver, without servers', () => {
    const { stack, bucket } = fixture();
    const proxy = new S3MediaProxy(stack, 'Proxy', {
      bucket,
      mode: ProxyMode.PRIVATE_LINK,
      clientCidrs: ['10.20.0.0/16'],
    });
    expect(asText(stack.resolve(proxy.url))).toMatch(/^https:\/\/\$\{Media\w+\}\.s3\.eu-west-1\.\$\{AWS::URLSuffix\}$/);
    expect([proxy.service, proxy.loadBalancer]).toEqual([undefined, undefined]);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::ECS::Service', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    const endpoints = Object.entries(template.findResources('AWS::EC2::VPCEndpoint')).map(
      ([id, { Properties, DependsOn }]) => ({ ...asText(Properties), id, DependsOn }),
    );
    const endpointOf = (type: string) => endpoints.find(({ VpcEndpointType }) => VpcEndpointType === type);
    const endpoint = endpointOf('Interface');
    expect(endpoint).toMatchObject({
      ServiceName: 'com.amazonaws.eu-west-1.s3',
      PrivateDnsEnabled: true,
      // S3's names in the VPC itself resolve as before. EC2 requires a gateway endpoint for this.
      DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: 'OnlyInboundResolver' },
      DependsOn: [endpointOf('Gateway').id],
    });
    expect(endpoints).toHaveLength(2);
    for (const { PolicyDocument } of endpoints) {
      expect(PolicyDocument.Statement.map(({ Action }: any) => Action)).toEqual([
        ['s3:GetObject', 's3:GetObjectVersion'],
      ]);
    }
    const resolver = only(template, 'AWS::Route53Resolver::ResolverEndpoint').Properties;
    expect([resolver.Direction, resolver.IpAddresses.length]).toEqual(['INBOUND', 2]);
    const open = Object.values(template.findResources('AWS::EC2::SecurityGroup')).flatMap(
      ({ Properties }) => Properties.SecurityGroupIngress ?? [],
    );
    expect(open.map(({ CidrIp, IpProtocol, FromPort }) => `${CidrIp} ${IpProtocol} ${FromPort}`).sort()).toEqual([
      '10.20.0.0/16 tcp 443',
      '10.20.0.0/16 tcp 53',
      '10.20.0.0/16 udp 53',
    ]);
  });
});

describe('S3MediaProxy isolation', () => {
  test('denies only reads, unless they use the endpoint or the principal is exempt', () => {
    const { stack, bucket } = fixture();
    const admin = 'arn:aws:iam::111111111111:role/admin';
    new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN, isolation: { exemptPrincipalArns: [admin] } });
    const template = templateOf(stack);
    const [endpoint] = Object.keys(template.findResources('AWS::EC2::VPCEndpoint'));
    const { Statement } = only(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument;
    expect(Statement).toEqual([
      {
        Sid: 'ReadThroughTheProxyOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectAnnotation', 's3:GetObjectVersionAnnotation'],
        Resource: expect.stringMatching(/\/\*$/),
        Condition: {
          StringNotEquals: { 'aws:SourceVpce': `\${${endpoint}}` },
          ArnNotLike: { 'aws:PrincipalArn': [admin] },
        },
      },
    ]);
  });

  test.each([
    ['us-east-1', true],
    ['cn-north-1', true],
    ['me-central-1', false],
    ['me-south-1', false],
    ['us-gov-west-1', false],
    ['us-iso-east-1', false],
  ])('in %s denies reads of annotations only if S3 knows the actions: %s', (region, isDenied) => {
    const stack = new Stack(newApp(), 'Region', { env: { region } });
    new S3MediaProxy(stack, 'Proxy', { bucket: new s3.Bucket(stack, 'Media'), domainName: DOMAIN, isolation: {} });
    const [{ Action }] = only(templateOf(stack), 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(Action).toHaveLength(isDenied ? 4 : 2);
  });

  test('does not deny replication from the bucket', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN, isolation: {} });
    const { PolicyDocument } = only(templateOf(stack), 'AWS::S3::BucketPolicy').Properties;
    expect(findDenials(PolicyDocument, SOURCE_ACTIONS, 'role')).toEqual([]);
  });

  test('works without exemptions and with PRIVATE_LINK', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'Proxy', { bucket, mode: ProxyMode.PRIVATE_LINK, isolation: {} });
    const [{ Condition }] = only(templateOf(stack), 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpce': expect.stringMatching(/^\$\{ProxyEndpoint\w+\}$/) },
    });
  });
});

describe('S3MediaProxy isolation fails when', () => {
  test('the app does not manage the bucket policy', () => {
    const { stack } = fixture();
    const bucket = s3.Bucket.fromBucketName(stack, 'Imported', 'media-eu');
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN, isolation: {} })).toThrow(
      new Error(
        '[Europe/Proxy] isolation: got "a value for Europe/Imported, whose policy this app does not manage", expected a ' +
          'bucket whose policy this app manages. Remove `isolation`, and deny the reads where the bucket is created, as ' +
          'docs/security.md shows.',
      ),
    );
  });

  test('another proxy isolates the bucket', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'One', { bucket, domainName: DOMAIN, isolation: {} });
    expect(() => new S3MediaProxy(stack, 'Two', { bucket, domainName: DOMAIN, isolation: {} })).toThrow(
      new Error(
        '[Europe/Two] isolation: got "a value for Europe/Media, which another proxy isolates", expected at most one proxy ' +
          'that isolates a bucket, because each would deny reads through the other. Remove `isolation` from both proxies, ' +
          'and deny the reads in the bucket policy with the endpoints of both.',
      ),
    );
  });
});

test('S3MediaProxy with PRIVATE_LINK does not change DNS in an existing VPC', () => {
  const { stack, bucket } = fixture();
  const vpc = new ec2.Vpc(stack, 'Vpc');
  new S3MediaProxy(stack, 'Proxy', { bucket, vpc, mode: ProxyMode.PRIVATE_LINK });
  expect(only(templateOf(stack), 'AWS::EC2::VPCEndpoint').Properties.DnsOptions).toEqual({
    PrivateDnsOnlyForInboundResolverEndpoint: 'OnlyInboundResolver',
  });
});

test('S3MediaProxy with PRIVATE_LINK uses the private subnets of an existing VPC without isolated ones', () => {
  const { stack, bucket } = fixture();
  const vpc = new ec2.Vpc(stack, 'Vpc');
  new S3MediaProxy(stack, 'Proxy', { bucket, vpc, mode: ProxyMode.PRIVATE_LINK });
  const { SubnetIds } = only(templateOf(stack), 'AWS::EC2::VPCEndpoint').Properties;
  expect(SubnetIds).toEqual(vpc.privateSubnets.map(({ subnetId }) => asText(stack.resolve(subnetId))));
});

test('two proxies in one account and region share no physical names', () => {
  const { stack, bucket } = fixture();
  for (const id of ['One', 'Two']) {
    new S3MediaProxy(stack, id, { bucket, domainName: `${id}.example.com`.toLowerCase() });
  }
  const template = templateOf(stack);
  const text = JSON.stringify(template.toJSON().Resources);
  expect(text).not.toMatch(/"(ServiceName|LoadBalancerName|TargetGroupName|LogGroupName|RoleName|GroupName)":"/);
  // Dashboards in other regions refer to the cluster.
  const clusters = Object.values(template.findResources('AWS::ECS::Cluster'));
  expect(new Set(clusters.map(({ Properties }) => Properties.ClusterName)).size).toBe(2);
});

describe('S3MediaProxy metrics and alarms', () => {
  const proxyIn = ({ stack, bucket }: Fixture, options: S3MediaProxyOptions = { domainName: DOMAIN }) =>
    new S3MediaProxy(stack, 'Proxy', { bucket, ...options });

  test('cover its servers and its load balancer', () => {
    const { stack, bucket } = fixture();
    const proxy = proxyIn({ stack, bucket });
    const cluster = only(templateOf(stack), 'AWS::ECS::Cluster').Properties.ClusterName;
    const expected = { region: 'eu-west-1', dimensions: { ClusterName: cluster } };
    expect(proxy.metricRunningServers()).toMatchObject({ ...expected, metricName: 'TaskCount', statistic: 'Minimum' });
    expect(proxy.metricBytesSent()).toMatchObject({ ...expected, metricName: 'NetworkTxBytes', statistic: 'Average' });
    const dimensions = (metric: cloudwatch.Metric) => Object.keys(metric.dimensions!).sort();
    expect(proxy.metric('CpuUtilized')).toMatchObject({ ...expected, metricName: 'CpuUtilized' });
    expect(dimensions(proxy.metricUnhealthyServers())).toEqual(['LoadBalancer', 'TargetGroup']);
    expect(dimensions(proxy.metricFailedRequests())).toEqual(['LoadBalancer', 'TargetGroup']);
    expect(dimensions(proxy.metricUnansweredRequests())).toEqual(['LoadBalancer']);
  });

  test('alarms are created once, and accept actions later', () => {
    const { stack, bucket } = fixture();
    const proxy = proxyIn({ stack, bucket });
    const alarms = proxy.addAlarms();
    expect(proxy.addAlarms({ actions: [new SnsAction(new sns.Topic(stack, 'Topic'))] })).toEqual(alarms);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.anyValue() }],
      TreatMissingData: 'notBreaching',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'UnHealthyHostCount',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 10,
    });
  });

  test.each(['cn-north-1', 'cn-northwest-1'])(
    'with PRIVATE_LINK, the endpoint and its alarm use the name in %s',
    (region) => {
      const stack = new Stack(newApp(), 'China', { env: { account: '111111111111', region } });
      const proxy = proxyIn({ stack, bucket: new s3.Bucket(stack, 'Media') }, { mode: ProxyMode.PRIVATE_LINK });
      proxy.addAlarms();
      const template = templateOf(stack);
      const ServiceName = `cn.com.amazonaws.${region}.s3`;
      template.hasResourceProperties('AWS::EC2::VPCEndpoint', { ServiceName });
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Dimensions: Match.arrayWith([{ Name: 'Service Name', Value: ServiceName }]),
      });
    },
  );

  test('with PRIVATE_LINK, there are an alarm for the endpoint and no metrics of servers', () => {
    const { stack, bucket } = fixture();
    const proxy = proxyIn({ stack, bucket }, { mode: ProxyMode.PRIVATE_LINK });
    proxy.addAlarms();
    expect(only(templateOf(stack), 'AWS::CloudWatch::Alarm').Properties).toMatchObject({
      Namespace: 'AWS/PrivateLinkEndpoints',
      MetricName: 'PacketsDropped',
      Dimensions: expect.arrayContaining([{ Name: 'Service Name', Value: 'com.amazonaws.eu-west-1.s3' }]),
    });
    const message = (metricName: string) =>
      `[Europe/Proxy] clusterName: got nothing, expected the ECS cluster of the servers, which emit ${metricName}. Specify ` +
      '`clusterName` for an imported proxy. A proxy with `PRIVATE_LINK` has no servers: use the metrics in the ' +
      'AWS/PrivateLinkEndpoints namespace.';
    expect(() => proxy.metricRunningServers()).toThrow(new Error(message('TaskCount')));
    expect(() => proxy.metricFailedRequests()).toThrow(new Error(message('HTTPCode_Target_5XX_Count')));
  });
});

describe('S3MediaProxy.fromS3MediaProxyAttributes', () => {
  test('has the metrics of the servers', () => {
    const { stack, bucket } = fixture();
    const { clusterName } = new S3MediaProxy(stack, 'Proxy', { bucket, domainName: DOMAIN });
    const url = `https://${DOMAIN}`;
    const dashboards = new Stack(stack.node.root as App, 'Dashboards', { env: { region: 'us-east-1' } });
    const proxy = S3MediaProxy.fromS3MediaProxyAttributes(dashboards, 'Proxy', {
      url,
      region: 'eu-west-1',
      clusterName,
    });
    expect([proxy.url, proxy.region]).toEqual([url, 'eu-west-1']);
    expect(proxy.metricRunningServers()).toMatchObject({
      metricName: 'TaskCount',
      region: 'eu-west-1',
      dimensions: { ClusterName: clusterName },
    });
  });

  test('needs only a URL and a region', () => {
    const { stack } = fixture();
    const proxy = S3MediaProxy.fromS3MediaProxyAttributes(stack, 'Proxy', {
      url: 'https://p.example',
      region: 'eu-west-1',
    });
    expect([proxy.loadBalancer, proxy.connections.securityGroups]).toEqual([undefined, []]);
    expect(() => proxy.metric('TaskCount')).toThrow(/clusterName: got nothing/);
  });

  test('has the security groups of the load balancer, unless others are specified', () => {
    const { stack } = fixture();
    const loadBalancer = elbv2.ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/proxy/1',
      securityGroupId: 'sg-1',
    });
    const groupsOf = (id: string, attributes: Partial<S3MediaProxyAttributes>) =>
      S3MediaProxy.fromS3MediaProxyAttributes(stack, id, {
        url: `https://${DOMAIN}`,
        region: 'eu-west-1',
        loadBalancer,
        ...attributes,
      }).connections.securityGroups.map(({ securityGroupId }) => securityGroupId);
    const other = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Other', 'sg-2');
    expect(groupsOf('One', {})).toEqual(['sg-1']);
    expect(groupsOf('Two', { securityGroups: [other] })).toEqual(['sg-2']);
  });
});

describe('S3MediaProxy fails when', () => {
  const isolatedVpc = (stack: Stack) =>
    new ec2.Vpc(stack, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [
        { name: 'a', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        { name: 'b', subnetType: ec2.SubnetType.PUBLIC },
      ],
    });
  const NO_IMAGE =
    'imageRepository: got nothing, expected a private repository, because the subnets of Europe/Vpc have no route to the ' +
    'public registry. Copy the image into an ECR repository, specify the repository, and add endpoints for ecr.api, ' +
    'ecr.dkr and logs to the VPC. Or choose subnets with a NAT gateway.';

  test.each<[string, (stack: Stack) => S3MediaProxyOptions, string]>([
    [
      'a proxy without servers has options for servers',
      () => ({ mode: ProxyMode.PRIVATE_LINK, domainName: DOMAIN }),
      'domainName: got "a value with mode PRIVATE_LINK", expected no value, because PRIVATE_LINK has no servers. Remove ' +
        '`domainName` or `mode`.',
    ],
    [
      'an existing VPC has options for a new one',
      (stack) => ({ vpc: new ec2.Vpc(stack, 'Vpc'), directConnect: DirectConnect.transitGateway('tgw-1') }),
      'directConnect: got "a value with vpc", expected no value, because an existing VPC is not modified. Remove ' +
        '`directConnect` or `vpc`.',
    ],
    [
      'the endpoint for the isolation is unknown',
      (stack) => ({ vpc: new ec2.Vpc(stack, 'Vpc'), isolation: {} }),
      'isolation: got "a value with vpc", expected no value, because the gateway endpoint of an existing VPC is unknown. ' +
        'Remove `vpc`, or deny the reads in the bucket policy yourself, as docs/security.md shows.',
    ],
    [
      'subnets are specified without a VPC',
      () => ({ vpcSubnets: {} }),
      'vpcSubnets: got "a value without vpc", expected a value together with vpc. Specify `vpc`, or remove `vpcSubnets`.',
    ],
    ['a VPC has no route to the image', (stack) => ({ vpc: isolatedVpc(stack) }), NO_IMAGE],
    [
      'the specified subnets have no route to the image',
      (stack) => ({ vpc: isolatedVpc(stack), vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } }),
      NO_IMAGE,
    ],
    [
      'a hosted zone is specified without a domain name',
      (stack) => ({ hostedZone: route53.HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1'), domainName: undefined }),
      'hostedZone: got "a value without domainName", expected a value together with domainName. Specify `domainName`, the ' +
        'host name that clients use.',
    ],
    [
      'a new certificate cannot be validated, because the hosted zone is private',
      (stack) => ({
        domainName: DOMAIN,
        hostedZone: new route53.PrivateHostedZone(stack, 'Zone', {
          zoneName: 'example.com',
          vpc: new ec2.Vpc(stack, 'Vpc'),
        }),
      }),
      'hostedZone: got "the private hosted zone Europe/Zone", expected a public hosted zone, because ACM validates a new ' +
        'certificate by a public record. Specify `certificate`, which was validated in a public zone or issued by a ' +
        'private certificate authority.',
    ],
    [
      'links would point to the isolated bucket itself',
      () => ({ isolation: {} }),
      'isolation: got "a value without domainName", expected a value together with domainName, because links would ' +
        'otherwise point to the isolated bucket itself. Specify `domainName`, the host name that clients use.',
    ],
    [
      'there are more NAT gateways than Availability Zones',
      () => ({ natGateways: 3 }),
      'natGateways: got 3, expected an integer from 1 to 2, the value of maxAzs. Remove it to use the default, 1.',
    ],
    [
      'a VPC without internet access has NAT gateways',
      (stack) => ({ imageRepository: privateRepository(stack), natGateways: 1 }),
      'natGateways: got 1, expected no value with imageRepository, because such a VPC has no internet access. Remove ' +
        '`natGateways`.',
    ],
    [
      'a range of clients is not IPv4',
      () => ({ clientCidrs: ['10.0.0.0/8', 'fd00::/8'] }),
      'clientCidrs[1]: got "fd00::/8", expected an IPv4 range, because the proxy has IPv4 addresses only. Remove it: clients ' +
        'that have only IPv6 addresses cannot reach the proxy.',
    ],
    [
      'Fargate does not offer the CPU units',
      () => ({ cpu: 300 }),
      'cpu: got 300, expected a number of CPU units that Fargate offers (256, 512, 1024, 2048, 4096, 8192, 16384). Remove it ' +
        'to use the default, 1024, or specify 256 for the small size.',
    ],
    [
      'Fargate does not offer the memory with the CPU units',
      () => ({ cpu: 2048 }),
      'memoryLimitMiB: got 2048, expected 4096 to 16384 MiB with 2048 CPU units, in the steps that Fargate offers. Specify ' +
        '`memoryLimitMiB: 4096`, or another number of CPU units.',
    ],
    [
      'there is only one server',
      () => ({ minCapacity: 1 }),
      'minCapacity: got 1, expected at least 2, so that the proxy survives the failure of an Availability Zone. Remove it ' +
        'to use the default, 2.',
    ],
    [
      'the maximum is less than the minimum',
      () => ({ minCapacity: 4, maxCapacity: 3 }),
      'maxCapacity: got 3, expected at least 4, the value of minCapacity. Increase `maxCapacity` or decrease `minCapacity`.',
    ],
    [
      'there is only one Availability Zone',
      () => ({ maxAzs: 1 }),
      'maxAzs: got 1, expected at least 2, which a load balancer requires. Remove it to use the default, 2.',
    ],
    [
      'a digest is invalid',
      () => ({ imageDigest: 'latest' }),
      'imageDigest: got "latest", expected sha256: followed by 64 hexadecimal digits. Copy the digest from the registry.',
    ],
    [
      'an image has a tag and a digest',
      () => ({ imageDigest: `sha256:${'a'.repeat(64)}`, imageTag: '3.2.24' }),
      'imageTag: got "a value with imageDigest", expected either a tag or a digest. Remove `imageTag` or `imageDigest`.',
    ],
  ])('%s', (_what, options, message) => {
    const { stack, bucket } = fixture();
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket, ...options(stack) })).toThrow(
      new Error(`[Europe/Proxy] ${message}`),
    );
  });

  test('S3 has no private DNS in the partition', () => {
    const stack = new Stack(newApp(), 'Gov', { env: { region: 'us-gov-west-1' } });
    const bucket = new s3.Bucket(stack, 'Media');
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket, mode: ProxyMode.PRIVATE_LINK })).toThrow(
      new Error(
        '[Gov/Proxy] mode: got "PRIVATE_LINK in us-gov-west-1", expected SERVERS, because S3 has no private DNS in AWS ' +
          'GovCloud (US). Remove `mode`.',
      ),
    );
  });

  test('the bucket is in another region', () => {
    const app = newApp();
    const { stack } = fixture(app);
    const bucket = new s3.Bucket(new Stack(app, 'Us', { env: { region: 'us-east-1' } }), 'Media', {
      bucketName: 'media',
    });
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket })).toThrow(
      new Error(
        '[Europe/Proxy] bucket: got "a bucket in us-east-1", expected a bucket in eu-west-1, because an S3 gateway endpoint ' +
          'serves only its own region. Create the proxy in a stack in us-east-1.',
      ),
    );
  });

  test('the name of the bucket has dots', () => {
    const { stack } = fixture();
    const bucket = s3.Bucket.fromBucketName(stack, 'Dotted', 'media.example.com');
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket })).toThrow(
      new Error(
        '[Europe/Proxy] bucket: got "media.example.com", expected a bucket name without dots, because S3\'s certificate ' +
          'does not cover names with dots. Use another bucket.',
      ),
    );
  });
});

describe('S3MediaProxy validation', () => {
  const propertiesOf = (options: S3MediaProxyOptions) => {
    const { stack } = fixture();
    const problems = new Problems(stack);
    S3MediaProxy._validate(problems.within('replicas[0].proxy'), options, { region: 'eu-west-1' });
    return problems.all.map(({ property }) => property.replace('replicas[0].proxy.', ''));
  };

  test('reports all problems at once, and one for each mistake', () => {
    const vpc = new ec2.Vpc(fixture().stack, 'Vpc');
    expect(
      propertiesOf({
        vpc,
        maxAzs: 1,
        redirectHttp: true,
        clientCidrs: ['fd00::/8'],
        minCapacity: 1,
        maxCapacity: 0,
        imageDigest: 'latest',
        isolation: {},
      }),
    ).toEqual(['redirectHttp', 'minCapacity', 'imageDigest', 'maxAzs', 'isolation', 'clientCidrs[0]']);
    expect(propertiesOf({ mode: ProxyMode.PRIVATE_LINK, minCapacity: 1, redirectHttp: true, vpcSubnets: {} })).toEqual([
      'redirectHttp',
      'minCapacity',
      'vpcSubnets',
    ]);
  });

  test('does not judge tokens', () => {
    const number = Token.asNumber({ resolve: () => 1 });
    const text = Token.asString({ resolve: () => ':' });
    expect(
      propertiesOf({
        maxAzs: number,
        minCapacity: number,
        maxCapacity: number,
        imageDigest: text,
        clientCidrs: [text],
        domainName: text,
      }),
    ).toEqual([]);
  });
});
