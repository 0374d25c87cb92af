import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  ProxyMode,
  ReplicatedMediaBucket,
  ReplicationCanary,
  ReplicationCanaryProps,
  S3MediaProxy,
  S3MediaProxyAttributes,
  S3MediaProxyOptions,
} from '../../../src';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

function setUp(proxy: S3MediaProxyOptions, props: Partial<ReplicationCanaryProps> = {}, env = {}) {
  const stack = primaryStack(newApp(), { region: 'us-east-1', ...env });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1', proxy }, { region: 'sa-east-1' }],
  });
  const canary = new ReplicationCanary(stack, 'Canary', { ...props, media });
  return { stack, media, canary, replicaStack: media.replica('eu-west-1').stack };
}

const probeIn = (template: Template): any =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(asText)
    .find(({ Properties }: any) => /-probe$/.test(Properties.FunctionName));

const settingsOf = (stack: Stack): any => {
  const functions = Object.values(templateOf(stack).findResources('AWS::Lambda::Function')).map(asText);
  return functions
    .map(({ Properties }: any) => Properties.Environment?.Variables.REPLICATION_CANARY_SETTINGS)
    .filter(Boolean)
    .map((text) => JSON.parse(text))[0];
};

type Overrides = Partial<S3MediaProxyAttributes> & { readonly scopeRegion?: string };

/** A canary of imported media that reads through an imported proxy. */
function withImportedProxy({ scopeRegion = 'eu-west-1', ...overrides }: Overrides) {
  const app = newApp();
  const stack = primaryStack(app);
  const europe = new Stack(app, 'Europe', { env: { region: scopeRegion } });
  const vpc = ec2.Vpc.fromVpcAttributes(europe, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-1'],
    privateSubnetRouteTableIds: ['rtb-1'],
  });
  const loadBalancer = elbv2.ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(europe, 'LoadBalancer', {
    loadBalancerArn: `arn:aws:elasticloadbalancing:${scopeRegion}:111111111111:loadbalancer/app/proxy/1`,
    loadBalancerDnsName: 'balancer.example.com',
    securityGroupId: 'sg-1',
  });
  const attributes = { url: 'https://media.example.com', region: 'eu-west-1', vpc, loadBalancer, ...overrides };
  const proxy = S3MediaProxy.fromS3MediaProxyAttributes(europe, 'Proxy', attributes);
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
    replicas: [
      { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
    ],
  });
  const canary = new ReplicationCanary(stack, 'Canary', { media, proxies: { 'eu-west-1': proxy } });
  return { stack, europe, canary, attributes };
}

describe('the probe of a proxy', () => {
  test('is in the VPC and the stack of the proxy, and connects to the load balancer with the host name of clients', () => {
    const { stack, replicaStack, canary } = setUp({ domainName: 'media.eu.example.com' });
    const { Properties } = probeIn(templateOf(replicaStack));
    expect(Properties).toMatchObject({
      FunctionName: expect.stringMatching(/^canary-[0-9a-f]{8}-probe$/),
      Runtime: 'nodejs24.x',
      MemorySize: 128,
      Environment: {
        Variables: {
          PROXY_ORIGIN: 'https://media.eu.example.com',
          PROXY_ADDRESS: expect.stringMatching(/LoadBalancer\w+\.DNSName\}$/),
        },
      },
      VpcConfig: {
        SubnetIds: [expect.stringContaining('ProxySubnet1'), expect.stringContaining('ProxySubnet2')],
        SecurityGroupIds: [expect.stringContaining('SecurityGroup')],
      },
    });
    expect(Stack.of(canary.probes['eu-west-1'])).toBe(replicaStack);
    const { replicas, probes } = settingsOf(stack);
    expect(probes).toEqual({ partition: '${AWS::Partition}', functionName: Properties.FunctionName });
    expect(replicas.map(([region, , , account]: any) => [region, account])).toEqual([
      ['eu-west-1', '${AWS::AccountId}'],
      ['sa-east-1', undefined],
    ]);
    expect(stack.dependencies).toContain(replicaStack);
  });

  test('can connect only to the proxy', () => {
    const template = templateOf(
      setUp({ domainName: 'media.eu.example.com', clientCidrs: ['10.20.0.0/16'] }).replicaStack,
    );
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Replication canary',
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('CanaryProbe.*SecurityGroup'), 'GroupId'] },
    });
    expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroupEgress'))).not.toContain('CanaryProbe');
    const [group] = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).filter(([id]) =>
      id.startsWith('CanaryProbe'),
    );
    expect(asText(group[1]).Properties.SecurityGroupEgress).toEqual([
      {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        DestinationSecurityGroupId: expect.stringMatching(/LoadBalancerSecurityGroup\w+\.GroupId/),
        Description: 'The media proxy',
      },
    ]);
  });

  test('uses plain HTTP if the proxy has no domain name', () => {
    const { replicaStack } = setUp({});
    const template = Template.fromStack(replicaStack);
    expect(probeIn(template).Properties.Environment.Variables.PROXY_ORIGIN).toMatch(/^http:\/\/\$\{.*DNSName\}$/);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Replication canary',
      FromPort: 80,
    });
  });

  test('connects to the interface endpoint with PRIVATE_LINK, as the host name of S3', () => {
    const { replicaStack } = setUp({ mode: ProxyMode.PRIVATE_LINK });
    const { Variables } = probeIn(templateOf(replicaStack)).Properties.Environment;
    expect(Variables.PROXY_ORIGIN).toMatch(/^https:\/\/.*\.s3\.eu-west-1\.\$\{AWS::URLSuffix\}$/);
    // S3's name resolves to the endpoint only for clients of the inbound resolver, not in the VPC.
    const [, address] = Object.values<any>(templateOf(replicaStack).findResources('AWS::Lambda::Function'))[0]
      .Properties.Environment.Variables.PROXY_ADDRESS['Fn::Join'][1];
    expect(address['Fn::Select'][1]['Fn::Split'][1]['Fn::Select'][1]).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/ProxyEndpoint/), 'DnsEntries'],
    });
    templateOf(replicaStack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Replication canary',
      FromPort: 443,
    });
  });

  test('has no permissions in AWS, except for Lambda to manage its network interfaces', () => {
    const { replicaStack } = setUp({ domainName: 'media.eu.example.com' });
    const [policy] = Object.entries(templateOf(replicaStack).findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith('CanaryProbe'))
      .map(([, each]) => asText(each).Properties.PolicyDocument.Statement);
    const interfaces = expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']);
    expect(policy).toEqual([
      { Effect: 'Allow', Action: interfaces, Resource: '*' },
      {
        Effect: 'Deny',
        Action: interfaces,
        Resource: '*',
        Condition: {
          ArnEquals: {
            'lambda:SourceFunctionArn': expect.stringMatching(/:lambda:eu-west-1:.*:function:canary-\w+-probe$/),
          },
        },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringContaining('Logs'),
      },
    ]);
  });

  test('can be invoked by the canary', () => {
    const { stack } = setUp({ domainName: 'media.eu.example.com' });
    const statements = Object.values(templateOf(stack).findResources('AWS::IAM::Policy'))
      .map(asText)
      .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
      .filter(({ Action }: any) => Action === 'lambda:InvokeFunction');
    expect(statements).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: expect.stringMatching(/eu-west-1:.*-probe$/) },
    ]);
  });

  test('has metrics and an alarm', () => {
    const { stack, canary } = setUp({ domainName: 'media.eu.example.com' });
    expect(canary.metricProxyTime('eu-west-1').metricName).toBe('ProxyTime');
    expect(canary.metricProxyLatency('eu-west-1').metricName).toBe('ProxyLatency');
    expect(() => canary.metricProxyLatency('sa-east-1')).toThrow(/expected one of eu-west-1/);
    expect(canary.addAlarms().length).toBe(1 + 3 + 2 + 1);
    templateOf(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ProxyLatency', Threshold: 3000 });
  });

  test('is not created if proxies is empty', () => {
    const { replicaStack, canary } = setUp({ domainName: 'media.eu.example.com' }, { proxies: {} });
    expect([probeIn(templateOf(replicaStack)), canary.probes]).toEqual([undefined, {}]);
  });

  test('works with imported media and a proxy of this app', () => {
    const app = newApp();
    const stack = primaryStack(app);
    const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
      replicas: [
        { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
      ],
    });
    const proxy = new S3MediaProxy(europe, 'Proxy', {
      bucket: s3.Bucket.fromBucketName(europe, 'Bucket', 'media-eu'),
      domainName: 'media.eu.example.com',
    });
    new ReplicationCanary(stack, 'Canary', { media, proxies: { 'eu-west-1': proxy } });
    expect(probeIn(templateOf(europe))).toBeDefined();
    expect(settingsOf(stack).replicas[0]).toEqual(['eu-west-1', expect.any(String), 1, '${AWS::AccountId}']);
  });

  test('works with an imported proxy', () => {
    const { canary, stack, europe, attributes } = withImportedProxy({});
    expect(canary.proxyRegions).toEqual(['eu-west-1']);
    const { Properties } = probeIn(templateOf(europe));
    expect(Properties.Environment.Variables).toMatchObject({
      PROXY_ORIGIN: attributes.url,
      PROXY_ADDRESS: 'balancer.example.com',
    });
    expect(Properties.VpcConfig.SubnetIds).toEqual(['subnet-1']);
    templateOf(europe).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-1', FromPort: 443 });
    expect(settingsOf(stack).replicas[0]).toEqual(['eu-west-1', expect.any(String), 1, '${AWS::AccountId}']);
  });

  test('connects to the DNS name of an imported interface endpoint', () => {
    const endpointDnsName = 'bucket.vpce-1a2b-5e6f.s3.eu-west-1.vpce.amazonaws.com';
    const { europe } = withImportedProxy({ endpointDnsName });
    expect(probeIn(templateOf(europe)).Properties.Environment.Variables.PROXY_ADDRESS).toBe(endpointDnsName);
  });

  test.each<[what: string, overrides: Overrides, message: string]>([
    [
      'its VPC and security groups are unknown',
      { vpc: undefined, loadBalancer: undefined },
      'proxies.eu-west-1: got "a proxy that was imported without vpc and securityGroups", expected a proxy with a known ' +
        'VPC and security groups, so that a function in the VPC can connect to it. Specify `vpc` and `securityGroups` ' +
        'when you import the proxy, or leave the proxy out of `proxies`.',
    ],
    [
      'it was imported into a stack in another region',
      { scopeRegion: 'us-east-1' },
      'proxies.eu-west-1: got "a proxy that was imported into a stack in us-east-1", expected a proxy in a stack in ' +
        'eu-west-1, in which the canary creates a function. Import the proxy into a stack in eu-west-1.',
    ],
    [
      'it is in another region',
      { region: 'sa-east-1', scopeRegion: 'sa-east-1' },
      'proxies.eu-west-1: got "a proxy in sa-east-1", expected a proxy in eu-west-1, the region of the replica. Use the ' +
        "proxy's own region as the key.",
    ],
  ])('fails with an imported proxy when %s', (_, overrides, message) => {
    expect(() => withImportedProxy(overrides)).toThrow(new Error(`[MediaStack/Canary] ${message}`));
  });

  test('fails when the canary does not watch the region of the proxy', () => {
    const { stack, media } = setUp({ domainName: 'media.eu.example.com' });
    const proxies = { 'us-west-2': media.replica('eu-west-1').proxy! };
    expect(() => new ReplicationCanary(stack, 'Other', { media, proxies })).toThrow(
      new Error(
        '[MediaStack/Other] proxies.us-west-2: got "us-west-2", expected the region of a replica that the canary watches ' +
          '(eu-west-1, sa-east-1). Use one of these regions as the key.',
      ),
    );
  });

  test('uses the subnets of the servers in an existing VPC, even public ones', () => {
    const app = newApp();
    const replicaStack = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const vpc = new ec2.Vpc(replicaStack, 'Vpc', { natGateways: 0, restrictDefaultSecurityGroup: false });
    const stack = primaryStack(app);
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [
        {
          region: 'eu-west-1',
          stack: replicaStack,
          proxy: { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, domainName: 'm.example.com' },
        },
      ],
    });
    new ReplicationCanary(stack, 'Canary', { media });
    expect(probeIn(templateOf(replicaStack)).Properties.VpcConfig.SubnetIds[0]).toContain('PublicSubnet1');
  });

  test('allows the canary’s account to invoke it if the accounts differ', () => {
    const app = newApp();
    const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1', account: '222222222222', proxy: { domainName: 'media.eu.example.com' } }],
    });
    new ReplicationCanary(stack, 'Canary', { media });
    templateOf(media.replica('eu-west-1').stack).hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: Match.anyValue(),
    });
    expect(settingsOf(stack).replicas[0]).toEqual(['eu-west-1', expect.any(String), 1, '222222222222']);
  });

  test('exists once for each of two canaries', () => {
    const { stack, media, replicaStack } = setUp({ domainName: 'media.eu.example.com' });
    new ReplicationCanary(stack, 'Other', { media });
    const names = Object.values(templateOf(replicaStack).findResources('AWS::Lambda::Function'))
      .map(({ Properties }) => Properties.FunctionName)
      .filter(Boolean);
    expect(new Set(names).size).toBe(2);
  });
});
