import { ReplicatedMediaBucket } from '../../../src';
import { ReplicationJobs } from '../../../src/stored/backfill';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS, MEDIA } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const JOBS: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/Jobs\/(Backfill|Worker)Role\/DefaultPolicy\//,
    reason:
      'A job that is to be created has no ARN yet: the statement allows replication jobs with the tag of these alone. ' +
      'ListJobs has no resource.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:us-east-1:111111111111:job\/\*\]$/,
    path: /\/Jobs\/(Backfill|Worker)Role\/DefaultPolicy\//,
    reason: 'Ids of jobs are not known before they are created. The statements ask for the tag of these jobs.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<(?:Media)?JobsStoreReports\w+\.Arn>\/((manifests|reports)\/)?\*\]$/,
    path: /\/Jobs\/(Backfill|Worker|Job)Role\/DefaultPolicy\//,
    reason:
      'Reports and manifests get their names when there are some; they are below one prefix of one bucket of ours.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media(?:-[\w-]+-an)?\/\*\]$/,
    path: /\/Jobs\/JobRole\/DefaultPolicy\//,
    reason: 'Every object of the one bucket that is replicated: which ones there are is not known beforehand.',
  },
  {
    rule: /^(AwsSolutions-S1|NIST\.800\.53\.R[45]-S3BucketLoggingEnabled)$/,
    path: /\/Store\/Reports\//,
    reason: 'The bucket holds names of objects for 90 days, and two roles reach it. CloudTrail has data events for it.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3Bucket(ReplicationEnabled|VersioningEnabled|DefaultLockEnabled)$/,
    path: /\/Store\/Reports\//,
    reason: 'Reports and manifests are read once, and made again by the next job: nothing is lost with them.',
  },
  {
    rule: /^NIST\.800\.53\.R5-S3DefaultEncryptionKMS$/,
    path: /\/Store\/Reports\//,
    reason: 'S3 Batch Operations reads no CSV manifest that is encrypted with KMS.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/Store\/Table\/Resource$/,
    reason: 'What the table holds is found again in S3’s reports and events. Point-in-time recovery is on.',
  },
];

const OF_CDK: Acceptance[] = [
  {
    rule: /^(AwsSolutions-IAM4\[.*AWSLambdaBasicExecutionRole\]|AwsSolutions-IAM5\[Resource::\*\]|NIST\.800\.53\.R[45]-IAMNoInlinePolicy)$/,
    path: /\/BucketNotificationsHandler\w+\/Role\/|\/Notifications\/HandlerPolicy\//,
    reason:
      'The function by which the CDK puts notifications of any bucket of the stack, where templates can not. It changes ' +
      'no more than notifications; newer versions of aws-cdk-lib restrict it to the buckets that have some.',
  },
];

test('ReplicationJobs passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const jobs = new ReplicationJobs(stack, 'Jobs', {
    bucketName: 'media',
    replicas: [{ region: 'eu-west-1', bucketName: 'media-eu', ruleId: 'rule' }],
  });
  jobs.addAlarms();
  expectNagClean(app, [...JOBS, ...FUNCTIONS, ...ALARMS]);
});

test('a bucket with replicas that are filled, and events of what fails, passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }, { region: 'eu-central-1' }],
    serverAccessLogs: true,
  });
  expectNagClean(app, [...MEDIA, ...JOBS, ...OF_CDK, ...FUNCTIONS, ...ALARMS]);
});
