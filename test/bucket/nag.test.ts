import { App, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMediaBucket } from '../../src';
import { Acceptance, expectNagClean } from '../support/nag';
import { newApp } from '../support/synth';

const ACCEPTED: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-\w+-\d+-[\w-]+-an\/\*\]$/,
    path: /\/(ReplicationRole|App)\/DefaultPolicy\//,
    reason:
      'Every object of one bucket of ours: which ones there will be is not known beforehand. The bucket is named, and ' +
      'must be owned by the account meant (aws:ResourceAccount).',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:kms:[\w-]+:\d+:key\/\*\]$/,
    path: /\/(ReplicationRole|App)\/DefaultPolicy\//,
    reason:
      'The id of a key in another region is not known, and an alias can not be the resource of a cryptographic action. ' +
      'Conditions leave the one key behind our alias (kms:ResourceAliases), and only through S3 of that region ' +
      '(kms:ViaService).',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/(ReplicationRole|App)\/DefaultPolicy\//,
    reason:
      'The policy is about these buckets and keys only, and belongs to exactly one role, with which it comes and goes. ' +
      'A managed policy could be attached to others.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3BucketReplicationEnabled$/,
    path: /\/Replica\/Bucket\//,
    reason: 'It is the replica: its objects are in the primary, in another region, already.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3BucketReplicationEnabled$/,
    path: /\/AccessLogs\//,
    reason: 'Access logs are a record of use of limited life, kept in the region of the bucket that they are about.',
  },
  {
    rule: /^NIST\.800\.53\.R5-S3DefaultEncryptionKMS$/,
    path: /\/AccessLogs\//,
    reason: 'S3 delivers access logs only to buckets that it encrypts with its own keys (SSE-S3).',
  },
  {
    rule: /^NIST\.800\.53\.R4-S3BucketDefaultLockEnabled$/,
    path: /\/(Bucket|AccessLogs)\//,
    reason:
      'Object Lock is offered (objectLockDefaultRetention), not imposed: media are edited and deleted every day, and ' +
      'versions protect what was there before. Version 5 of the standard has no such rule.',
  },
];

function topicIn(stack: Stack): sns.ITopic {
  return sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${stack.region}:111111111111:alarms`);
}

test('ReplicatedMediaBucket passes the AwsSolutions and NIST 800-53 packs of cdk-nag', () => {
  const app: App = newApp();
  const stack = new Stack(app, 'MediaStack', { env: { account: '111111111111', region: 'us-east-1' } });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }, { region: 'eu-central-1', account: '222222222222' }],
    serverAccessLogs: true,
  });
  media.grantReadWrite(new iam.Role(stack, 'App', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'app' }));
  media.addReplicationAlarms({
    actions: [new SnsAction(topicIn(stack))],
    replicaActions: Object.fromEntries(
      media.replicas.map((replica) => [replica.region, [new SnsAction(topicIn(replica.stack))]]),
    ),
  });

  expectNagClean(app, ACCEPTED);
});
