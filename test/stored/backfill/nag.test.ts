import { ReplicatedMediaBucket } from '../../../src';
import { ReplicationJobs } from '../../../src/stored/backfill';
import { NEW_COPIES } from '../../support/jobs-props';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS, MEDIA } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const JOBS: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/Jobs\/WorkerRole\//,
    reason:
      'A job has no ARN before it is created: the statement allows only replication jobs with the tag of this bucket. ' +
      'ListJobs does not support resources.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:[\w-]+:111111111111:job\/\*\]$/,
    path: /\/Jobs\/WorkerRole\//,
    reason: 'Job IDs are not known before the jobs are created. The statements require the tag of this bucket.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<(?:Media)?JobsStoreReports\w+\.Arn>\/((manifests|reports)\/)?\*\]$/,
    path: /\/Jobs\/WorkerRole\//,
    reason:
      'The keys of reports and manifests are not known in advance. Each statement covers one prefix of one bucket.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media(?:-[\w-]+-an)?\/\*\]$/,
    path: /\/Jobs\/JobRole\//,
    reason: 'The role initiates replication of any object in the source bucket. Their keys are not known in advance.',
  },
  {
    rule: /^(AwsSolutions-S1|NIST\.800\.53\.R[45]-S3BucketLoggingEnabled)$/,
    path: /\/Store\/Reports\//,
    reason:
      'The bucket holds object keys for 90 days, and only two roles have access. CloudTrail can log data events for it.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3Bucket(ReplicationEnabled|VersioningEnabled|DefaultLockEnabled)$/,
    path: /\/Store\/Reports\//,
    reason: 'Reports and manifests are read once, and the next job creates new ones.',
  },
  {
    rule: /^NIST\.800\.53\.R5-S3DefaultEncryptionKMS$/,
    path: /\/Store\/Reports\//,
    reason: 'S3 Batch Operations cannot read CSV manifests that are encrypted with KMS.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/Store\/Table\/Resource$/,
    reason: 'S3’s reports and events contain the same data. Point-in-time recovery is enabled.',
  },
];

const CDK_NOTIFICATIONS: Acceptance[] = [
  {
    rule: /^(AwsSolutions-IAM4\[.*AWSLambdaBasicExecutionRole\]|AwsSolutions-IAM5\[Resource::\*\]|NIST\.800\.53\.R[45]-IAMNoInlinePolicy)$/,
    path: /\/BucketNotificationsHandler\w+\/Role\/|\/Notifications\/HandlerPolicy\//,
    reason:
      'The CDK’s own function for bucket notifications. It can only change notifications, and newer versions of ' +
      'aws-cdk-lib restrict it to the buckets that have some.',
  },
];

test('ReplicationJobs passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const jobs = new ReplicationJobs(stack, 'Jobs', {
    bucketName: 'media',
    replicas: ['media-eu'],
    ...NEW_COPIES,
  });
  jobs.addAlarms();
  expectNagClean(app, [...JOBS, ...FUNCTIONS, ...ALARMS]);
});

test('a bucket with backfill, repair and failure events passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }, { region: 'eu-central-1' }],
    serverAccessLogs: true,
    writeToReplicas: true,
  });
  expectNagClean(app, [...MEDIA, ...JOBS, ...CDK_NOTIFICATIONS, ...FUNCTIONS, ...ALARMS]);
});
