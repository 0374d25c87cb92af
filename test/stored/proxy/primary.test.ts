import { App, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket, S3MediaProxy, S3MediaProxyOptions, S3MediaProxyProps } from '../../../src';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const DOMAIN = 'media.eu.example.com';
const PRIMARY_DOMAIN = 'media-primary.eu.example.com';
const SERVED = { domainName: DOMAIN, primary: { domainName: PRIMARY_DOMAIN } };

interface Fixture {
  readonly stack: Stack;
  readonly bucket: s3.Bucket;
  readonly primaryBucket: s3.IBucket;
}

function fixture(env = { account: '111111111111', region: 'eu-west-1' }, primaryRegion = 'us-east-1'): Fixture {
  const stack = new Stack(newApp(), 'Europe', { env });
  return {
    stack,
    bucket: new s3.Bucket(stack, 'Media'),
    primaryBucket: s3.Bucket.fromBucketAttributes(stack, 'Us', { bucketName: 'media-us', region: primaryRegion }),
  };
}

function templateWith(options: (stack: Stack) => S3MediaProxyOptions = () => ({})): Template {
  const { stack, bucket, primaryBucket } = fixture();
  new S3MediaProxy(stack, 'Proxy', { bucket, primaryBucket, ...SERVED, ...options(stack) });
  return templateOf(stack);
}

/** The endpoints by their type. */
function endpointsOf(template: Template): { [type: string]: any } {
  const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
  return Object.fromEntries(endpoints.map(({ Properties }) => [Properties.VpcEndpointType, asText(Properties)]));
}

function securityGroup(template: Template, description: string): any {
  const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup')).map(({ Properties }) => Properties);
  return groups.find(({ GroupDescription }) => GroupDescription === description);
}

const configOf = (template: Template): string =>
  only(template, 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0].Command[0];

describe('S3MediaProxy with the primary', () => {
  test('has an interface endpoint for S3 in the region of the primary, without private DNS', () => {
    const { Interface } = endpointsOf(templateWith());
    expect(Interface).toMatchObject({
      ServiceName: 'com.amazonaws.us-east-1.s3',
      ServiceRegion: 'us-east-1',
      PrivateDnsEnabled: false,
    });
    expect(Interface).not.toHaveProperty('DnsOptions');
    expect(Interface.SubnetIds).toHaveLength(2);
  });

  test('allows only reads of the primary through that endpoint, and of the replica through the other', () => {
    const { Interface, Gateway } = endpointsOf(templateWith());
    const reads = (Resource: unknown) => ({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: '*' }, Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource },
      ],
    });
    expect(Interface.PolicyDocument).toMatchObject(reads('arn:${AWS::Partition}:s3:::media-us/*'));
    expect(Gateway.PolicyDocument).toMatchObject(reads(expect.stringMatching(/^\$\{Media\w+\.Arn\}\/\*$/)));
  });

  test('lets only the servers connect to that endpoint', () => {
    const template = templateWith();
    const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) =>
      asText(Properties),
    );
    const toEndpoint = ingress.filter(({ GroupId }) => /PrimaryEndpoint/.test(GroupId));
    expect(
      toEndpoint.map(({ FromPort, ToPort, SourceSecurityGroupId }) => [FromPort, ToPort, SourceSecurityGroupId]),
    ).toEqual([[443, 443, expect.stringMatching(/ServerSecurityGroup/)]]);
    expect(securityGroup(template, 'Europe/Proxy/Primary/Endpoint/SecurityGroup')).not.toHaveProperty(
      'SecurityGroupIngress',
    );
  });

  test('routes requests by their host name, and sends S3 the host name of the bucket', () => {
    const config = configOf(templateWith());
    expect(config).toContain(`use_backend primary if { req.hdr(host),host_only -i ${PRIMARY_DOMAIN} }\n`);
    const [, primary] = config.split('\nbackend primary\n');
    const host = 'media-us.s3.us-east-1.${AWS::URLSuffix}';
    expect(primary).toContain(`http-request set-header Host ${host}\n`);
    expect(primary).toContain(`sni str(${host}) verifyhost ${host} check-sni ${host}\n`);
    expect(config).toMatch(/is_read \{ url \/ping\/primary \} \{ nbsrv\(primary\) gt 0 \}/);
  });

  // The first DNS entry is `Z1:*.vpce-1-2.s3.us-east-1.vpce.amazonaws.com`.
  test('connects to the regional DNS name of the endpoint', () => {
    const { stack, bucket, primaryBucket } = fixture();
    new S3MediaProxy(stack, 'Proxy', { bucket, primaryBucket, ...SERVED });
    const [{ Properties }] = Object.values(templateOf(stack).findResources('AWS::ECS::TaskDefinition'));
    const parts: any[] = Properties.ContainerDefinitions[0].Command[0]['Fn::Join'][1];
    const name = parts.find((part) => part['Fn::Select']);
    const entries = { 'Fn::GetAtt': [expect.stringMatching(/^ProxyPrimaryEndpoint/), 'DnsEntries'] };
    expect(parts[parts.indexOf(name) - 1]).toMatch(/ bucket\.vpce-$/);
    expect(name).toEqual({
      'Fn::Select': [1, { 'Fn::Split': ['vpce-', { 'Fn::Select': [0, entries] }] }],
    });
  });

  test('has a second certificate and a second record at the same load balancer', () => {
    const template = templateWith((stack) => {
      const hostedZone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
        hostedZoneId: 'Z1',
        zoneName: 'example.com',
      });
      return { hostedZone, primary: { domainName: PRIMARY_DOMAIN, hostedZone } };
    });
    template.hasResourceProperties('AWS::CertificateManager::Certificate', { DomainName: PRIMARY_DOMAIN });
    expect(only(template, 'AWS::ElasticLoadBalancingV2::Listener').Properties.Certificates).toEqual([
      { CertificateArn: expect.stringMatching(/^\$\{ProxyCertificate/) },
    ]);
    expect(only(template, 'AWS::ElasticLoadBalancingV2::ListenerCertificate').Properties.Certificates).toEqual([
      { CertificateArn: expect.stringMatching(/^\$\{ProxyPrimaryCertificate/) },
    ]);
    const records = Object.values(template.findResources('AWS::Route53::RecordSet'));
    expect(records.map(({ Properties }) => Properties.Name).sort()).toEqual([`${PRIMARY_DOMAIN}.`, `${DOMAIN}.`]);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
  });

  test('lists a certificate that contains both names once', () => {
    const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1';
    const template = templateWith((stack) => ({
      certificate: acm.Certificate.fromCertificateArn(stack, 'One', arn),
      primary: { domainName: PRIMARY_DOMAIN, certificate: acm.Certificate.fromCertificateArn(stack, 'Two', arn) },
    }));
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerCertificate', 0);
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
  });

  test('has the URL of the primary, and outputs the ID of the endpoint', () => {
    const { stack, bucket, primaryBucket } = fixture();
    const proxy = new S3MediaProxy(stack, 'Proxy', { bucket, primaryBucket, ...SERVED });
    expect([proxy.url, proxy.primaryUrl]).toEqual([`https://${DOMAIN}`, `https://${PRIMARY_DOMAIN}`]);
    const outputs = Object.entries(asText(templateOf(stack).toJSON().Outputs));
    expect(outputs).toEqual([
      [
        expect.stringMatching(/^ProxyPrimaryVpcEndpointId/),
        expect.objectContaining({ Value: expect.stringMatching(/^\$\{ProxyPrimaryEndpoint\w+\}$/) }),
      ],
    ]);
  });

  test('places the endpoint into the selected subnets, and does not modify an existing VPC', () => {
    const { stack, bucket, primaryBucket } = fixture();
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 1 });
    const [subnet] = vpc.privateSubnets;
    new S3MediaProxy(stack, 'Proxy', {
      ...{ bucket, primaryBucket, vpc, domainName: DOMAIN },
      primary: { domainName: PRIMARY_DOMAIN, vpcSubnets: { subnets: [subnet] } },
    });
    const template = templateOf(stack);
    expect(only(template, 'AWS::EC2::VPCEndpoint').Properties.SubnetIds).toEqual([
      asText(stack.resolve(subnet.subnetId)),
    ]);
  });

  test('uses the names of the partition', () => {
    const { stack, bucket, primaryBucket } = fixture(
      { account: '111111111111', region: 'cn-north-1' },
      'cn-northwest-1',
    );
    new S3MediaProxy(stack, 'Proxy', { bucket, primaryBucket, ...SERVED });
    expect(endpointsOf(templateOf(stack)).Interface).toMatchObject({
      ServiceName: 'cn.com.amazonaws.cn-northwest-1.s3',
      ServiceRegion: 'cn-northwest-1',
    });
  });

  test('is created by a replica for the primary of the media', () => {
    const stack = primaryStack();
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1', proxy: SERVED }] });
    const { proxy, stack: replicaStack } = media.replica('eu-west-1');
    expect(proxy!.primaryUrl).toBe(`https://${PRIMARY_DOMAIN}`);
    const { Interface } = endpointsOf(templateOf(replicaStack));
    expect(Interface.ServiceRegion).toBe('us-east-1');
    expect(Interface.PolicyDocument.Statement[0].Resource).toMatch(/:s3:::[^*]*us-east-1[^*]*\/\*$/);
    const { Value } = Object.values<any>(asText(templateOf(stack).toJSON().Outputs)).find(({ Value: text }) =>
      text.startsWith('{'),
    );
    expect(JSON.parse(Value).replicas[0]).toMatchObject({
      proxyUrl: `https://${DOMAIN}`,
      proxyPrimaryUrl: `https://${PRIMARY_DOMAIN}`,
    });
  });
});

describe('S3MediaProxy with the primary fails when', () => {
  const attempt = (props: Partial<S3MediaProxyProps>, of: Fixture = fixture()) => {
    const { stack, bucket, primaryBucket } = of;
    new S3MediaProxy(stack, 'Proxy', { bucket, primaryBucket, ...SERVED, ...props });
  };
  const expectProblem = (message: string, props: Partial<S3MediaProxyProps>, of?: Fixture) =>
    expect(() => attempt(props, of)).toThrow(new Error(`[Europe/Proxy] ${message}`));

  test('the bucket of the primary is missing', () => {
    expectProblem(
      'primaryBucket: got nothing, expected the bucket that `primary` serves. Specify both `primary` and `primaryBucket`, ' +
        'or neither.',
      { primaryBucket: undefined },
    );
  });

  test('the bucket of the primary is specified without its host name', () => {
    expectProblem(
      'primaryBucket: got "a value without primary", expected a value together with primary. Specify both `primary` and ' +
        '`primaryBucket`, or neither.',
      { primary: undefined },
    );
  });

  test('the proxy has no host name of its own', () => {
    expectProblem(
      'primary: got "a value without domainName", expected a value together with domainName, because the host name of the ' +
        'primary selects its bucket and needs TLS. Specify `domainName`, the host name that clients use for the bucket of ' +
        'the proxy.',
      { domainName: undefined },
    );
  });

  test('both host names are the same', () => {
    expectProblem(
      'primary.domainName: got "MEDIA.eu.example.com", expected another name than domainName, because the name selects the ' +
        'bucket. Specify a second host name. One certificate can contain both.',
      { primary: { domainName: 'MEDIA.eu.example.com' } },
    );
  });

  test('the primary is in the region of the proxy', () => {
    expectProblem(
      'primaryBucket: got "a bucket in eu-west-1", expected a bucket in another region than the proxy, which is in ' +
        'eu-west-1. Import the bucket with its region: `Bucket.fromBucketAttributes(this, id, { bucketName, region })`.',
      {},
      fixture(undefined, 'eu-west-1'),
    );
  });

  test('the primary is in another partition', () => {
    expectProblem(
      'primaryBucket: got "a bucket in cn-north-1", expected a bucket in the partition of the proxy, aws. Remove `primary` ' +
        'and `primaryBucket`: interface endpoints do not reach other partitions.',
      {},
      fixture(undefined, 'cn-north-1'),
    );
  });

  test('the selection of subnets is empty', () => {
    const of = fixture();
    const vpc = new ec2.Vpc(of.stack, 'Vpc');
    expectProblem(
      'primary.vpcSubnets: got "a selection without subnets", expected at least one subnet of Europe/Vpc. Select subnets ' +
        'that exist. Names of Availability Zones are known only in a stack with an account and a region.',
      { vpc, primary: { domainName: PRIMARY_DOMAIN, vpcSubnets: { availabilityZones: ['eu-west-1z'] } } },
      of,
    );
  });

  test('its certificate cannot be validated, because the hosted zone is private', () => {
    const of = fixture();
    const vpc = new ec2.Vpc(of.stack, 'Vpc');
    const hostedZone = new route53.PrivateHostedZone(of.stack, 'Zone', { zoneName: 'example.com', vpc });
    expectProblem(
      'primary.hostedZone: got "the private hosted zone Europe/Zone", expected a public hosted zone, because ACM validates ' +
        'a new certificate by a public record. Specify `certificate`, which was validated in a public zone or issued by a ' +
        'private certificate authority.',
      { primary: { domainName: PRIMARY_DOMAIN, hostedZone } },
      of,
    );
  });

  test('but not for tokens', () => {
    const domainName = Token.asString({ resolve: () => 'x' });
    expect(() => attempt({ domainName, primary: { domainName: PRIMARY_DOMAIN } })).not.toThrow();
  });
});

describe('an isolated primary', () => {
  /** Media whose primary is isolated by a proxy of its own, and served by the proxies of replicas. */
  const findingsWith = (additionalVpcEndpointIds: string[] | undefined, proxied: readonly string[]) => {
    const stack = primaryStack();
    const replicas = ['eu-west-1', 'ap-southeast-2'].map((region) => ({
      region,
      proxy: proxied.includes(region)
        ? { domainName: `media.${region}.example.com`, primary: { domainName: `primary.${region}.example.com` } }
        : undefined,
    }));
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas });
    new S3MediaProxy(stack, 'Home', {
      bucket: media.primary as s3.Bucket,
      domainName: 'media.us.example.com',
      isolation: { additionalVpcEndpointIds },
    });
    return media._synthesisProblems().map(({ property, got, expected }) => [property, got, expected]);
  };

  test.each<[string[] | undefined, string[], number]>([
    [undefined, [], 0],
    [undefined, ['eu-west-1'], 1],
    [['vpce-1'], ['eu-west-1'], 0],
    [['vpce-1'], ['eu-west-1', 'ap-southeast-2'], 1],
    [['vpce-1', 'vpce-2'], ['eu-west-1', 'ap-southeast-2'], 0],
  ])('that admits %j, served by the proxies in %j: %i problems', (admitted, proxied, problems) => {
    expect(findingsWith(admitted, proxied)).toHaveLength(problems);
  });

  test('must admit the proxies that serve it', () => {
    expect(findingsWith([], ['ap-southeast-2'])).toEqual([
      [
        'replicas[1].proxy.primary',
        'a value, but MediaStack/Media/Primary/Bucket is isolated by its own proxy, which admits 0 other endpoints',
        'the endpoints of all proxies that serve it (1) in `additionalVpcEndpointIds` of its `isolation`',
      ],
    ]);
  });

  test('admits reads through each of the endpoints', () => {
    const { stack, bucket } = fixture();
    new S3MediaProxy(stack, 'Proxy', {
      bucket,
      domainName: DOMAIN,
      isolation: { additionalVpcEndpointIds: ['vpce-1'] },
    });
    const [{ Condition }] = only(templateOf(stack), 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement;
    expect(Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpce': [expect.stringMatching(/^\$\{\w+\}$/), 'vpce-1'] },
    });
  });

  test('is reported for a proxy of any bucket', () => {
    const app = newApp();
    const us = new Stack(app, 'Us', { env: { account: '111111111111', region: 'us-east-1' } });
    const primaryBucket = new s3.Bucket(us, 'Media', { bucketName: 'media-us' });
    new S3MediaProxy(us, 'Proxy', { bucket: primaryBucket, domainName: 'media.us.example.com', isolation: {} });
    const europe = new Stack(app, 'Europe', { env: { account: '111111111111', region: 'eu-west-1' } });
    new S3MediaProxy(europe, 'Proxy', { bucket: new s3.Bucket(europe, 'Media'), primaryBucket, ...SERVED });
    expect(() => (europe.node.root as App).synth()).toThrow(/primary: got "a value, but Us\/Media is isolated/);
  });
});
