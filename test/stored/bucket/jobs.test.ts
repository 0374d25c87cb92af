import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps, ReplicationJobsMetric } from '../../../src';
import { asText, newApp, primaryStack, synthesise, templateOf } from '../../support/synth';

const ACCOUNT = '111111111111';
const BACKFILL = 'Custom::MediaBackfill';
const ALARM = 'AWS::CloudWatch::Alarm';
const REGIONS = ['eu-west-1', 'eu-north-1'];

function mediaIn(stack: Stack, props: Partial<ReplicatedMediaBucketProps> = {}, id = 'Media'): ReplicatedMediaBucket {
  return new ReplicatedMediaBucket(stack, id, { replicas: [{ region: 'eu-west-1' }], ...props });
}

const resources = (stack: Stack, type: string): any[] =>
  Object.values(templateOf(stack).findResources(type)).map((each) => asText(each).Properties);

describe('ReplicatedMediaBucket backfill and repair', () => {
  test('are on by default, with one replica too', () => {
    const stack = primaryStack();
    mediaIn(stack);
    const [properties] = resources(stack, BACKFILL);
    expect(properties).toMatchObject({
      ReplicateExisting: 'true',
      ExistingBucket: 'false',
      Replicas: [expect.stringMatching(/eu-west-1-an$/)],
    });
    templateOf(stack).hasResourceProperties('AWS::Events::Rule', {
      Targets: [Match.objectLike({ Input: '{"dailyRepair":true}' })],
    });
  });

  test('know that the region of the only replica was swapped', () => {
    const [before, after] = ['eu-west-1', 'eu-north-1'].map((region) => {
      const stack = primaryStack();
      mediaIn(stack, { replicas: [{ region }] });
      return resources(stack, BACKFILL)[0];
    });
    expect(before).toEqual({ ...after, Replicas: before.Replicas, Tracked: before.Replicas });
    expect(before.Replicas).not.toEqual(after.Replicas);
  });

  test.each([
    ['one bucket', 1, 35],
    ['ten buckets, which share the function for notifications', 10, 332],
  ])('of %s need few resources', (_, buckets, most) => {
    const stack = primaryStack();
    for (let index = 0; index < buckets; index++) mediaIn(stack, {}, `Media${index}`);
    expect(Object.keys(templateOf(stack).toJSON().Resources).length).toBeLessThanOrEqual(most);
  });

  test('can be disabled', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { replicateExisting: false });
    expect(resources(stack, BACKFILL)).toEqual([]);
    expect(media.replicationStatusFunction).toBeUndefined();
    expect(() => media.grantManageReplication(new iam.AccountRootPrincipal())).toThrow(
      '[MediaStack/Media] grantManageReplication: got "us-east-1", expected the region of a copy with backfill and repair ' +
        '(none). For the primary, remove `replicateExisting: false`. For a replica, set `writeToReplicas` or ' +
        '`replicaModificationSync`, too.',
    );
  });
});

describe('ReplicatedMediaBucket with two-way replication', () => {
  const twoWay = (stack: Stack, props: Partial<ReplicatedMediaBucketProps> = {}) =>
    mediaIn(stack, { replicas: REGIONS.map((region) => ({ region })), writeToReplicas: true, ...props });
  const concrete = (app: App = newApp()) =>
    new Stack(app, 'MediaStack', { env: { account: ACCOUNT, region: 'us-east-1' } });

  test.each([{ writeToReplicas: true }, { writeToReplicas: false, replicaModificationSync: true }])(
    'repairs the failures of every copy in its region, with %j',
    (props) => {
      const stack = primaryStack();
      const media = twoWay(stack, props);
      for (const { stack: replicaStack, region } of media.replicas) {
        const [properties] = resources(replicaStack, BACKFILL);
        const bucketName = properties.Bucket;
        expect(bucketName).toMatch(new RegExp(`-${region}-an$`));
        expect(properties.ReplicateExisting).toBe('false');
        expect(properties.Replicas.map((name: string) => /[a-z]+-[a-z]+-\d(?=-an$)/.exec(name)![0])).toEqual(
          ['us-east-1', 'eu-west-1', 'eu-north-1'].filter((each) => each !== region),
        );
        // S3 publishes the failures of the replica's bucket to a topic, to which the queue subscribes.
        const [{ NotificationConfiguration }] = resources(replicaStack, 'Custom::S3BucketNotifications');
        expect(JSON.stringify(NotificationConfiguration)).toContain('s3:Replication:OperationFailedReplication');
        expect(resources(replicaStack, 'AWS::SNS::Subscription')).toHaveLength(1);
        const workers = resources(replicaStack, 'AWS::Lambda::Function').filter(
          ({ Handler }) => Handler === 'index.jobs',
        );
        expect(workers.map(({ Environment }) => Environment.Variables.REPLICATION_BUCKET)).toEqual([bucketName]);
        const [jobRole] = resources(replicaStack, 'AWS::IAM::Role').filter(({ AssumeRolePolicyDocument }) =>
          JSON.stringify(AssumeRolePolicyDocument).includes('batchoperations'),
        );
        const statements = jobRole.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement);
        const bucketArn = `arn:\${AWS::Partition}:s3:::${bucketName}`;
        expect(statements.map(({ Resource }: any) => Resource)).toEqual([`${bucketArn}/*`, bucketArn]);
      }
    },
  );

  test('needs no cross-region references', () => {
    const stack = concrete();
    const media = twoWay(stack);
    media.grantManageReplication(new iam.Role(stack, 'Ops', { assumedBy: new iam.AccountRootPrincipal() }));
    for (const { template } of synthesise(stack.node.root as App).stacksRecursively) {
      expect(JSON.stringify(template)).not.toMatch(
        /Fn::ImportValue|Fn::GetStackOutput|Custom::Cross|AWS::SSM::Parameter"|"Export"/,
      );
    }
  });

  test('has alarms for every copy, with actions in its region', () => {
    const app = newApp();
    const stack = concrete(app);
    const topicIn = (scope: Stack) =>
      sns.Topic.fromTopicArn(scope, 'Topic', `arn:aws:sns:${scope.region}:${ACCOUNT}:ops`);
    const media = twoWay(stack);
    const alarms = media.addReplicationAlarms({
      actions: [new SnsAction(topicIn(stack))],
      replicaActions: Object.fromEntries(
        media.replicas.map((replica) => [replica.region, [new SnsAction(topicIn(replica.stack))]]),
      ),
    });
    // Per replica: latency, failures to it, failures to each other copy. Per copy: jobs.
    expect(alarms).toHaveLength(2 * (1 + 1 + 2) + 3 * 5);
    for (const each of [stack, ...media.replicas.map((replica) => replica.stack)]) {
      templateOf(each).allResourcesProperties(ALARM, { AlarmActions: [`arn:aws:sns:${each.region}:${ACCOUNT}:ops`] });
      templateOf(each).hasResourceProperties(ALARM, { MetricName: 'GivenUp' });
      templateOf(each).hasResourceProperties(ALARM, { MetricName: 'ApproximateNumberOfMessagesVisible' });
    }
  });

  test('lets grantees manage every copy, by names', () => {
    const stack = concrete();
    const media = twoWay(stack);
    media.grantManageReplication(new iam.Role(stack, 'Ops', { assumedBy: new iam.AccountRootPrincipal() }));
    const [name] = media.replicas.map(({ ruleId }) => ruleId.replace('-eu-west-1', '-replication-status'));
    const text = JSON.stringify(resources(stack, 'AWS::IAM::Policy'));
    for (const region of REGIONS) {
      expect(text).toContain(`arn:\${AWS::Partition}:lambda:${region}:${ACCOUNT}:function:${name}`);
      templateOf(media.replica(region).stack).hasResourceProperties('AWS::Lambda::Function', { FunctionName: name });
    }
    expect(media.replicationStatusFunctionIn('us-east-1')).toBe(media.replicationStatusFunction);
    expect(media.replicationStatusFunctionIn('eu-north-1')).not.toBe(media.replicationStatusFunction);
  });

  test('has metrics of every copy', () => {
    const media = twoWay(primaryStack());
    const metric = (region?: string) => media.metricReplicationJobs(ReplicationJobsMetric.GIVEN_UP, { region });
    expect(metric().dimensions).toEqual(metric('us-east-1').dimensions);
    expect(metric('eu-west-1').region).toBe('eu-west-1');
    const services = [undefined, ...REGIONS].map((region) => metric(region).dimensions!.service);
    expect(new Set(services).size).toBe(3);
  });

  test('fails for a copy that is no source', () => {
    const media = mediaIn(primaryStack());
    expect(() => media.replicationStatusFunctionIn('eu-west-1')).toThrow(
      '[MediaStack/Media] region: got "eu-west-1", expected the region of a copy with backfill and repair (us-east-1). ' +
        'For the primary, remove `replicateExisting: false`. For a replica, set `writeToReplicas` or ' +
        '`replicaModificationSync`, too.',
    );
  });

  test('uses one stack in the region for the alarms and jobs of an imported replica', () => {
    const stack = concrete();
    const bucket = s3.Bucket.fromBucketName(stack, 'Replica', 'studio-media-eu');
    const media = twoWay(stack, {
      encryption: s3.BucketEncryption.S3_MANAGED,
      replicas: [{ region: 'eu-west-1', bucket }],
    });
    const operations = media.node.findChild('Operations-eu-west-1') as Stack;
    expect(operations.region).toBe('eu-west-1');
    templateOf(operations).hasResourceProperties(ALARM, { MetricName: 'ReplicationLatency' });
    templateOf(operations).hasResourceProperties(BACKFILL, { Bucket: 'studio-media-eu' });
    expect(resources(operations, 'AWS::SNS::Subscription')).toHaveLength(1);
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toContain('"BucketName":"studio-media-eu","Notification');
  });

  test('subscribes to no events without metrics', () => {
    const media = twoWay(primaryStack(), { replicas: [{ region: 'eu-west-1', replicationMetrics: false }] });
    expect(resources(media.replicas[0].stack, 'AWS::SNS::Topic')).toEqual([]);
    expect(resources(media.replicas[0].stack, BACKFILL)).toHaveLength(1);
  });
});
