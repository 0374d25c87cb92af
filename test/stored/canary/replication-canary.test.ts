import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  IReplicatedMediaBucket,
  MediaReplicaProps,
  ReplicatedMediaBucket,
  ReplicatedMediaBucketProps,
  ReplicationCanary,
  ReplicationCanaryProps,
} from '../../../src';
import { CanarySettings, REASONS } from '../../../src/stored/canary/contract';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

const TWO: MediaReplicaProps[] = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];

function setUp(
  props: Partial<ReplicationCanaryProps> = {},
  media: Partial<ReplicatedMediaBucketProps> = {},
  stack = primaryStack(),
) {
  const bucket = props.media ?? new ReplicatedMediaBucket(stack, 'Media', { replicas: TWO, ...media });
  return { stack, media: bucket, canary: new ReplicationCanary(stack, 'Canary', { ...props, media: bucket }) };
}

function imported(stack: Stack, more: { prefix?: string; tags?: Record<string, string> } = {}): IReplicatedMediaBucket {
  return ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1' },
    replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', ...more }],
  });
}

/** The only function of the canary, as text. */
const functionIn = (template: Template): any =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(asText)
    .find(({ Properties }: any) => Properties.Environment?.Variables.REPLICATION_CANARY_SETTINGS);

const settingsOf = (stack: Stack): CanarySettings =>
  JSON.parse(functionIn(templateOf(stack)).Properties.Environment.Variables.REPLICATION_CANARY_SETTINGS);

/** What a role may do: each statement as `actions on resources`, with what restricts it. */
function statementsOf(template: Template, role: RegExp): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map(asText)
    .filter(({ Properties }: any) => role.test(JSON.stringify(Properties.Roles)))
    .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
    .map(
      ({ Effect, Action, Resource, Condition }: any) =>
        `${Effect} ${[Action].flat()} on ${[Resource].flat()} ${JSON.stringify(Condition ?? {})}`,
    );
}

describe('ReplicationCanary', () => {
  test('is a function on Node.js 24 that runs each hour, and is not tried again', () => {
    const { stack, canary } = setUp();
    const template = templateOf(stack);
    expect(functionIn(template).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 780,
      LoggingConfig: { LogGroup: expect.stringContaining('CanaryFunctionLogs') },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0 } })],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
    expect(settingsOf(stack)).toEqual({
      primary: { region: 'us-east-1', bucket: expect.stringContaining('MediaPrimaryBucket') },
      replicas: TWO.map(({ region }) => ({ region, bucket: expect.stringContaining(region), watched: true })),
      folder: canary.objectsKeyPrefix,
      tags: {},
      timeoutMs: 600_000,
      staleMs: 840_000,
    });
    expect(canary.objectsKeyPrefix).toMatch(/^\.replication-canary\/canary-[0-9a-f]{8}\/$/);
    expect(canary.probes).toEqual({});
  });

  test('takes its properties', () => {
    const { stack } = setUp({
      interval: Duration.minutes(5),
      timeout: Duration.minutes(12),
      prefix: 'films/',
      tags: { kind: 'test' },
      replicaRegions: ['ap-southeast-2'],
      memorySize: 512,
      runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS),
    });
    expect(functionIn(templateOf(stack)).Properties).toMatchObject({
      Runtime: 'nodejs22.x',
      MemorySize: 512,
      Timeout: 900,
    });
    templateOf(stack).hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(5 minutes)' });
    const { replicas, folder, tags } = settingsOf(stack);
    expect(replicas.map(({ watched }) => watched)).toEqual([false, true]);
    expect([folder, tags]).toEqual([expect.stringMatching(/^films\/\.replication-canary\//), { kind: 'test' }]);
  });

  describe('least privilege', () => {
    test('reads, puts and deletes below its own folder only, and lists nothing else', () => {
      const { stack, canary } = setUp();
      const statements = statementsOf(templateOf(stack), /CanaryFunctionRole/);
      const granted = statements.map((statement) => statement.split(' on ')[0].replace('Allow ', '')).sort();
      expect(granted).toEqual(
        [
          'logs:CreateLogStream,logs:PutLogEvents',
          ...Array(3).fill('kms:Decrypt'),
          'kms:Decrypt,kms:GenerateDataKey',
          ...Array(3).fill('s3:DeleteObjectVersion'),
          ...Array(3).fill('s3:GetBucketLocation,s3:ListBucket'),
          ...Array(3).fill('s3:GetObject,s3:GetObjectVersion'),
          ...Array(3).fill('s3:ListBucketVersions'),
          's3:AbortMultipartUpload,s3:ListMultipartUploadParts,s3:PutObject,s3:PutObjectTagging',
        ].sort(),
      );
      expect(statements.filter((statement) => / on \*/.test(statement))).toEqual([]);
      const onObjects = statements.filter((statement) => /s3:(\w*Object\w*)/.test(statement));
      expect(onObjects.length).toBe(7);
      for (const statement of onObjects) expect(statement).toContain(`/${canary.objectsKeyPrefix}* {`);
      for (const statement of statements.filter((each) => each.includes('ListBucketVersions'))) {
        expect(statement).toContain(`"StringLike":{"s3:prefix":"${canary.objectsKeyPrefix}*"}`);
        expect(statement).toContain('aws:ResourceAccount');
      }
    });

    test('puts into the primary only', () => {
      const puts = statementsOf(templateOf(setUp().stack), /CanaryFunctionRole/).filter((each) =>
        each.includes('s3:PutObject'),
      );
      expect(puts.length).toBe(1);
      expect(puts[0]).toContain('us-east-1');
    });

    test('admits a canary to a replica in another account by a name that is known before', () => {
      const app = newApp();
      const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
      const { media } = setUp({}, { replicas: [{ region: 'eu-west-1', account: '222222222222' }] }, stack);
      const [policy] = Object.values(
        templateOf(media.replica('eu-west-1').stack).findResources('AWS::S3::BucketPolicy'),
      ).map(asText);
      const admitted = policy.Properties.PolicyDocument.Statement.filter(({ Condition }: any) =>
        /role\/canary-[0-9a-f]{8}-canary/.test(JSON.stringify(Condition)),
      );
      expect(admitted.flatMap(({ Action }: any) => Action)).toEqual(
        expect.arrayContaining(['s3:GetObjectVersion', 's3:ListBucketVersions', 's3:DeleteObjectVersion']),
      );
    });
  });

  describe('an object that the rules take', () => {
    test('has their prefix and their tags, without a word', () => {
      const { stack } = setUp(
        { tags: { more: 'yes' } },
        {
          replicas: [
            { region: 'eu-west-1', prefix: 'films/', tags: { kind: 'film' }, deleteMarkerReplication: false },
            { region: 'ap-southeast-2', prefix: 'films/new/', tags: { site: 'a' }, deleteMarkerReplication: false },
          ],
        },
      );
      const { folder, tags } = settingsOf(stack);
      expect(folder).toMatch(/^films\/new\/\.replication-canary\//);
      expect(tags).toEqual({ kind: 'film', site: 'a', more: 'yes' });
    });

    test('has those of imported media too', () => {
      const stack = primaryStack();
      setUp({ media: imported(stack, { prefix: 'films/', tags: { kind: 'film' } }) }, {}, stack);
      const { folder, tags, primary, replicas } = settingsOf(stack);
      expect([folder.slice(0, 6), tags]).toEqual(['films/', { kind: 'film' }]);
      expect([primary.bucket, replicas[0].bucket]).toEqual(['media-us', 'media-eu']);
    });

    test('can be that of one replica, where no object is right for all', () => {
      const replicas = [
        { region: 'eu-west-1', prefix: 'eu/' },
        { region: 'ap-southeast-2', prefix: 'ap/' },
      ];
      expect(() => setUp({}, { replicas })).toThrow(
        /^\[MediaStack\/Canary\] prefix: got "eu\/", expected one that the rule of ap-southeast-2 takes: .* ap\/\. .*`replicaRegions`/,
      );
      const { stack } = setUp({ replicaRegions: ['ap-southeast-2'] }, { replicas });
      expect(settingsOf(stack).folder).toMatch(/^ap\/\.replication-canary/);
    });
  });

  test('has metrics with its own dimensions', () => {
    const { stack, canary } = setUp();
    const { service } = { service: stack.resolve(canary.metricCanaryFailures().dimensions!.service) };
    expect(functionIn(templateOf(stack)).Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME).toBe(service);
    expect(canary.metricReplicationTime('eu-west-1')).toMatchObject({
      namespace: 'MediaReplication/Canary',
      metricName: 'ReplicationTime',
      dimensions: { service, Region: 'eu-west-1' },
      statistic: 'Maximum',
      period: Duration.hours(1),
    });
    expect(canary.metricCopyFailures('us-east-1', { statistic: 'Average' })).toMatchObject({
      metricName: 'CanaryFailures',
      dimensions: { service, Region: 'us-east-1' },
      statistic: 'Average',
    });
    expect(() => canary.metricReplicationTime('eu-west-3')).toThrow(/replicaRegion: got "eu-west-3", expected one of/);
    expect(() => canary.metricProxyTime('eu-west-1')).toThrow(/expected one of none: no replica has a proxy/);
  });

  describe('alarms', () => {
    test('are made once, and take actions and thresholds later', () => {
      const { stack, canary } = setUp();
      const topic = new sns.Topic(stack, 'Topic');
      const alarms = canary.addAlarms();
      expect(canary.addAlarms({ actions: [new actions.SnsAction(topic)], failedRuns: 2 })).toEqual(alarms);
      canary.addAlarms({ replicationTimeThreshold: Duration.minutes(1) });
      const template = templateOf(stack);
      const ours = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .filter(({ Namespace }) => Namespace === 'MediaReplication/Canary');
      expect(ours.length).toBe(alarms.length);
      expect(ours.length).toBe(1 + 3 + 2);
      for (const { AlarmActions } of ours) {
        expect(AlarmActions).toEqual([{ Ref: expect.stringContaining('Topic') }]);
      }
      const slow = ours.filter(({ MetricName }) => MetricName === 'ReplicationTime');
      expect(slow.map(({ Threshold }) => Threshold)).toEqual([60, 60]);
      for (const { EvaluationPeriods, Dimensions, TreatMissingData } of ours.filter(
        ({ Statistic }) => Statistic !== 'SampleCount',
      )) {
        expect([EvaluationPeriods, Dimensions.length, TreatMissingData]).toEqual([2, 2, 'ignore']);
      }
    });

    test.each([
      [Duration.hours(1), 2],
      [Duration.minutes(5), 4],
      [Duration.days(1), 2],
    ])(
      'notice that a canary of every %s no longer runs, and no pause between two runs',
      (interval, evaluationPeriods) => {
        const { stack, canary } = setUp({ interval });
        canary.addAlarms();
        templateOf(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
          MetricName: 'CanaryFailures',
          Statistic: 'SampleCount',
          ComparisonOperator: 'LessThanThreshold',
          Threshold: 1,
          Period: interval.toSeconds(),
          EvaluationPeriods: evaluationPeriods,
          TreatMissingData: 'breaching',
        });
      },
    );

    test('are for the copies of imported media and of a region that is known at deployment only, too', () => {
      const app = newApp();
      const stack = new Stack(app, 'Anywhere');
      const { canary } = setUp({}, {}, stack);
      expect(canary.addAlarms().length).toBe(6);
      templateOf(stack);
    });
  });

  test.each<[what: string, props: Partial<ReplicationCanaryProps>, message: RegExp]>([
    ['no replica is waited for', { replicaRegions: [] }, /replicaRegions: got \[\], expected at least one/],
    ['a region has no replica', { replicaRegions: ['eu-west-3'] }, /replicaRegions\[0\]: got "eu-west-3"/],
    ['it runs too often', { interval: Duration.seconds(30) }, /interval: .* whole minutes, from 1 minute to 1 day/],
    ['it runs at parts of minutes', { interval: Duration.seconds(90) }, /interval/],
    ['it runs too seldom', { interval: Duration.hours(25) }, /interval/],
    [
      'it waits too long',
      { timeout: Duration.minutes(13) },
      /timeout: .* whole seconds, from 10 seconds to 12 minutes/,
    ],
    ['it hardly waits', { timeout: Duration.seconds(9) }, /timeout/],
    ['its prefix means many', { prefix: 'a*/' }, /prefix: got "a\*\/", expected a literal/],
    ['its prefix has a variable', { prefix: '${aws:username}/' }, /prefix/],
    ['its prefix leads elsewhere', { prefix: 'a/../b/' }, /prefix/],
    ['its prefix is too long', { prefix: 'a'.repeat(901) }, /prefix/],
    [
      'it has too many tags',
      { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, ''])) },
      /tags: .* at most 10/,
    ],
  ])('fails when %s', (_, props, message) => {
    expect(() => setUp(props)).toThrow(message);
    expect(() => setUp(props)).toThrow(/^\[MediaStack\/Canary\] /);
  });

  test('fails when a rule asks for other tags', () => {
    const replicas = [{ region: 'eu-west-1', tags: { kind: 'film' }, deleteMarkerReplication: false }];
    expect(() => setUp({ tags: { kind: 'test' } }, { replicas })).toThrow(
      /tags\.kind: got "test", expected "film", without which the rule of eu-west-1 does not take/,
    );
  });

  test('fails when a rule takes no such prefix', () => {
    expect(() => setUp({ prefix: 'film' }, { replicas: [{ region: 'eu-west-1', prefix: 'films/' }] })).toThrow(
      /prefix: got "film", expected one that the rule of eu-west-1 takes/,
    );
  });

  test('fails when every object is retained, but not when objects can be', () => {
    const objectLockDefaultRetention = s3.ObjectLockRetention.governance(Duration.days(1));
    expect(() => setUp({}, { objectLockDefaultRetention })).toThrow(
      /media: got "MediaStack\/Media\/Primary\/Bucket, in which Object Lock retains every object"/,
    );
    expect(() => setUp({}, { objectLockEnabled: true })).not.toThrow();
  });

  test('two in one stack do not collide', () => {
    const { stack, media, canary } = setUp();
    const other = new ReplicationCanary(stack, 'Other', { media });
    expect(other.objectsKeyPrefix).not.toBe(canary.objectsKeyPrefix);
    expect(other.metricCanaryFailures().dimensions).not.toEqual(canary.metricCanaryFailures().dimensions);
    canary.addAlarms();
    other.addAlarms();
    templateOf(stack);
  });

  test('works under a stage', () => {
    const stack = new Stack(new Stage(newApp(), 'Prod', { env: { region: 'us-east-1' } }), 'Media');
    setUp({}, {}, stack);
    expect(functionIn(templateOf(stack))).toBeDefined();
  });

  test.each([
    ['cn-north-1', 'cn-northwest-1'],
    ['us-gov-west-1', 'us-gov-east-1'],
  ])('works in %s', (region, replica) => {
    const stack = primaryStack(newApp(), { region });
    const proxy = { domainName: 'media.example.com' };
    const { media } = setUp({}, { replicas: [{ region: replica, proxy }] }, stack);
    for (const each of [stack, media.replica(replica).stack]) {
      expect(JSON.stringify(templateOf(each).toJSON())).not.toMatch(/arn:aws:/);
    }
  });

  test('a permissions boundary and tags reach every role', () => {
    const { stack, media } = setUp({}, { replicas: [{ region: 'eu-west-1', proxy: { domainName: 'm.example.com' } }] });
    const app = stack.node.root as App;
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(app).add('team', 'media');
    for (const [each, name] of [
      [stack, /^CanaryFunctionRole/],
      [media.replica('eu-west-1').stack, /^CanaryProbe.*FunctionRole/],
    ] as const) {
      const roles = Object.entries(templateOf(each).findResources('AWS::IAM::Role'));
      const ours = roles.filter(([id]) => name.test(id));
      expect(ours.length).toBe(1);
      expect(JSON.stringify(ours[0][1].Properties.PermissionsBoundary)).toContain('boundary');
      expect(ours[0][1].Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  test('takes few resources', () => {
    const stack = primaryStack();
    setUp({ media: imported(stack) }, {}, stack).canary.addAlarms();
    const { Resources } = templateOf(stack).toJSON();
    expect(Object.keys(Resources).length).toBeLessThanOrEqual(11);
  });

  test('every reason is explained', () => {
    const page = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith('Alarm: canary failures'))!;
    const explained = [...section.matchAll(/^\| `([a-z-]+)` \| /gm)].map(([, reason]) => reason);
    expect(explained).toEqual([...REASONS]);
  });
});
