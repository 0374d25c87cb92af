import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  IReplicatedMediaBucket,
  MediaReplicaProps,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicationDrill,
  ReplicationDrillOptions,
} from '../../../src';
import { InvalidInput, Problem } from '../../../src/private/problems';
import { asText, newApp, primaryStack } from '../../support/synth';

const TWO: MediaReplicaProps[] = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];
const ACCOUNT = '111111111111';

function setUp(options: ReplicationDrillOptions = {}, replicas = TWO, stack = primaryStack()) {
  const media = new ReplicatedMediaBucket(stack, 'Media', { replicas });
  return { stack, ...drillOf(media, options, stack) };
}

function drillOf(media: IReplicatedMediaBucket, options: ReplicationDrillOptions, stack: Stack) {
  const router = new MediaRouter(stack, 'Router', { media });
  return { media, router, drill: new ReplicationDrill(stack, 'Drill', { media, router, ...options }) };
}

function imported(stack: Stack, region = 'us-east-1'): IReplicatedMediaBucket {
  const encryption = s3.BucketEncryption.S3_MANAGED;
  return ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region, encryption },
    replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption }],
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

const propertiesOf = (stack: Stack, type: string): any[] =>
  Object.values(Template.fromStack(stack).findResources(type)).map((resource) => asText(resource).Properties);

const templateOf = (stack: Stack) => propertiesOf(stack, 'AWS::FIS::ExperimentTemplate')[0];

test('pauses replication of the tagged primary to each replica', () => {
  const { stack, drill } = setUp();
  expect(templateOf(stack)).toEqual({
    Description: 'Pauses replication of MediaStack/Media to eu-west-1, ap-southeast-2',
    RoleArn: expect.stringContaining('DrillRole'),
    Targets: {
      Primary: {
        ResourceType: 'aws:s3:bucket',
        ResourceTags: { 'cdk-media-replication:drill': drill.targetTagValue },
        SelectionMode: 'ALL',
      },
    },
    Actions: Object.fromEntries(
      ['eu-west-1', 'ap-southeast-2'].map((region) => [
        `Pause-${region}`,
        {
          ActionId: 'aws:s3:bucket-pause-replication',
          Description: `Pauses replication to ${region}`,
          Parameters: { duration: 'PT150M', region, destinationBuckets: expect.stringContaining(`-${region}-an`) },
          Targets: { Buckets: 'Primary' },
        },
      ]),
    ),
    StopConditions: [{ Source: 'aws:cloudwatch:alarm', Value: expect.stringContaining('DrillFallbacksAlarm') }],
    ExperimentOptions: { AccountTargeting: 'single-account', EmptyTargetResolutionMode: 'fail' },
    Tags: { Name: drill.targetTagValue },
  });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    Tags: Match.arrayWith([{ Key: drill.targetTagKey, Value: drill.targetTagValue }]),
  });
  expect(drill.replicaRegions).toEqual(['eu-west-1', 'ap-southeast-2']);
  expect(stack.resolve(drill.experimentTemplateId)).toEqual({ 'Fn::GetAtt': [expect.stringContaining('Drill'), 'Id'] });
});

test('uses its options', () => {
  const stack = primaryStack();
  const errors = new cloudwatch.Alarm(stack, 'Errors', {
    metric: new cloudwatch.Metric({ namespace: 'Studio', metricName: 'Errors' }),
    threshold: 1,
    evaluationPeriods: 1,
  });
  const options = { replicaRegions: ['ap-southeast-2'], duration: Duration.hours(2), maxFallbackPercent: 20 };
  const { drill } = setUp({ ...options, stopAlarms: [errors] }, TWO, stack);
  const { Actions, StopConditions } = templateOf(stack);
  expect(Object.keys(Actions)).toEqual(['Pause-ap-southeast-2']);
  expect(Actions['Pause-ap-southeast-2'].Parameters.duration).toBe('PT120M');
  expect(StopConditions).toHaveLength(2);
  expect(StopConditions[1].Value).toContain('Errors');
  expect(drill.fallbacksAlarm.node.defaultChild).toMatchObject({ threshold: 20 });
});

test('two drills of one app have different tags', () => {
  const [one, two] = ['One', 'Two'].map((id) => {
    const stack = new Stack(newApp(), id, { env: { region: 'us-east-1' } });
    return setUp({}, TWO, stack).drill.targetTagValue;
  });
  expect(one).not.toBe(two);
});

test('leaves out paused replicas', () => {
  const { drill } = setUp({}, [{ region: 'eu-west-1', enabled: false }, { region: 'ap-southeast-2' }]);
  expect(drill.replicaRegions).toEqual(['ap-southeast-2']);
});

describe('the role', () => {
  test('can pause the replication of this bucket, and do nothing else to it', () => {
    const { stack } = setUp({ replicaRegions: ['eu-west-1'] });
    const policy = propertiesOf(stack, 'AWS::IAM::Policy').find(({ Roles }) => /DrillRole/.test(JSON.stringify(Roles)));
    const bucket = expect.stringMatching(/MediaPrimaryBucket\w+\.Arn\}?$/);
    expect(policy.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:PauseReplication',
        Resource: bucket,
        Condition: { StringEquals: { 's3:DestinationRegion': ['eu-west-1'] } },
      },
      {
        Effect: 'Allow',
        Action: 's3:PutReplicationConfiguration',
        Resource: bucket,
        Condition: { Bool: { 's3:IsReplicationPauseRequest': 'true' } },
      },
      { Effect: 'Allow', Action: 's3:GetReplicationConfiguration', Resource: bucket },
      { Effect: 'Allow', Action: ['s3:ListAllMyBuckets', 'tag:GetResources'], Resource: '*' },
    ]);
  });

  test('is assumed by experiments of this account only', () => {
    const { stack } = setUp({}, TWO, primaryStack(newApp(), { account: ACCOUNT, region: 'us-east-1' }));
    const role = propertiesOf(stack, 'AWS::IAM::Role').find(({ Description }) => /drill/.test(Description ?? ''));
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'fis.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:\${AWS::Partition}:fis:us-east-1:${ACCOUNT}:experiment/*` },
        },
      },
    ]);
  });
});

test('the alarm that ends the drill watches the fallbacks of the router', () => {
  const { drill, router } = setUp();
  const { metrics, threshold, comparisonOperator, treatMissingData, alarmDescription } = drill.fallbacksAlarm.node
    .defaultChild as cloudwatch.CfnAlarm;
  expect({ threshold, comparisonOperator, treatMissingData }).toEqual({
    threshold: 5,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
  });
  const text = JSON.stringify(Stack.of(drill).resolve(metrics));
  expect(text).toContain('100 * fallbacks / links');
  expect(text).toContain(router.routerName);
  expect(alarmDescription).toContain('#rehearsal-of-a-replication-outage');
});

test('says which tag an imported primary needs', () => {
  const stack = primaryStack();
  const { drill } = drillOf(imported(stack), {}, stack);
  (stack.node.root as App).synth();
  Annotations.fromStack(stack).hasWarning(
    '/MediaStack/Drill',
    Match.stringLikeRegexp(`Add the tag cdk-media-replication:drill=${drill.targetTagValue} to it`),
  );
});

test.each<[string, ReplicationDrillOptions, string, string]>([
  ['no replica', { replicaRegions: [] }, 'replicaRegions', 'at least one replica to which replication can pause'],
  [
    'another region',
    { replicaRegions: ['eu-north-1'] },
    'replicaRegions[0]',
    'the region of a replica (eu-west-1, ap-southeast-2)',
  ],
  ['a short pause', { duration: Duration.minutes(74) }, 'duration', 'whole minutes, from 75 minutes to 12 hours'],
  ['a long pause', { duration: Duration.hours(13) }, 'duration', 'whole minutes, from 75 minutes to 12 hours'],
  ['parts of a minute', { duration: Duration.seconds(4521) }, 'duration', 'whole minutes, from 75 minutes to 12 hours'],
  ['zero per cent', { maxFallbackPercent: 0 }, 'maxFallbackPercent', 'a percentage from 1 to 100'],
])('%s is an error', (_, options, property, expected) => {
  expect(problemsOf(() => setUp(options))).toMatchObject([{ construct: 'MediaStack/Drill', property, expected }]);
});

test('a replica that is paused anyway is an error', () => {
  const replicas = [{ region: 'eu-west-1', enabled: false }];
  expect(problemsOf(() => setUp({}, replicas))).toMatchObject([{ property: 'replicaRegions' }]);
  expect(problemsOf(() => setUp({ replicaRegions: ['eu-west-1'] }, replicas))).toMatchObject([
    { property: 'replicaRegions[0]', expected: 'a replica without `enabled: false`' },
  ]);
});

test('a primary, a router or an alarm elsewhere is an error', () => {
  const stack = primaryStack(newApp(), { account: ACCOUNT, region: 'us-east-1' });
  const other = new Stack(stack.node.root, 'Other', { env: { account: ACCOUNT, region: 'us-west-2' } });
  const media = imported(stack, 'us-west-2');
  const router = MediaRouter.fromMediaRouterAttributes(other, 'Router', {
    functionArn: `arn:aws:lambda:us-west-2:${ACCOUNT}:function:router`,
    routerName: 'router',
    primaryRegion: 'us-west-2',
    replicaRegions: ['eu-west-1'],
  } as any);
  const alarm = cloudwatch.Alarm.fromAlarmName(other, 'Alarm', 'errors');
  expect(
    problemsOf(() => new ReplicationDrill(stack, 'Drill', { media, router, stopAlarms: [alarm] })).map(
      ({ property }) => property,
    ),
  ).toEqual(['media', 'router', 'stopAlarms[0]']);
});
