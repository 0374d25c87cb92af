import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket, ReplicationCanary, S3MediaProxy } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const CANARY: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-(us|eu)\/\.replication-canary\/canary-\w+\/\*\]$/,
    path: /\/Canary\/FunctionRole\/DefaultPolicy\//,
    reason: 'The objects in the folder of this canary. Their names are different in each run.',
  },
];

test('ReplicationCanary passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
    replicas: [
      { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
    ],
  });
  new ReplicationCanary(stack, 'Canary', { media }).addAlarms();
  expectNagClean(app, [...CANARY, ...FUNCTIONS, ...ALARMS]);
});

const PROBE: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/CanaryProbe-[\w-]+\/FunctionRole\/DefaultPolicy\//,
    reason:
      'Lambda creates and deletes the network interfaces of the function with its role, and AWS documents these actions ' +
      'for all resources. The code of the function is denied all of them.',
  },
  {
    rule: /^NIST\.800\.53\.R5-Lambda(Concurrency|DLQ)$/,
    path: /\/CanaryProbe-/,
    reason: 'The canary invokes it synchronously, a few times per hour.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /\/CanaryProbe-[\w-]+\/FunctionLogs\//,
    reason: 'CloudWatch Logs encrypts every log group, and the function does not log its requests.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/CanaryProbe-[\w-]+\/FunctionRole\/DefaultPolicy\//,
    reason: 'The policy belongs to exactly this role and is created and deleted with it.',
  },
  // test/stored/proxy/nag.test.ts covers the findings of the proxy.
  { rule: /./, path: /(^|\/)Europe\/Proxy\//, reason: 'Not part of the canary.' },
  { rule: /./, path: /\/MediaStack\/|^MediaStack\//, reason: 'Covered above.' },
];

test('the probe of a ReplicationCanary passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const europe = new Stack(app, 'Europe', { env: { account: '111111111111', region: 'eu-west-1' } });
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
    replicas: [
      { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
    ],
  });
  const bucket = s3.Bucket.fromBucketName(europe, 'Bucket', 'media-eu');
  const proxy = new S3MediaProxy(europe, 'Proxy', { bucket, domainName: 'media.eu.example.com' });
  new ReplicationCanary(stack, 'Canary', { media, proxies: { 'eu-west-1': proxy } });
  expectNagClean(app, PROBE);
});
