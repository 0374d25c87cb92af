import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { DirectConnect, ProxyMode, S3MediaProxy, S3MediaProxyOptions } from '../../../src';
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
  test('is a VPC of its own over two zones, with a way out for the image, and S3 by a gateway endpoint', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.100.0.0/16' });
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.resourceCountIs('AWS::EC2::Subnet', 4);
    template.resourceCountIs('AWS::EC2::FlowLog', 1);
    const endpoint = only(template, 'AWS::EC2::VPCEndpoint').Properties;
    expect(endpoint).toMatchObject({ VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.${AWS::Region}.s3' });
    expect(endpoint.RouteTableIds).toHaveLength(2);
  });

  test('lets nothing but reads of the bucket through the endpoint', () => {
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

  test('needs no way out with a private repository: endpoints serve the image and the logs', () => {
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

  test('takes its size from the props', () => {
    const template = templateWith(() => ({ ipAddresses: ec2.IpAddresses.cidr('10.7.0.0/20') }));
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.7.0.0/20' });
  });

  test('leaves a brought VPC as it is', () => {
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

  test('joins a Direct Connect gateway by a virtual private gateway, with routes by propagation', () => {
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

  test('announces its own range to a Direct Connect gateway, if nothing else is said', () => {
    const template = templateWith(() => ({ directConnect: DirectConnect.gateway(DIRECT_CONNECT_GATEWAY) }));
    const { AllowedPrefixesToDirectConnectGateway } = only(
      template,
      'AWS::DirectConnect::DirectConnectGatewayAssociation',
    ).Properties;
    expect(AllowedPrefixesToDirectConnectGateway).toEqual([expect.stringMatching(/Vpc\w+\.CidrBlock/)]);
  });

  test('joins a transit gateway, with routes to the clients', () => {
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
  test('are two or more on Fargate, rolled back if they do not start, scaled on load', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: 2,
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

  test('run the official image by an exact tag, with the configuration in their command, and write no file', () => {
    const [container] = only(templateWith(), 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    expect(container.Image).toMatch(/^public\.ecr\.aws\/docker\/library\/haproxy:3\.2\.\d+$/);
    expect(container.ReadonlyRootFilesystem).toBe(true);
    expect(container).not.toHaveProperty('Environment');
    expect(container.EntryPoint).toEqual(['/bin/sh', '-c']);
    expect(container.Command[0]).toMatch(/^exec haproxy -db -f \/dev\/stdin <<'CONFIG'\n[^]*\nCONFIG$/);
    expect(container.Command[0]).toMatch(/Host \$\{Media\w+\}\.s3\.eu-west-1\.\$\{AWS::URLSuffix\}\n/);
    expect(container.Command[0]).toMatch(/timeout http-keep-alive 135s/);
  });

  test('can run an image by its digest, or a private one', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const [byDigest] = only(
      templateWith(() => ({ imageDigest: digest })),
      'AWS::ECS::TaskDefinition',
    ).Properties.ContainerDefinitions;
    expect(byDigest.Image).toBe(`public.ecr.aws/docker/library/haproxy@${digest}`);
    const [ours] = only(
      templateWith((stack) => ({ imageRepository: privateRepository(stack), imageTag: '3.2.24-ours' })),
      'AWS::ECS::TaskDefinition',
    ).Properties.ContainerDefinitions;
    expect(ours.Image).toMatch(/\.dkr\.ecr\.eu-west-1\.\$\{AWS::URLSuffix\}\/haproxy:3\.2\.24-ours$/);
  });

  test('have no permission of their own, but to write logs and to pull their image', () => {
    const template = templateWith();
    const task = only(template, 'AWS::ECS::TaskDefinition').Properties;
    const [taskRole] = /\w+(?=\.Arn)/.exec(task.TaskRoleArn)!;
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) =>
      asText(Properties),
    );
    expect(policies.filter(({ Roles }) => Roles.includes(`\${${taskRole}}`))).toEqual([]);
  });

  test('are reached from the load balancer only, and reach out over TLS only', () => {
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

  test('are behind an internal balancer that speaks TLS 1.2 and later, to private addresses only', () => {
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

  test('take clients, a redirect, protection, sizes and retention from the props', () => {
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

describe('S3MediaProxy name', () => {
  const zoneIn = (stack: Stack) =>
    route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z123', zoneName: 'example.com' });

  test('is the literal URL, certified and recorded in the zone', () => {
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

  test('is certified without a zone by a record that somebody adds', () => {
    const template = templateWith();
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: DOMAIN,
      ValidationMethod: 'DNS',
    });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('can have a brought certificate', () => {
    const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1234abcd-12ab-34cd-56ef-1234567890ab';
    const template = templateWith((stack) => ({
      certificate: acm.Certificate.fromCertificateArn(stack, 'Certificate', arn),
    }));
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Certificates: [{ CertificateArn: arn }],
    });
  });

  test('may be missing: then there is no TLS, and a warning', () => {
    const { stack, bucket } = fixture();
    const proxy = new S3MediaProxy(stack, 'Proxy', { bucket });
    expect(asText(stack.resolve(proxy.url))).toMatch(/^http:\/\/\$\{.*LoadBalancer.*\.DNSName\}$/);
    const warnings = (stack.node.root as App)
      .synth()
      .getStackArtifact(stack.artifactId)
      .messages.filter(({ id }) => id === '/Europe/Proxy');
    expect(warnings.map(({ level }) => level)).toEqual(['warning']);
    expect(String(warnings[0].entry.data)).toMatch(/unencrypted/);
  });
});

describe('S3MediaProxy by PrivateLink', () => {
  test('is an interface endpoint with private names, and a resolver for the clients: no server', () => {
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
    const { PolicyDocument, ...endpoint } = only(template, 'AWS::EC2::VPCEndpoint').Properties;
    expect(endpoint).toMatchObject({
      VpcEndpointType: 'Interface',
      ServiceName: 'com.amazonaws.eu-west-1.s3',
      PrivateDnsEnabled: true,
      DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: 'AllResolvers' },
    });
    expect(PolicyDocument.Statement.map(({ Action }: any) => Action)).toEqual([
      ['s3:GetObject', 's3:GetObjectVersion'],
    ]);
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
  test('denies reads that come neither through the endpoint nor from those who are exempt, and nothing else', () => {
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
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: expect.stringMatching(/\/\*$/),
        Condition: {
          StringNotEquals: { 'aws:SourceVpce': `\${${endpoint}}` },
          ArnNotLike: { 'aws:PrincipalArn': [admin] },
        },
      },
    ]);
  });

  test('is there for nobody in particular too, and by PrivateLink', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'Proxy', { bucket, mode: ProxyMode.PRIVATE_LINK, isolation: {} });
    const [{ Condition }] = only(templateOf(stack), 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpce': expect.stringMatching(/^\$\{ProxyEndpoint\w+\}$/) },
    });
  });
});

describe('S3MediaProxy isolation fails when', () => {
  test('the policy of the bucket is not of this app', () => {
    const { stack } = fixture();
    const bucket = s3.Bucket.fromBucketName(stack, 'Imported', 'media-eu');
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket, isolation: {} })).toThrow(
      '[Europe/Proxy] isolation: got "Europe/Imported, whose policy is not of this app"',
    );
  });

  test('another proxy isolates the bucket already, and each would deny the other', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'One', { bucket, isolation: {} });
    expect(() => new S3MediaProxy(stack, 'Two', { bucket, isolation: {} })).toThrow(
      '[Europe/Two] isolation: got "Europe/Media, which another proxy isolates already"',
    );
  });
});

test('S3MediaProxy by PrivateLink takes what private subnets a brought VPC has', () => {
  const { stack, bucket } = fixture();
  const vpc = new ec2.Vpc(stack, 'Vpc');
  new S3MediaProxy(stack, 'Proxy', { bucket, vpc, mode: ProxyMode.PRIVATE_LINK });
  const { SubnetIds } = only(templateOf(stack), 'AWS::EC2::VPCEndpoint').Properties;
  expect(SubnetIds).toEqual(vpc.privateSubnets.map(({ subnetId }) => asText(stack.resolve(subnetId))));
});

test('two proxies in one account and region share no name', () => {
  const { stack, bucket } = fixture();
  for (const id of ['One', 'Two']) {
    new S3MediaProxy(stack, id, { bucket, domainName: `${id}.example.com`.toLowerCase() });
  }
  const template = templateOf(stack);
  const text = JSON.stringify(template.toJSON().Resources);
  expect(text).not.toMatch(/"(ServiceName|LoadBalancerName|TargetGroupName|LogGroupName|RoleName|GroupName)":"/);
  // Only this one has to be known in another region, by a dashboard.
  const clusters = Object.values(template.findResources('AWS::ECS::Cluster'));
  expect(new Set(clusters.map(({ Properties }) => Properties.ClusterName)).size).toBe(2);
});

describe('S3MediaProxy metrics and alarms', () => {
  const proxyIn = ({ stack, bucket }: Fixture, options: S3MediaProxyOptions = { domainName: DOMAIN }) =>
    new S3MediaProxy(stack, 'Proxy', { bucket, ...options });

  test('are about its servers and its load balancer', () => {
    const { stack, bucket } = fixture();
    const proxy = proxyIn({ stack, bucket });
    const cluster = only(templateOf(stack), 'AWS::ECS::Cluster').Properties.ClusterName;
    const there = { region: 'eu-west-1', dimensions: { ClusterName: cluster } };
    expect(proxy.metricRunningServers()).toMatchObject({ ...there, metricName: 'TaskCount', statistic: 'Minimum' });
    expect(proxy.metricBytesSent()).toMatchObject({ ...there, metricName: 'NetworkTxBytes', statistic: 'Average' });
    const dimensions = (metric: cloudwatch.Metric) => Object.keys(metric.dimensions!);
    expect(dimensions(proxy.metricUnhealthyServers())).toEqual(['LoadBalancer', 'TargetGroup']);
    expect(dimensions(proxy.metricFailedRequests())).toEqual(['LoadBalancer', 'TargetGroup']);
    expect(dimensions(proxy.metricUnansweredRequests())).toEqual(['LoadBalancer']);
  });

  test('alarms are made once, and take actions later', () => {
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

  test('by PrivateLink, an alarm watches the endpoint, and there are no servers to measure', () => {
    const { stack, bucket } = fixture();
    const proxy = proxyIn({ stack, bucket }, { mode: ProxyMode.PRIVATE_LINK });
    proxy.addAlarms();
    expect(only(templateOf(stack), 'AWS::CloudWatch::Alarm').Properties).toMatchObject({
      Namespace: 'AWS/PrivateLinkEndpoints',
      MetricName: 'PacketsDropped',
      Dimensions: expect.arrayContaining([{ Name: 'Service Name', Value: 'com.amazonaws.eu-west-1.s3' }]),
    });
    expect(() => proxy.metricRunningServers()).toThrow(
      /\[Europe\/Proxy\] mode: got "PRIVATE_LINK", expected servers, of which TaskCount is a metric/,
    );
    expect(() => proxy.metricFailedRequests()).toThrow(/expected servers/);
  });
});

describe('S3MediaProxy fails when', () => {
  test.each<[string, (stack: Stack) => S3MediaProxyOptions, string]>([
    [
      'PrivateLink is given servers',
      () => ({ mode: ProxyMode.PRIVATE_LINK, domainName: DOMAIN }),
      'domainName: got "a value with mode PRIVATE_LINK", expected none: there is no server.',
    ],
    [
      'a brought VPC is to be changed',
      (stack) => ({ vpc: new ec2.Vpc(stack, 'Vpc'), directConnect: DirectConnect.transitGateway('tgw-1') }),
      'directConnect: got "a value together with vpc", expected one of the two',
    ],
    [
      'a bucket is to be isolated to an endpoint that is not known',
      (stack) => ({ vpc: new ec2.Vpc(stack, 'Vpc'), isolation: {} }),
      'isolation: got "a value together with vpc", expected to know the VPC\'s gateway endpoint',
    ],
    ['subnets are chosen of no VPC', () => ({ vpcSubnets: {} }), 'vpcSubnets: got "a value without vpc"'],
    [
      'a VPC has no way to the image',
      (stack) => ({
        vpc: new ec2.Vpc(stack, 'Vpc', {
          natGateways: 0,
          subnetConfiguration: [{ name: 'a', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
        }),
      }),
      'imageRepository: got nothing, expected a private repository, since the subnets of Europe/Vpc have no way out',
    ],
    [
      'the chosen subnets have no way to the image',
      (stack) => ({
        vpc: new ec2.Vpc(stack, 'Vpc', {
          subnetConfiguration: [
            { name: 'a', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
            { name: 'b', subnetType: ec2.SubnetType.PUBLIC },
          ],
        }),
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      }),
      'imageRepository: got nothing, expected a private repository',
    ],
    [
      'a zone is given without a name',
      (stack) => ({ hostedZone: route53.HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1') }),
      'hostedZone: got "a value without domainName", expected the name that clients use.',
    ],
    [
      'a client is in a network that can not reach it',
      () => ({ clientCidrs: ['10.0.0.0/8', 'fd00::/8'] }),
      'clientCidrs[1]: got "fd00::/8", expected an IPv4 range',
    ],
    ['one server is to be enough', () => ({ minCapacity: 1 }), 'minCapacity: got 1, expected at least 2'],
    [
      'the most is less than the least',
      () => ({ minCapacity: 4, maxCapacity: 3 }),
      'maxCapacity: got 3, expected at least minCapacity, 4.',
    ],
    ['one zone is to be enough', () => ({ maxAzs: 1 }), 'maxAzs: got 1, expected at least 2'],
    ['a digest is none', () => ({ imageDigest: 'latest' }), 'imageDigest: got "latest", expected sha256:'],
    [
      'an image has a tag and a digest',
      () => ({ imageDigest: `sha256:${'a'.repeat(64)}`, imageTag: '3.2.24' }),
      'imageTag: got "a value together with imageDigest", expected one of the two.',
    ],
  ])('%s', (_what, options, message) => {
    const { stack, bucket } = fixture();
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket, ...options(stack) })).toThrow(`[Europe/Proxy] ${message}`);
  });

  test('the bucket is in another region, or has a name that no certificate covers', () => {
    const app = newApp();
    const { stack } = fixture(app);
    const elsewhere = new s3.Bucket(new Stack(app, 'Us', { env: { region: 'us-east-1' } }), 'Media', {
      bucketName: 'media-us',
    });
    expect(() => new S3MediaProxy(stack, 'Proxy', { bucket: elsewhere })).toThrow(
      '[Europe/Proxy] bucket: got "a bucket in us-east-1", expected a bucket in eu-west-1',
    );
    const dotted = s3.Bucket.fromBucketName(stack, 'Dotted', 'media.example.com');
    expect(() => new S3MediaProxy(stack, 'Other', { bucket: dotted })).toThrow(
      '[Europe/Other] bucket: got "media.example.com", expected a name without dots',
    );
  });
});
