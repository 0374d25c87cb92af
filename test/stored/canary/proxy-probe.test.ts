import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  ProxyMode,
  ReplicatedMediaBucket,
  ReplicationCanary,
  ReplicationCanaryProps,
  S3MediaProxy,
  S3MediaProxyOptions,
} from '../../../src';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

function setUp(proxy: S3MediaProxyOptions, props: Partial<ReplicationCanaryProps> = {}, env = {}) {
  const stack = primaryStack(newApp(), { region: 'us-east-1', ...env });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1', proxy }, { region: 'sa-east-1' }],
  });
  const canary = new ReplicationCanary(stack, 'Canary', { ...props, media });
  return { stack, media, canary, home: media.replica('eu-west-1').stack };
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

describe('the probe of a proxy', () => {
  test('is in the proxy’s VPC and stack, and reads by its name at its load balancer', () => {
    const { stack, home, canary } = setUp({ domainName: 'media.eu.example.com' });
    const { Properties } = probeIn(templateOf(home));
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
    expect(Stack.of(canary.probes['eu-west-1'])).toBe(home);
    const [europe, brazil] = settingsOf(stack).replicas;
    expect(europe.probe).toBe(
      'arn:${AWS::Partition}:lambda:eu-west-1:${AWS::AccountId}:function:' + Properties.FunctionName,
    );
    expect(brazil.probe).toBeUndefined();
    expect(stack.dependencies).toContain(home);
  });

  test('may connect to the proxy, and to nothing else', () => {
    const template = templateOf(setUp({ domainName: 'media.eu.example.com', clientCidrs: ['10.20.0.0/16'] }).home);
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

  test('speaks plain HTTP where the proxy has no name', () => {
    const { home } = setUp({});
    const template = Template.fromStack(home);
    expect(probeIn(template).Properties.Environment.Variables.PROXY_ORIGIN).toMatch(/^http:\/\/\$\{.*DNSName\}$/);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Replication canary',
      FromPort: 80,
    });
  });

  test('reads through a PrivateLink by S3’s own name', () => {
    const { home } = setUp({ mode: ProxyMode.PRIVATE_LINK });
    const { Variables } = probeIn(templateOf(home)).Properties.Environment;
    expect(Variables.PROXY_ORIGIN).toMatch(/^https:\/\/.*\.s3\.eu-west-1\.\$\{AWS::URLSuffix\}$/);
    expect(Variables.PROXY_ADDRESS).toBeUndefined();
    templateOf(home).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'Replication canary',
      FromPort: 443,
    });
  });

  test('may do nothing in AWS, but Lambda may make its network interfaces', () => {
    const { home } = setUp({ domainName: 'media.eu.example.com' });
    const [policy] = Object.entries(templateOf(home).findResources('AWS::IAM::Policy'))
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

  test('may be called by the canary, by its ARN', () => {
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

  test('is not made where none is wanted', () => {
    const { home, canary } = setUp({ domainName: 'media.eu.example.com' }, { proxies: {} });
    expect([probeIn(templateOf(home)), canary.probes]).toEqual([undefined, {}]);
  });

  test('can be that of imported media, through a proxy of this app', () => {
    const app = newApp();
    const stack = primaryStack(app);
    const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1' },
      replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule' }],
    });
    const proxy = new S3MediaProxy(europe, 'Proxy', {
      bucket: s3.Bucket.fromBucketName(europe, 'Bucket', 'media-eu'),
      domainName: 'media.eu.example.com',
    });
    const proxies = { 'eu-west-1': proxy };
    new ReplicationCanary(stack, 'Canary', { media, proxies });
    expect(probeIn(templateOf(europe))).toBeDefined();
    expect(settingsOf(stack).replicas[0].probe).toMatch(/:eu-west-1:/);
    expect(() => new ReplicationCanary(stack, 'Other', { media, proxies: { 'sa-east-1': proxy } })).toThrow(
      /proxies\.sa-east-1: got "sa-east-1", expected the region of a replica that is waited for/,
    );
  });

  test('fails when the proxy is elsewhere', () => {
    const { stack, media } = setUp({ domainName: 'media.eu.example.com' });
    const { proxy } = media.replica('eu-west-1');
    expect(() => new ReplicationCanary(stack, 'Other', { media, proxies: { 'sa-east-1': proxy! } })).toThrow(
      /proxies\.sa-east-1: got "a proxy in eu-west-1", expected a proxy in sa-east-1/,
    );
  });

  test('goes where the servers are in a brought VPC, also into public subnets', () => {
    const app = newApp();
    const home = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const vpc = new ec2.Vpc(home, 'Vpc', { natGateways: 0, restrictDefaultSecurityGroup: false });
    const stack = primaryStack(app);
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [
        {
          region: 'eu-west-1',
          stack: home,
          proxy: { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, domainName: 'm.example.com' },
        },
      ],
    });
    new ReplicationCanary(stack, 'Canary', { media });
    expect(probeIn(templateOf(home)).Properties.VpcConfig.SubnetIds[0]).toContain('PublicSubnet1');
  });

  test('admits the canary’s account, where that is another', () => {
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
    expect(settingsOf(stack).replicas[0].probe).toMatch(/:lambda:eu-west-1:222222222222:function:/);
  });

  test('two canaries of one bucket have one each', () => {
    const { stack, media, home } = setUp({ domainName: 'media.eu.example.com' });
    new ReplicationCanary(stack, 'Other', { media });
    const names = Object.values(templateOf(home).findResources('AWS::Lambda::Function'))
      .map(({ Properties }) => Properties.FunctionName)
      .filter(Boolean);
    expect(new Set(names).size).toBe(2);
  });
});
