import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { App, DefaultStackSynthesizer, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as library from '../src';
import { newApp } from './support/synth';

/** A value of a property, or a function that creates it in the stack. */
type Sample = unknown | ((stack: Stack) => unknown);

/** Values of properties that the sample of another property requires. */
class With {
  constructor(
    readonly value: Sample,
    readonly others: Record<string, Sample>,
  ) {}
}

interface Harness {
  /** Uses the struct, so that its properties reach the templates. */
  readonly use: (stack: Stack, props: any) => void;
  /** Required properties. */
  readonly base?: Record<string, Sample>;
  /** For every property, a value other than its default or the one of `base`. */
  readonly samples: Record<string, Sample>;
}

const ACCOUNT = '111111111111';
const WEEK = logs.RetentionDays.ONE_WEEK;
const NODE = new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS);
const FUNCTION = { runtime: NODE, logRetention: WEEK, memorySize: 2048 };
const key = (region: string) => (stack: Stack) =>
  kms.Key.fromKeyArn(stack, `Key-${region}`, `arn:aws:kms:${region}:${ACCOUNT}:key/1a2b3c4d`);
const bucket = (name: string) => (stack: Stack) => s3.Bucket.fromBucketName(stack, name, name);
const topic = (stack: Stack, region = 'us-east-1') =>
  sns.Topic.fromTopicArn(stack, `Topic-${region}`, `arn:aws:sns:${region}:${ACCOUNT}:oncall`);
const actions = (stack: Stack) => [new SnsAction(topic(stack))];
const lifecycleRules = [{ expiration: Duration.days(100) }];
const jwt = { issuer: 'https://login.example.com', audience: ['studio'] };
const authorizer = library.HttpAuthorizer.iam();
const tokens = library.HttpAuthorizer.jwt(jwt);
const replicas = [{ region: 'eu-west-1' }];

const media = (stack: Stack, props: object = {}) =>
  (stack.node.tryFindChild('Media') as library.ReplicatedMediaBucket) ??
  new library.ReplicatedMediaBucket(stack, 'Media', { replicas, ...props });
const proxied = { replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } }] };
const proxy = (stack: Stack, props: object) =>
  new library.S3MediaProxy(stack, 'Proxy', { bucket: bucket('media')(stack), ...props });
const primaryOf = (region: string) => (stack: Stack) =>
  s3.Bucket.fromBucketAttributes(stack, `Primary-${region}`, { bucketName: 'media-primary', region });
/** `primary` and `primaryBucket` require each other. */
const served = {
  domainName: 'media.example.com',
  primary: { domainName: 'primary.example.com' },
  primaryBucket: primaryOf('eu-west-1'),
};
const meetings = (stack: Stack, props: object = {}) => new library.ReplicatedMeetingService(stack, 'Meetings', props);
const room = { meetingName: 'hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'us-east-1' }] };
const router = (stack: Stack, props: object = {}) =>
  new library.MediaRouter(stack, 'Router', { media: media(stack), ...props });
const canary = (stack: Stack, props: object = {}) =>
  new library.ReplicationCanary(stack, 'Canary', { media: media(stack), ...props });

const audit = (stack: Stack, props: object = {}) =>
  new library.ReplicaAudit(stack, 'Audit', { media: media(stack), ...props });

const HARNESSES: Record<string, Harness> = {
  ReplicatedMediaBucketProps: {
    use: media,
    base: { replicas },
    samples: {
      replicas: [{ region: 'eu-north-1' }],
      bucketName: 'studio-media',
      encryptionKey: new With(key('us-east-1'), { encryption: s3.BucketEncryption.KMS }),
      formerEncryptionKeys: (stack: Stack) => [key('us-east-1')(stack)],
      lifecycleRules,
      serverAccessLogsBucket: bucket('logs'),
      abortIncompleteMultipartUploadAfter: Duration.days(3),
      autoDeleteObjects: new With(true, { removalPolicy: RemovalPolicy.DESTROY }),
      bucket: bucket('existing'),
      corsOrigins: ['https://studio.example.com'],
      enableVersioning: new With(true, { bucket: bucket('existing') }),
      identity: 'studio-media',
      encryption: s3.BucketEncryption.S3_MANAGED,
      logRetention: WEEK,
      namePrefix: 'studio',
      noncurrentVersionExpiration: Duration.days(30),
      objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(7)),
      objectLockEnabled: true,
      outputs: false,
      removalPolicy: RemovalPolicy.DESTROY,
      repair: { maxAttempts: 5 },
      replicaModificationSync: true,
      replicaSynthesizer: new DefaultStackSynthesizer({ qualifier: 'studio' }),
      replicateExisting: false,
      replicationAlarms: false,
      replicationRole: (stack: Stack) =>
        iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/replication`),
      runtime: NODE,
      serverAccessLogs: true,
      serverAccessLogsExpiration: new With(Duration.days(9), { serverAccessLogs: true }),
      writeToReplicas: true,
    },
  },
  MediaReplicaProps: {
    use: (stack, replica) => media(stack, { replicas: [replica], replicateExisting: true }),
    base: { region: 'eu-west-1' },
    samples: {
      region: 'eu-north-1',
      account: '222222222222',
      bucketName: 'studio-media-eu',
      encryptionKey: key('eu-west-1'),
      formerEncryptionKeys: (stack: Stack) => [key('eu-west-1')(stack)],
      lifecycleRules,
      serverAccessLogsBucket: bucket('logs-eu'),
      bucket: new With(bucket('existing-eu'), { encryptionKey: key('eu-west-1') }),
      deleteMarkerReplication: false,
      prefix: 'films/',
      enabled: false,
      proxy: {},
      replicationMetrics: new With(false, { replicationTimeControl: false }),
      replicationTimeControl: false,
      stack: (stack: Stack) => new Stack(stack.node.root as App, 'Europe', { env: { region: 'eu-west-1' } }),
      storageClass: s3.StorageClass.INFREQUENT_ACCESS,
      tags: new With({ state: 'finished' }, { deleteMarkerReplication: false }),
    },
  },
  ReplicationRepairOptions: {
    use: (stack, repair) => media(stack, { repair }),
    samples: {
      enabled: false,
      schedule: events.Schedule.rate(Duration.days(7)),
      maxAttempts: 7,
    },
  },
  ReplicationAlarmsOptions: {
    use: (stack, options) => media(stack).addReplicationAlarms(options),
    samples: {
      actions,
      latencyThreshold: Duration.minutes(5),
      replicaActions: (stack: Stack) => ({ 'eu-west-1': [new SnsAction(topic(stack, 'eu-west-1'))] }),
    },
  },
  S3MediaProxyProps: {
    use: (stack, props) => new library.S3MediaProxy(stack, 'Proxy', props),
    base: { bucket: bucket('media') },
    samples: {
      bucket: bucket('other'),
      accessLogsBucket: bucket('logs'),
      certificate: new With(
        (stack: Stack) =>
          acm.Certificate.fromCertificateArn(stack, 'Cert', `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1a2b3c4d`),
        { domainName: 'media.example.com' },
      ),
      clientCidrs: ['10.20.0.0/16'],
      cpu: 512,
      deletionProtection: true,
      directConnect: library.DirectConnect.gateway('1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f'),
      domainName: 'media.example.com',
      hostedZone: new With(
        (stack: Stack) =>
          route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
        { domainName: 'media.example.com' },
      ),
      idleTimeout: Duration.seconds(30),
      imageDigest: `sha256:${'0'.repeat(64)}`,
      imageRepository: (stack: Stack) => ecr.Repository.fromRepositoryName(stack, 'Images', 'haproxy'),
      imageTag: '3.2.1',
      ipAddresses: ec2.IpAddresses.cidr('10.101.0.0/16'),
      isolation: new With(
        {},
        { domainName: 'media.example.com', bucket: (stack: Stack) => new s3.Bucket(stack, 'Bucket') },
      ),
      logRetention: WEEK,
      maxAzs: 3,
      maxCapacity: 20,
      memoryLimitMiB: 4096,
      minCapacity: 3,
      mode: library.ProxyMode.PRIVATE_LINK,
      natGateways: 2,
      primary: new With({ domainName: 'media-primary.example.com' }, served),
      primaryBucket: new With(primaryOf('eu-north-1'), served),
      redirectHttp: new With(true, { domainName: 'media.example.com' }),
      vpc: (stack: Stack) => new ec2.Vpc(stack, 'Vpc'),
      vpcSubnets: new With({ subnetType: ec2.SubnetType.PUBLIC }, { vpc: (stack: Stack) => new ec2.Vpc(stack, 'Vpc') }),
    },
  },
  BucketIsolation: {
    use: (stack, isolation) =>
      media(stack, { replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.example.com', isolation } }] }),
    samples: {
      additionalVpcEndpointIds: ['vpce-1a2b3c4d'],
      exemptPrincipalArns: [`arn:aws:iam::${ACCOUNT}:role/admin`],
    },
  },
  S3MediaProxyPrimaryOptions: {
    use: (stack, primary) =>
      media(stack, {
        replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.example.com', primary } }],
      }),
    base: { domainName: 'media-primary.example.com' },
    samples: {
      domainName: 'other.example.com',
      certificate: (stack: Stack) =>
        acm.Certificate.fromCertificateArn(stack, 'Cert', `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/1a2b3c4d`),
      hostedZone: (stack: Stack) =>
        route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    },
  },
  DirectConnectGatewayOptions: {
    use: (stack, options) =>
      proxy(stack, {
        directConnect: library.DirectConnect.gateway('1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f', options),
      }),
    samples: {
      acceptRoleArn: 'arn:aws:iam::222222222222:role/accept-associations',
      allowedPrefixes: ['10.100.0.0/17'],
      amazonSideAsn: 65001,
    },
  },
  MediaRouterProps: {
    use: (stack, props) => new library.MediaRouter(stack, 'Router', props),
    base: { media: (stack: Stack) => media(stack) },
    samples: {
      ...FUNCTION,
      media: (stack: Stack) => media(stack, { namePrefix: 'studio' }),
      defaultPreference: library.ReadPreference.YES,
      drainedRegions: ['eu-west-1'],
      endpoints: { 'eu-west-1': library.MediaEndpoint.proxy('https://media.eu.example.com') },
      access: library.LinkAccess.byClaim('custom:tenant', 'tenants/{claim}/'),
      httpApi: new With({ authorizer }, { access: library.LinkAccess.all() }),
      ipRanges: [{ cidr: '10.0.0.0/8', region: 'eu-west-1' }],
      linkLifetime: Duration.minutes(5),
      maxLinkLifetime: Duration.hours(2),
      readiness: library.ReadinessMode.EXACT,
      readinessTimeout: Duration.seconds(2),
      regionWeights: { 'eu-west-1': 50 },
      replicationDelay: Duration.minutes(1),
      standby: new With(
        { region: 'eu-west-1' },
        { media: (stack: Stack) => media(stack, { writeToReplicas: true, namePrefix: 'studio' }) },
      ),
      uploads: true,
      userPreferences: {},
    },
  },
  MediaRouterStandbyOptions: {
    use: (stack, standby) =>
      router(stack, {
        media: media(stack, { replicas: [...replicas, { region: 'eu-north-1' }], writeToReplicas: true }),
        standby,
      }),
    base: { region: 'eu-west-1' },
    samples: {
      region: 'eu-north-1',
      synthesizer: new DefaultStackSynthesizer({ qualifier: 'studio' }),
      userPreferencesTableName: 'media-users',
    },
  },
  UserPreferencesOptions: {
    use: (stack, userPreferences) => router(stack, { userPreferences }),
    samples: {
      table: (stack: Stack) => dynamodb.Table.fromTableName(stack, 'Users', 'media-users'),
      removalPolicy: RemovalPolicy.DESTROY,
    },
  },
  LinkAccessOptions: {
    use: (stack, options) =>
      router(stack, {
        httpApi: { authorizer: tokens },
        uploads: true,
        access: library.LinkAccess.byClaim('custom:tenant', 'tenants/{claim}/', options),
      }),
    samples: { readScopes: ['media/read'], uploadScopes: ['media/upload'] },
  },
  MediaRouterAlarmsOptions: {
    use: (stack, options) => router(stack).addAlarms(options),
    samples: { actions, fallbackPercent: 20 },
  },
  MeetingHttpApiOptions: {
    use: (stack, httpApi) => meetings(stack, { httpApi }),
    base: { authorizer: library.HttpAuthorizer.jwt(jwt), hostScopes: ['meetings/host'] },
    samples: {
      authorizer: library.HttpAuthorizer.jwt({ ...jwt, audience: ['other'] }),
      accessLogRetention: WEEK,
      allowOrigins: ['https://studio.example.com'],
      throttlingBurstLimit: 5,
      throttlingRateLimit: 6,
      hostScopes: ['meetings/admin'],
    },
  },
  JwtAuthorizerOptions: {
    use: (stack, options) =>
      router(stack, { httpApi: { authorizer: library.HttpAuthorizer.jwt(options) }, access: library.LinkAccess.all() }),
    base: jwt,
    samples: {
      issuer: 'https://other.example.com',
      audience: ['other'],
      identitySource: '$request.header.Token',
    },
  },
  ReplicatedMeetingServiceProps: {
    use: (stack, props) => meetings(stack, props),
    samples: {
      ...FUNCTION,
      identity: 'studio-live',
      controlRegion: 'eu-central-1',
      encryptionKey: key('us-east-1'),
      httpApi: { authorizer },
      removalPolicy: RemovalPolicy.RETAIN,
    },
  },
  ReplicatedMeetingProps: {
    use: (stack, props) => new library.ReplicatedMeeting(stack, 'Hall', props),
    base: { ...room, service: (stack: Stack) => meetings(stack) },
    samples: {
      service: (stack: Stack) => new library.ReplicatedMeetingService(stack, 'Other'),
      mediaRegion: 'eu-central-1',
      attendeesPerSession: 100,
      features: { echoReduction: true },
      meetingName: 'town-hall',
      networkType: library.MeetingNetworkType.DUAL_STACK,
      participantsCanSend: new With(false, { replicas: [] }),
      presenters: ['ceo'],
      replicas: [{ mediaRegion: 'eu-west-1' }],
      seatGrace: Duration.minutes(10),
      seatPool: new With(false, { replicas: [{ mediaRegion: 'eu-west-1' }] }),
      stageGrace: Duration.minutes(2),
      stageSlots: 3,
      startOnDeploy: true,
      startPolicy: library.MeetingStartPolicy.BY_HOST,
      startsAt: '2030-01-31T12:00:00Z',
      startWithFewerReplicas: true,
    },
  },
  MeetingFeatureOptions: {
    use: (stack, features) => meetings(stack).addMeeting('Hall', { ...room, features }),
    samples: {
      contentMaxResolution: library.ContentResolution.UHD,
      echoReduction: true,
      videoMaxResolution: library.VideoResolution.FHD,
    },
  },
  AlarmsOptions: {
    use: (stack, options) => meetings(stack).addAlarms(options),
    samples: { actions },
  },
  ReplicationCanaryProps: {
    use: (stack, props) => new library.ReplicationCanary(stack, 'Canary', props),
    base: { media: (stack: Stack) => media(stack) },
    samples: {
      ...FUNCTION,
      media: (stack: Stack) => media(stack, { namePrefix: 'studio' }),
      interval: Duration.minutes(20),
      prefix: 'films/',
      proxies: new With({}, { media: (stack: Stack) => media(stack, proxied) }),
      replicaRegions: new With(['eu-west-1'], {
        media: (stack: Stack) => media(stack, { replicas: [...replicas, { region: 'eu-north-1' }] }),
      }),
      tags: { state: 'finished' },
      timeout: Duration.minutes(2),
    },
  },
  ReplicationCanaryAlarmsOptions: {
    use: (stack, options) =>
      new library.ReplicationCanary(stack, 'Canary', { media: media(stack, proxied) }).addAlarms(options),
    samples: {
      actions,
      failedRuns: 2,
      proxyLatencyThreshold: Duration.seconds(9),
      replicationTimeThreshold: Duration.minutes(1),
    },
  },
  ReplicationDrillProps: {
    use: (stack, props) => new library.ReplicationDrill(stack, 'Drill', props),
    base: { media: (stack: Stack) => media(stack), router: (stack: Stack) => router(stack) },
    samples: {
      duration: Duration.hours(2),
      maxFallbackPercent: 20,
      media: (stack: Stack) => media(stack, { namePrefix: 'studio' }),
      replicaRegions: new With(['eu-west-1'], {
        media: (stack: Stack) => media(stack, { replicas: [...replicas, { region: 'eu-north-1' }] }),
      }),
      router: (stack: Stack) => new library.MediaRouter(stack, 'Other', { media: media(stack) }),
      stopAlarms: (stack: Stack) => [cloudwatch.Alarm.fromAlarmName(stack, 'Errors', 'errors')],
    },
  },
  ReplicaAuditProps: {
    use: (stack, props) => new library.ReplicaAudit(stack, 'Audit', props),
    base: { media: (stack: Stack) => media(stack) },
    samples: {
      ...FUNCTION,
      media: (stack: Stack) => media(stack, { namePrefix: 'studio' }),
      bytesScannedCutoff: Size.gibibytes(10),
      inventories: { 'eu-west-1': { bucketName: 'inventories', inventoryId: 'all' } },
      inventoriesExpiration: Duration.days(10),
      removalPolicy: RemovalPolicy.DESTROY,
      reportsExpiration: Duration.days(10),
      schedule: events.Schedule.rate(Duration.days(7)),
    },
  },
  ReplicaAuditAlarmsOptions: {
    use: (stack, options) => audit(stack).addAlarms(options),
    samples: { actions, overdueThreshold: Duration.days(2) },
  },
  MediaMonitoringProps: {
    use: (stack, props) => new library.MediaMonitoring(stack, 'Monitoring', props),
    base: { media: (stack: Stack) => media(stack), router: (stack: Stack) => router(stack) },
    samples: {
      alarmEmails: ['media-oncall@example.com'],
      alarmTopic: (stack: Stack) => topic(stack),
      audit: (stack: Stack) => audit(stack),
      canary: (stack: Stack) => canary(stack),
      dashboardName: 'media',
      fallbackPercent: 20,
      latencyThreshold: Duration.minutes(5),
      media: undefined,
      meetings: (stack: Stack) => meetings(stack),
      proxies: (stack: Stack) => [proxy(stack, {})],
      router: undefined,
      runbookUrl: 'https://wiki.example.com/media',
    },
  },
  MediaReplicationStackMeetings: {
    use: (stack, props) => platform(stack, { meetings: props }),
    base: { rooms: [] },
    samples: {
      ...FUNCTION,
      identity: 'studio-live',
      controlRegion: 'eu-central-1',
      encryptionKey: key('us-east-1'),
      httpApi: { authorizer },
      removalPolicy: RemovalPolicy.RETAIN,
      rooms: [room],
    },
  },
  MediaReplicationStackProps: {
    use: platform,
    base: { media: { replicas } },
    samples: {
      media: { replicas: [{ region: 'eu-north-1' }] },
      audit: {},
      canary: {},
      drill: {},
      meetings: { rooms: [] },
      monitoring: { dashboardName: 'media' },
      outputs: false,
      router: { uploads: true },
    },
  },
};

function platform(stack: Stack, props: object): void {
  new library.MediaReplicationStack(stack.node.root, 'Platform', {
    env: { region: 'us-east-1' },
    media: { replicas },
    ...props,
  });
}

interface Struct {
  readonly name: string;
  readonly datatype?: boolean;
  readonly interfaces?: string[];
  readonly properties?: { readonly name: string }[];
}

const { types } = JSON.parse(gunzipSync(readFileSync(join(__dirname, '../.jsii.gz'))).toString());
const structs: Record<string, Struct> = Object.fromEntries(
  Object.values<Struct>(types)
    .filter(({ name, datatype }) => datatype && /(Props|Options)$/.test(name))
    .map((struct) => [struct.name, struct]),
);
const parentsOf = (name: string): string[] =>
  (types[`cdk-media-replication.${name}`]?.interfaces ?? [])
    .filter((fqn: string) => fqn.startsWith('cdk-media-replication.'))
    .flatMap((fqn: string) => [fqn.split('.')[1], ...parentsOf(fqn.split('.')[1])]);
const propertiesOf = (name: string): string[] =>
  [name, ...parentsOf(name)].flatMap((each) =>
    (types[`cdk-media-replication.${each}`].properties ?? []).map((property: { name: string }) => property.name),
  );

/** All templates of an app that uses a struct with these values. */
function templates({ use }: Harness, values: Record<string, Sample>): Record<string, unknown> {
  const app = newApp({ 'aws:cdk:disable-asset-staging': true });
  const stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'us-east-1' } });
  const props: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(props, name, {
      enumerable: true,
      value: typeof value === 'function' ? value(stack) : value,
    });
  }
  use(stack, props);
  return Object.fromEntries(app.synth().stacksRecursively.map(({ stackName, template }) => [stackName, template]));
}

describe('every property reaches a template', () => {
  test('of every struct', () => {
    const covered = Object.keys(HARNESSES).flatMap((name) => [name, ...parentsOf(name)]);
    expect(Object.keys(structs).filter((name) => !covered.includes(name))).toEqual([]);
  });

  describe.each(Object.entries(HARNESSES))('%s', (name, harness) => {
    const cache = new Map<object | undefined, Record<string, unknown>>();
    const without = (others: Record<string, Sample> | undefined) => {
      if (!cache.has(others)) cache.set(others, templates(harness, { ...harness.base, ...others }));
      return cache.get(others)!;
    };

    test.each(propertiesOf(name))('%s', (property) => {
      expect(Object.keys(harness.samples)).toContain(property);
      const sample = harness.samples[property];
      const { value, others } = sample instanceof With ? sample : { value: sample, others: undefined };
      const before = without(others);
      const after = templates(harness, { ...harness.base, ...others, [property]: value });
      expect(JSON.stringify(after) === JSON.stringify(before)).toBe(false);
    });
  });
});
