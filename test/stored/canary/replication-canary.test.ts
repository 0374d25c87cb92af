import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
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
  ReplicationCanaryOptions,
  ReplicationCanaryProps,
} from '../../../src';
import { describeProblem, InvalidInput, Problem, Problems } from '../../../src/private/problems';
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
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
    replicas: [
      {
        bucketName: 'media-eu',
        region: 'eu-west-1',
        ruleId: 'rule',
        encryption: s3.BucketEncryption.S3_MANAGED,
        ...more,
      },
    ],
  });
}

function problemsOf(create: () => unknown): readonly Problem[] {
  try {
    create();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

/** The function of the canary, with intrinsic functions as text. */
const functionIn = (template: Template): any =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(asText)
    .find(({ Properties }: any) => Properties.Environment?.Variables.REPLICATION_CANARY_SETTINGS);

const settingsOf = (stack: Stack): CanarySettings =>
  JSON.parse(functionIn(templateOf(stack)).Properties.Environment.Variables.REPLICATION_CANARY_SETTINGS);

/** The permissions of a role: each statement as `actions on resources`, with its condition. */
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
  test('fails when the environment of its function is larger than Lambda allows', () => {
    const tags = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`${index}`.repeat(128), 'x'.repeat(256)]),
    );
    const { stack } = setUp({ tags, prefix: 'films/'.repeat(100) });
    expect(() => (stack.node.root as App).synth()).toThrow(
      /\[MediaStack\/Canary\/Function\] environment: got "\d+ bytes", expected at most 4096 bytes, which Lambda allows/,
    );
  });

  test('is a function on Node.js 24 that runs every hour without retries', () => {
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
      primary: ['us-east-1', expect.stringContaining('MediaPrimaryBucket')],
      replicas: TWO.map(({ region }) => [region, expect.stringContaining(region), 1]),
      probes: { partition: '${AWS::Partition}', functionName: expect.stringMatching(/^canary-[0-9a-f]{8}-probe$/) },
      folder: canary.objectsKeyPrefix,
      tags: {},
      timeoutMs: 600_000,
      staleMs: 840_000,
    });
    expect(canary.objectsKeyPrefix).toMatch(/^\.replication-canary\/canary-[0-9a-f]{8}\/$/);
    expect(canary.probes).toEqual({});
  });

  test('uses its props', () => {
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
    expect(replicas.map(([, , watched]) => watched)).toEqual([0, 1]);
    expect([folder, tags]).toEqual([expect.stringMatching(/^films\/\.replication-canary\//), { kind: 'test' }]);
  });

  describe('least privilege', () => {
    test('reads, puts, deletes and lists only in its own folder', () => {
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

    test('puts only into the primary', () => {
      const puts = statementsOf(templateOf(setUp().stack), /CanaryFunctionRole/).filter((each) =>
        each.includes('s3:PutObject'),
      );
      expect(puts.length).toBe(1);
      expect(puts[0]).toContain('us-east-1');
    });

    test('has access to a replica in another account by a deterministic role name', () => {
      const app = newApp();
      const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
      const { media } = setUp({}, { replicas: [{ region: 'eu-west-1', account: '222222222222' }] }, stack);
      const [policy] = Object.values(
        templateOf(media.replica('eu-west-1').stack).findResources('AWS::S3::BucketPolicy'),
      ).map(asText);
      const allowed = policy.Properties.PolicyDocument.Statement.filter(({ Condition }: any) =>
        /role\/canary-[0-9a-f]{8}-canary/.test(JSON.stringify(Condition)),
      );
      expect(allowed.flatMap(({ Action }: any) => Action)).toEqual(
        expect.arrayContaining(['s3:GetObjectVersion', 's3:ListBucketVersions', 's3:DeleteObjectVersion']),
      );
    });
  });

  describe('the object', () => {
    test('has the prefix and the tags of the rules by default', () => {
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

    test('has the prefix and the tags of the rules of imported media', () => {
      const stack = primaryStack();
      setUp({ media: imported(stack, { prefix: 'films/', tags: { kind: 'film' } }) }, {}, stack);
      const { folder, tags, primary, replicas } = settingsOf(stack);
      expect([folder.slice(0, 6), tags]).toEqual(['films/', { kind: 'film' }]);
      expect([primary[1], replicas[0][1]]).toEqual(['media-us', 'media-eu']);
    });

    test('can match the rule of one replica if no object matches all rules', () => {
      const replicas = [
        { region: 'eu-west-1', prefix: 'eu/' },
        { region: 'ap-southeast-2', prefix: 'ap/' },
      ];
      expect(() => setUp({}, { replicas })).toThrow(
        new Error(
          '[MediaStack/Canary] prefix: got nothing, expected a prefix that the rules of all watched replicas match ' +
            '(eu-west-1: "eu/", ap-southeast-2: "ap/"). If no prefix matches all rules, create a canary for each rule with ' +
            '`replicaRegions`.',
        ),
      );
      const { stack } = setUp({ replicaRegions: ['ap-southeast-2'] }, { replicas });
      expect(settingsOf(stack).folder).toMatch(/^ap\/\.replication-canary/);
    });
  });

  test('has metrics with its name as dimension', () => {
    const { stack, canary } = setUp();
    const service = canary.canaryName;
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
    expect(canary.metric('CanaryFailures', { statistic: 'Sum' })).toEqual(canary.metricCanaryFailures());
    expect(() => canary.metricReplicationTime('eu-west-3')).toThrow(
      new Error(
        '[MediaStack/Canary] replicaRegion: got "eu-west-3", expected one of eu-west-1, ap-southeast-2. The canary emits ' +
          'this metric for no other regions.',
      ),
    );
    expect(() => canary.metricProxyTime('eu-west-1')).toThrow(
      new Error(
        '[MediaStack/Canary] replicaRegion: got "eu-west-1", expected no value: the canary does not read through a proxy. ' +
          'The canary emits this metric for no other regions.',
      ),
    );
  });

  describe('alarms', () => {
    test('are created once, and accept actions and thresholds later', () => {
      const { stack, canary } = setUp();
      const topic = new sns.Topic(stack, 'Topic');
      const alarms = canary.addAlarms();
      expect(canary.addAlarms({ actions: [new actions.SnsAction(topic)], failedRuns: 2 })).toEqual(alarms);
      canary.addAlarms({ replicationTimeThreshold: Duration.minutes(1) });
      const template = templateOf(stack);
      const alarmProps = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .filter(({ Namespace }) => Namespace === 'MediaReplication/Canary');
      expect(alarmProps.length).toBe(alarms.length);
      expect(alarmProps.length).toBe(1 + 3 + 2);
      for (const { AlarmActions } of alarmProps) {
        expect(AlarmActions).toEqual([{ Ref: expect.stringContaining('Topic') }]);
      }
      const slow = alarmProps.filter(({ MetricName }) => MetricName === 'ReplicationTime');
      expect(slow.map(({ Threshold }) => Threshold)).toEqual([60, 60]);
      for (const { EvaluationPeriods, Dimensions, TreatMissingData } of alarmProps.filter(
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
      'detect a canary with an interval of %s that has stopped, but no pause between two runs',
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

    test('work with a known account', () => {
      const stack = primaryStack(newApp(), { account: '111111111111', region: 'us-east-1' });
      const { canary } = setUp({}, {}, stack);
      expect(canary.addAlarms().length).toBe(6);
      templateOf(stack);
    });
  });

  const PREFIX_RULES =
    'expected a literal of at most 900 bytes, without *, ?, $, control characters, and "." or ".." between slashes. ' +
    'Specify another prefix. The canary deletes objects below it, so it must identify exactly one folder.';
  const INTERVALS = 'expected whole minutes, from 1 minute to 1 day. Specify a duration in this range.';
  const TIMEOUTS = 'expected whole seconds, from 10 seconds to 12 minutes. Specify a duration in this range.';

  test.each<[what: string, props: Partial<ReplicationCanaryProps>, message: string]>([
    [
      'no replica is watched',
      { replicaRegions: [] },
      'replicaRegions: got [], expected at least one region. Remove it to watch all replicas, or specify the region of a ' +
        'replica.',
    ],
    [
      'a region has no replica',
      { replicaRegions: ['eu-west-3'] },
      'replicaRegions[0]: got "eu-west-3", expected the region of a replica (eu-west-1, ap-southeast-2). Specify one of ' +
        'these regions.',
    ],
    [
      'the interval is too short',
      { interval: Duration.seconds(30) },
      `interval: got "Duration.seconds(30)", ${INTERVALS}`,
    ],
    [
      'the interval is not in whole minutes',
      { interval: Duration.seconds(90) },
      `interval: got "Duration.seconds(90)", ${INTERVALS}`,
    ],
    ['the interval is too long', { interval: Duration.hours(25) }, `interval: got "Duration.hours(25)", ${INTERVALS}`],
    ['the timeout is too long', { timeout: Duration.minutes(13) }, `timeout: got "Duration.minutes(13)", ${TIMEOUTS}`],
    ['the timeout is too short', { timeout: Duration.seconds(9) }, `timeout: got "Duration.seconds(9)", ${TIMEOUTS}`],
    ['the prefix has a wildcard', { prefix: 'a*/' }, `prefix: got "a*/", ${PREFIX_RULES}`],
    [
      'the prefix has a policy variable',
      { prefix: '${aws:username}/' },
      `prefix: got "\${aws:username}/", ${PREFIX_RULES}`,
    ],
    ['the prefix has a relative path', { prefix: 'a/../b/' }, `prefix: got "a/../b/", ${PREFIX_RULES}`],
    ['the prefix is too long', { prefix: 'a'.repeat(901) }, `prefix: got "${'a'.repeat(901)}", ${PREFIX_RULES}`],
    ['the prefix is a token', { prefix: Aws.STACK_NAME }, `prefix: got "a token", ${PREFIX_RULES}`],
    [
      'there are too many tags',
      { tags: Object.fromEntries([...'abcdefghijk'].map((key) => [key, ''])) },
      'tags: got ["a","b","c","d","e","f","g","h","i","j","k"], expected at most 10 tags, including those that the rules ' +
        'require. Remove tags that no rule requires.',
    ],
  ])('fails when %s', (_, props, message) => {
    expect(() => setUp(props)).toThrow(new Error(`[MediaStack/Canary] ${message}`));
  });

  test('reports all problems at once, and one for each mistake', () => {
    const problems = problemsOf(() =>
      setUp({
        replicaRegions: ['eu-west-1', 'eu-west-3', 'eu-west-4'],
        interval: Duration.seconds(1),
        timeout: Duration.seconds(1),
        prefix: '*',
        tags: Object.fromEntries([...'abcdefghijk'].map((key) => [key, ''])),
      }),
    );
    expect(problems.map(({ property }) => property)).toEqual([
      'replicaRegions[1]',
      'replicaRegions[2]',
      'interval',
      'timeout',
      'prefix',
      'tags',
    ]);
    expect(new Set(problems.map(({ construct }) => construct))).toEqual(new Set(['MediaStack/Canary']));
  });

  test('can be validated before its media exist', () => {
    const stack = primaryStack();
    const validate = (options: ReplicationCanaryOptions, regions: string[]) => {
      const problems = new Problems(stack);
      ReplicationCanary._validate(problems.within('canary'), options, regions);
      return problems.all.map(({ property, construct }) => [construct, property]);
    };
    expect(validate({ replicaRegions: ['eu-west-3'], prefix: '*' }, ['eu-west-1'])).toEqual([
      ['MediaStack', 'canary.replicaRegions[0]'],
      ['MediaStack', 'canary.prefix'],
    ]);
    expect(validate({ replicaRegions: [Aws.REGION] }, ['eu-west-1'])).toEqual([]);
    // The missing replicas are a mistake in the props of the media.
    expect(validate({ replicaRegions: ['eu-west-3'] }, [])).toEqual([]);
  });

  test('fails when the media have no replicas', () => {
    const stack = primaryStack();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
      replicas: [],
    });
    expect(() => setUp({ media }, {}, stack)).toThrow(
      new Error(
        '[MediaStack/Canary] media: got "media without replicas", expected media with at least one replica. Add a ' +
          'replica, or remove the canary.',
      ),
    );
  });

  test('fails when a rule requires other tags', () => {
    const replicas = [{ region: 'eu-west-1', tags: { kind: 'film' }, deleteMarkerReplication: false }];
    expect(() => setUp({ tags: { kind: 'test' } }, { replicas })).toThrow(
      new Error(
        '[MediaStack/Canary] tags.kind: got "test", expected "film", because a rule of a watched replica requires it. If ' +
          'no tags match all rules, create a canary for each rule with `replicaRegions`.',
      ),
    );
  });

  test('fails when a rule does not match the prefix', () => {
    expect(() => setUp({ prefix: 'film' }, { replicas: [{ region: 'eu-west-1', prefix: 'films/' }] })).toThrow(
      new Error(
        '[MediaStack/Canary] prefix: got "film", expected a prefix that the rules of all watched replicas match ' +
          '(eu-west-1: "films/"). If no prefix matches all rules, create a canary for each rule with `replicaRegions`.',
      ),
    );
  });

  test('fails when Object Lock retains every object by default', () => {
    const objectLockDefaultRetention = s3.ObjectLockRetention.governance(Duration.days(1));
    const problems = problemsOf(() => setUp({}, { objectLockDefaultRetention }));
    expect(describeProblem(problems[0])).toBe(
      'media: got "MediaStack/Media/Primary/Bucket, in which Object Lock retains every object by default", expected buckets ' +
        'in which the canary can delete its objects. Remove the canary, and monitor replication with ' +
        '`addReplicationAlarms` instead.',
    );
    expect(() => setUp({}, { objectLockEnabled: true })).not.toThrow();
  });

  test('can exist twice in one stack', () => {
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

  test('applies permissions boundaries and tags to every role', () => {
    const { stack, media } = setUp({}, { replicas: [{ region: 'eu-west-1', proxy: { domainName: 'm.example.com' } }] });
    const app = stack.node.root as App;
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(app).add('team', 'media');
    for (const [each, name] of [
      [stack, /^CanaryFunctionRole/],
      [media.replica('eu-west-1').stack, /^CanaryProbe.*FunctionRole/],
    ] as const) {
      const roles = Object.entries(templateOf(each).findResources('AWS::IAM::Role'));
      const canaryRoles = roles.filter(([id]) => name.test(id));
      expect(canaryRoles.length).toBe(1);
      expect(JSON.stringify(canaryRoles[0][1].Properties.PermissionsBoundary)).toContain('boundary');
      expect(canaryRoles[0][1].Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  test('has at most 12 resources', () => {
    const stack = primaryStack();
    setUp({ media: imported(stack) }, {}, stack).canary.addAlarms();
    const { Resources } = templateOf(stack).toJSON();
    expect(Object.keys(Resources).length).toBeLessThanOrEqual(12);
  });

  test('documents every reason', () => {
    const page = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith('Alarm: canary failures'))!;
    const explained = [...section.matchAll(/^\| `([a-z-]+)` \| /gm)].map(([, reason]) => reason);
    expect(explained).toEqual([...REASONS]);
  });
});
