import { App, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMediaBucket } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS, MEDIA } from '../../support/nag-acceptances';
import { newApp } from '../../support/synth';

function topicIn(stack: Stack): sns.ITopic {
  return sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${stack.region}:111111111111:alarms`);
}

test('ReplicatedMediaBucket passes the AwsSolutions and NIST 800-53 packs of cdk-nag', () => {
  const app: App = newApp();
  const stack = new Stack(app, 'MediaStack', { env: { account: '111111111111', region: 'us-east-1' } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }, { region: 'eu-central-1', account: '222222222222' }],
    serverAccessLogs: true,
    replicateExisting: false, // tested in test/stored/backfill
  });
  media.grantReadWrite(new iam.Role(stack, 'App', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'app' }));
  media.addReplicationAlarms({
    actions: [new SnsAction(topicIn(stack))],
    replicaActions: Object.fromEntries(
      media.replicas.map((replica) => [replica.region, [new SnsAction(topicIn(replica.stack))]]),
    ),
  });

  expectNagClean(app, MEDIA);
});

const EXISTING: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::years-of-media\/\*\]$/,
    path: /\/ReplicationRole\/DefaultPolicy\//,
    reason: 'All objects of the existing bucket, which the expected account must own.',
  },
];

test('ReplicatedMediaBucket with an existing primary and two-way replication passes cdk-nag', () => {
  const app: App = newApp();
  const stack = new Stack(app, 'MediaStack', { env: { account: '111111111111', region: 'us-east-1' } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    bucket: Bucket.fromBucketName(stack, 'Existing', 'years-of-media'),
    replicas: [{ region: 'eu-west-1' }],
    encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1a2b3c4d'),
    writeToReplicas: true,
    serverAccessLogs: true,
    replicateExisting: false,
  });
  void media.replicationEvents;
  // Both lists accept inline policies.
  const functions = FUNCTIONS.filter(({ rule }) => !rule.test('NIST.800.53.R5-IAMNoInlinePolicy'));
  expectNagClean(app, [...MEDIA, ...EXISTING, ...functions, ...ALARMS]);
});
