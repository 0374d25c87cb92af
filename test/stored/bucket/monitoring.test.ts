import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { ReplicationEvents } from '../../../src/stored/bucket/replication/replication-events';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const ALARM = 'AWS::CloudWatch::Alarm';

function mediaIn(stack: Stack, props: Partial<ReplicatedMediaBucketProps> = {}): ReplicatedMediaBucket {
  return new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }],
    replicateExisting: false,
    ...props,
  });
}

describe('ReplicatedMediaBucket metrics', () => {
  const media = mediaIn(primaryStack());

  test.each([
    ['ReplicationLatency', media.metricReplicationLatency('eu-west-1'), 'Maximum', 'eu-west-1'],
    ['BytesPendingReplication', media.metricBytesPendingReplication('eu-west-1'), 'Maximum', 'eu-west-1'],
    ['OperationsPendingReplication', media.metricOperationsPendingReplication('eu-west-1'), 'Maximum', 'eu-west-1'],
    ['OperationsFailedReplication', media.metricOperationsFailedReplication('eu-west-1'), 'Sum', 'us-east-1'],
  ])('%s has the dimensions and the region that S3 publishes it with', (name, metric, statistic, region) => {
    expect(metric).toMatchObject({ namespace: 'AWS/S3', metricName: name, statistic, region });
    expect(asText(Stack.of(media).resolve(metric.dimensions))).toEqual({
      SourceBucket: expect.stringMatching(/us-east-1-an$/),
      DestinationBucket: expect.stringMatching(/eu-west-1-an$/),
      RuleId: media.replicas[0].ruleId,
    });
  });

  test('can be requested by name', () => {
    expect(media.metric('OperationsFailedReplication', 'eu-west-1')).toMatchObject({
      statistic: 'Sum',
      region: 'us-east-1',
    });
    const metric = media.metric('BytesPendingReplication', 'eu-west-1', { statistic: 'Average' });
    expect(metric).toMatchObject({ namespace: 'AWS/S3', statistic: 'Average', region: 'eu-west-1' });
    expect(metric.dimensions).toEqual(media.metricReplicationLatency('eu-west-1').dimensions);
  });

  test('accept options', () => {
    const metric = media.metricReplicationLatency('eu-west-1', { period: Duration.minutes(1), statistic: 'Average' });
    expect(metric.period.toSeconds()).toBe(60);
    expect(metric.statistic).toBe('Average');
  });

  test('fail if no replica is in the region', () => {
    expect(() => media.metricReplicationLatency('eu-west-2')).toThrow(
      '[MediaStack/Media] region: got "eu-west-2", expected the region of a replica (eu-west-1).',
    );
  });
});

describe('ReplicatedMediaBucket alarms', () => {
  test('exist by default: for latency in the region of the replica, for failures in the region of the primary', () => {
    const stack = primaryStack();
    const media = mediaIn(stack);
    expect(only(templateOf(media.replicas[0].stack), ALARM).Properties).toMatchObject({
      Namespace: 'AWS/S3',
      MetricName: 'ReplicationLatency',
      Statistic: 'Maximum',
      Threshold: 900,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    });
    expect(only(templateOf(stack), ALARM).Properties).toMatchObject({
      Namespace: 'AWS/S3',
      MetricName: 'OperationsFailedReplication',
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      // The alarm ends 15 minutes after a failure, even without further uploads, so that the next failure notifies again.
      TreatMissingData: 'notBreaching',
      Period: 300,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
      Dimensions: expect.arrayContaining([{ Name: 'RuleId', Value: media.replicas[0].ruleId }]),
    });
  });

  test('accept a threshold, and actions in the region of each alarm', () => {
    const app = newApp();
    const stack = primaryStack(app);
    const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
    const topic = new sns.Topic(stack, 'Topic');
    const replicaTopic = new sns.Topic(europe, 'Topic');
    const media = mediaIn(stack, { replicas: [{ region: 'eu-west-1', stack: europe }] });
    const alarms = media.addReplicationAlarms({
      latencyThreshold: Duration.minutes(5),
      actions: [new SnsAction(topic)],
      replicaActions: { 'eu-west-1': [new SnsAction(replicaTopic)] },
    });
    expect(alarms).toHaveLength(2);
    templateOf(europe).resourceCountIs(ALARM, 1);
    templateOf(europe).hasResourceProperties(ALARM, {
      MetricName: 'ReplicationLatency',
      Threshold: 300,
      AlarmActions: [europe.resolve(replicaTopic.topicArn)],
    });
    templateOf(stack).resourceCountIs(ALARM, 1);
    templateOf(stack).hasResourceProperties(ALARM, { Threshold: 0, AlarmActions: [stack.resolve(topic.topicArn)] });
  });

  test('can be disabled, and created later', () => {
    const off = primaryStack();
    mediaIn(off, { replicationAlarms: false });
    templateOf(off).resourceCountIs(ALARM, 0);

    const later = primaryStack();
    mediaIn(later, { replicationAlarms: false }).addReplicationAlarms();
    templateOf(later).resourceCountIs(ALARM, 1);
  });

  test('do not exist for a replica without metrics', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, {
      replicas: [{ region: 'eu-west-1', replicationMetrics: false }, { region: 'eu-north-1' }],
    });
    expect(media.addReplicationAlarms()).toHaveLength(2);
    templateOf(media.replica('eu-west-1').stack).resourceCountIs(ALARM, 0);
  });

  test('work with a known account', () => {
    const stack = primaryStack(newApp(), { account: '111111111111', region: 'us-east-1' });
    mediaIn(stack);
    templateOf(stack).hasResourceProperties(ALARM, { MetricName: 'OperationsFailedReplication', Statistic: 'Sum' });
  });
});

describe('ReplicatedMediaBucket events', () => {
  const FAILED = 's3:Replication:OperationFailedReplication';
  const NOT_TRACKED = 's3:Replication:OperationNotTracked';
  const MISSED = 's3:Replication:OperationMissedThreshold';
  const LATE = 's3:Replication:OperationReplicatedAfterThreshold';
  const NOTIFICATIONS = 'Custom::S3BucketNotifications';
  const EVENTS = 'Custom::MediaReplicationEvents';

  /** The destinations of each event. S3 rejects two for the same event, unless their filters exclude each other. */
  function destinationsOf(stack: Stack): Record<string, string[]> {
    const { NotificationConfiguration } = only(templateOf(stack), NOTIFICATIONS).Properties;
    const destinations: Record<string, string[]> = {};
    for (const [list, configurations] of Object.entries<any[]>(NotificationConfiguration)) {
      for (const event of configurations.flatMap(({ Events }) => Events)) (destinations[event] ??= []).push(list);
    }
    return destinations;
  }
  const toTopic = (...events: string[]) => Object.fromEntries(events.map((event) => [event, ['TopicConfigurations']]));

  test.each<[string, Partial<ReplicatedMediaBucketProps>]>([
    ['two replicas', { replicas: [{ region: 'eu-west-1' }, { region: 'eu-north-1' }], replicateExisting: undefined }],
    ['backfill', { replicateExisting: true }],
    ['repair only', { repair: {} }],
    ['neither backfill nor repair', {}],
  ])('have one destination each, with %s and a subscriber of the user', (_, props) => {
    const stack = primaryStack();
    const media = mediaIn(stack, props);
    media.replicationEvents.addSubscription(new SqsSubscription(new sqs.Queue(stack, 'Mine')));
    expect(media.replicationEvents).toBe(media.replicationEvents);
    expect(destinationsOf(stack)).toEqual(toTopic(FAILED, MISSED, NOT_TRACKED, LATE));
  });

  test('have one destination each for a bucket of the app, beside the notifications of the user', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { replicateExisting: true });
    const uploads = new sqs.Queue(stack, 'Uploads');
    media.primary.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(uploads));
    expect(destinationsOf(stack)).toEqual({
      ...toTopic(FAILED, MISSED, NOT_TRACKED, LATE),
      's3:ObjectCreated:*': ['QueueConfigurations'],
    });
    templateOf(stack).resourceCountIs(EVENTS, 0);
  });

  describe('of an imported bucket', () => {
    const imported = (props: Partial<ReplicatedMediaBucketProps> = {}) => {
      const stack = primaryStack();
      const bucket = s3.Bucket.fromBucketName(stack, 'Existing', 'years-of-media');
      return { stack, media: mediaIn(stack, { bucket, ...props }) };
    };
    const allowed = (stack: Stack, role: RegExp) =>
      Object.values(templateOf(stack).findResources('AWS::IAM::Policy'))
        .map(asText)
        .filter(({ Properties }: any) => role.test(JSON.stringify(Properties.Roles)))
        .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
        .filter(({ Action }: any) => [Action].flat().some((action) => action.includes('BucketNotification')));

    test('are added by the function that adds the rules, and not by the CDK’s', () => {
      const { stack, media } = imported({ replicateExisting: true });
      media.replicationEvents.addSubscription(new EmailSubscription('oncall@example.com'));
      const template = templateOf(stack);
      template.resourceCountIs(NOTIFICATIONS, 0);
      const { Properties, DependsOn } = only(template, EVENTS);
      expect(Properties).toEqual({
        ServiceToken: expect.stringMatching(/^\$\{MediaRulesFunction/),
        BucketName: 'years-of-media',
        Region: 'us-east-1',
        Account: '${AWS::AccountId}',
        Id: expect.stringMatching(/^media-[0-9a-f]{8}-ReplicationEvents$/),
        TopicArn: expect.stringMatching(/^\$\{MediaReplicationEvents/),
        Events: [FAILED, NOT_TRACKED, MISSED, LATE],
      });
      // S3 tests the topic, and the function needs its permissions until the notification is removed.
      expect(DependsOn).toContainEqual(expect.stringMatching(/ReplicationEvents\w*Policy/));
      expect(DependsOn).toContainEqual(expect.stringMatching(/^MediaRulesFunctionRoleDefaultPolicy/));
      expect(allowed(stack, /RulesFunctionRole/)).toEqual([
        {
          Effect: 'Allow',
          Action: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
          Resource: 'arn:${AWS::Partition}:s3:::years-of-media',
          Condition: { StringEquals: { 'aws:ResourceAccount': '${AWS::AccountId}' } },
        },
      ]);
      const [{ PolicyDocument }] = Object.values<any>(template.findResources('AWS::SNS::TopicPolicy')).map(
        ({ Properties: policy }) => asText(policy),
      );
      expect(PolicyDocument.Statement[1].Condition.ArnLike).toEqual({
        'aws:SourceArn': 'arn:${AWS::Partition}:s3:::years-of-media',
      });
    });

    test('leave the role unchanged while they are not used', () => {
      expect(allowed(imported().stack, /./)).toEqual([]);
    });

    test('can be added from any stack in the region of the bucket', () => {
      const app = newApp();
      const [home, europe] = ['us-east-1', 'eu-west-1'].map((region) => new Stack(app, region, { env: { region } }));
      const bucket = s3.Bucket.fromBucketAttributes(home, 'Replica', { bucketName: 'old-media', region: 'eu-west-1' });
      new ReplicationEvents(europe, 'Events', { bucket, timeControl: false, name: 'media' });
      const { Properties } = only(templateOf(europe), EVENTS);
      expect(Properties).toMatchObject({
        ServiceToken: expect.stringMatching(/^\$\{EventsProviderFunction/),
        BucketName: 'old-media',
        Region: 'eu-west-1',
        Events: [FAILED, NOT_TRACKED],
      });
      expect(allowed(europe, /./)).toMatchObject([{ Resource: 'arn:${AWS::Partition}:s3:::old-media' }]);
      templateOf(home).resourceCountIs('AWS::Lambda::Function', 0);
    });
  });

  test('of late objects are not requested without Replication Time Control', () => {
    const stack = primaryStack();
    void mediaIn(stack, { replicas: [{ region: 'eu-west-1', replicationTimeControl: false }] }).replicationEvents;
    expect(destinationsOf(stack)).toEqual(toTopic(FAILED, NOT_TRACKED));
  });

  test('are not requested without backfill, repair and use of the topic', () => {
    const stack = primaryStack();
    mediaIn(stack);
    templateOf(stack).resourceCountIs(NOTIFICATIONS, 0);
    templateOf(stack).resourceCountIs('AWS::SNS::Topic', 0);
  });

  test.each([
    ['of the CDK’s default', {}],
    [
      'that trusts S3 in keys of topics',
      { '@aws-cdk/aws-s3-notifications:addS3TrustKeyPolicyForSnsSubscriptions': true },
    ],
  ])('go to an encrypted topic, to which only S3 can publish for the bucket, with context %s', (_, context) => {
    const stack = primaryStack(newApp(context));
    void mediaIn(stack).replicationEvents;
    const template = templateOf(stack);
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    const [{ Properties: policy }] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
    const account = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    expect(policy.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      {
        Sid: 'ReplicationEvents',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: topic },
        Condition: {
          ...account,
          ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/^MediaPrimary/), 'Arn'] } },
        },
      },
    ]);
    const [key] = Object.entries(template.findResources('AWS::KMS::Key')).flatMap(([id, { Properties }]) =>
      id.includes('ReplicationEvents') ? [Properties] : [],
    );
    expect(key.EnableKeyRotation).toBe(true);
    expect(key.KeyPolicy.Statement.slice(1)).toEqual([
      {
        Sid: 'ReplicationEvents',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: account,
      },
    ]);
    const { DependsOn } = only(template, NOTIFICATIONS);
    expect(DependsOn).toContainEqual(expect.stringMatching(/ReplicationEvents\w*Policy/));
  });

  test('fail when no replica has metrics', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { replicas: [{ region: 'eu-west-1', replicationMetrics: false }] });
    expect(() => media.replicationEvents).toThrow(
      '[MediaStack/Media] replicationEvents: got "only replicas with `replicationMetrics: false`", ' +
        'expected a replica with metrics, because S3 sends no replication events without them. ' +
        'Remove `replicationMetrics: false` from a replica.',
    );
  });
});

describe('ReplicatedMediaBucket outputs', () => {
  test('contain the bucket name and region of each replica, and all copies as JSON', () => {
    const stack = new Stack(newApp(), 'MediaStack', { env: { account: '111111111111', region: 'us-east-1' } });
    const media = mediaIn(stack, { replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }] });
    const outputs = Object.entries(asText(templateOf(stack).toJSON().Outputs));
    const value = (pattern: RegExp) => (outputs.find(([id]) => pattern.test(id))![1] as any).Value;
    const base = media.replicas[0].ruleId.replace('-eu-west-1', '');
    expect(value(/^MediaReplicaEuWest1BucketName/)).toBe(`${base}-111111111111-eu-west-1-an`);
    expect(value(/^MediaReplicaEuWest1Region/)).toBe('eu-west-1');
    expect(value(/^MediaReplicaApSoutheast2BucketName/)).toBe(`${base}-111111111111-ap-southeast-2-an`);
    expect(value(/^MediaReplicaApSoutheast2Region/)).toBe('ap-southeast-2');
    const account = '111111111111';
    expect(JSON.parse(value(/^MediaCopies/))).toEqual({
      identity: base,
      version: 1,
      primary: {
        bucketName: `${base}-${account}-us-east-1-an`,
        region: 'us-east-1',
        account,
        encryptionKey: `arn:\${AWS::Partition}:kms:us-east-1:${account}:alias/${base}`,
      },
      replicas: ['eu-west-1', 'ap-southeast-2'].map((region) => ({
        bucketName: `${base}-${account}-${region}-an`,
        region,
        account,
        encryptionKey: `arn:\${AWS::Partition}:kms:${region}:${account}:alias/${base}`,
        ruleId: `${base}-${region}`,
      })),
    });
  });

  test('can be disabled', () => {
    const stack = primaryStack();
    mediaIn(stack, { outputs: false });
    expect(templateOf(stack).toJSON()).not.toHaveProperty('Outputs');
    expect(stack.node.root).toBeInstanceOf(App);
  });
});
