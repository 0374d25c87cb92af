import { ReplicaAudit, ReplicatedMediaBucket } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const AUDIT: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::audit-[\w-]+-\*(\/.*)?\]$/,
    path: /\/Audit\/FunctionRole\//,
    reason:
      'The inventories of one copy, whose keys contain their date. The statement requires that the account owns them.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<AuditReports\w+\.Arn>\/(reports|results)\/\*\]$/,
    path: /\/Audit\/FunctionRole\//,
    reason: 'Athena names its results by the ID of the query, and a report is named by the time of its run.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:(athena|glue):\*:111111111111:/,
    path: /\/Audit\/FunctionRole\//,
    reason:
      'Queries run in the regions of all copies. The names contain a hash of the audit, and are the same everywhere.',
  },
  {
    rule: /^(AwsSolutions-S1|NIST\.800\.53\.R[45]-S3BucketLoggingEnabled)$/,
    path: /\/(Reports|Inventories)\//,
    reason: 'The buckets hold names of objects, and one role has access. CloudTrail can log data events for them.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3Bucket(ReplicationEnabled|VersioningEnabled|DefaultLockEnabled)$/,
    path: /\/(Reports|Inventories)\//,
    reason: 'S3 writes new inventories every day, and a report can be created again from them.',
  },
  {
    rule: /^NIST\.800\.53\.R5-S3DefaultEncryptionKMS$/,
    path: /\/(Reports|Inventories)\//,
    reason: 'S3 encrypts them with SSE-S3. They contain no media, and a key would need a statement for the S3 service.',
  },
  // Other tests cover the media.
  { rule: /./, path: /\/Media\/|^MediaStack\/Media/, reason: 'Not part of the audit.' },
  { rule: /./, path: /BucketNotificationsHandler|ReplicationEvents/, reason: 'Not part of the audit.' },
];

test('ReplicaAudit passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
  new ReplicaAudit(stack, 'Audit', { media }).addAlarms();
  expectNagClean(app, [...AUDIT, ...FUNCTIONS, ...ALARMS]);
});
