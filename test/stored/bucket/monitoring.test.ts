import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LambdaDestination, SnsDestination, SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
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

  test('work in a region-agnostic stack', () => {
    const stack = new Stack(newApp(), 'Agnostic');
    mediaIn(stack);
    templateOf(stack).hasResourceProperties(ALARM, { MetricName: 'OperationsFailedReplication', Statistic: 'Sum' });
  });
});

describe('ReplicatedMediaBucket events', () => {
  const FAILED = 's3:Replication:OperationFailedReplication';
  const NOT_TRACKED = 's3:Replication:OperationNotTracked';
  const MISSED = 's3:Replication:OperationMissedThreshold';
  const LATE = 's3:Replication:OperationReplicatedAfterThreshold';

  function eventsOf(stack: Stack, list: string): string[] {
    const { NotificationConfiguration } = only(templateOf(stack), 'Custom::S3BucketNotifications').Properties;
    return NotificationConfiguration[list].flatMap(({ Events }: any) => Events).sort();
  }

  test.each([
    ['TopicConfigurations', (stack: Stack) => new SnsDestination(new sns.Topic(stack, 'To'))],
    ['QueueConfigurations', (stack: Stack) => new SqsDestination(new sqs.Queue(stack, 'To'))],
    [
      'LambdaFunctionConfigurations',
      (stack: Stack) =>
        new LambdaDestination(
          new lambda.Function(stack, 'To', {
            runtime: new lambda.Runtime('python3.13', lambda.RuntimeFamily.PYTHON, { supportsInlineCode: true }),
            handler: 'index.handler',
            code: lambda.Code.fromInline('handler = print'),
          }),
        ),
    ],
  ])('of failed, late and untracked objects go to %s', (list, destination) => {
    const stack = primaryStack();
    mediaIn(stack).addReplicationEventNotification(destination(stack));
    expect(eventsOf(stack, list)).toEqual([FAILED, MISSED, NOT_TRACKED, LATE].sort());
  });

  test('of late objects are not requested without Replication Time Control', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { replicas: [{ region: 'eu-west-1', replicationTimeControl: false }] });
    media.addReplicationEventNotification(new SqsDestination(new sqs.Queue(stack, 'To')), { prefix: 'masters/' });
    expect(eventsOf(stack, 'QueueConfigurations')).toEqual([FAILED, NOT_TRACKED].sort());
    templateOf(stack).hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: {
        QueueConfigurations: Match.arrayWith([
          Match.objectLike({ Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'masters/' }] } } }),
        ]),
      },
    });
  });

  test('fail when no replica has metrics', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { replicas: [{ region: 'eu-west-1', replicationMetrics: false }] });
    expect(() => media.addReplicationEventNotification(new SqsDestination(new sqs.Queue(stack, 'To')))).toThrow(
      '[MediaStack/Media] addReplicationEventNotification: got "only replicas with `replicationMetrics: false`", ' +
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
      primary: { bucketName: `${base}-${account}-us-east-1-an`, region: 'us-east-1', account },
      replicas: ['eu-west-1', 'ap-southeast-2'].map((region) => ({
        bucketName: `${base}-${account}-${region}-an`,
        region,
        account,
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
