import { Acceptance } from './nag';

/** Findings about the functions of this library, wherever they are. */
export const FUNCTIONS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-LambdaInsideVPC$/,
    path: /./,
    reason:
      'The functions talk to public endpoints of AWS only, over TLS with signed requests, and to nothing in a VPC. Inside ' +
      'of one they would need a NAT gateway or endpoints for each of these, in return for no network that they need.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaConcurrency$/,
    path: /./,
    reason:
      'Reserved concurrency would take capacity from the account, and refuse viewers above it. Who needs a limit sets ' +
      'one on the construct’s function.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaDLQ$/,
    path: /./,
    reason:
      'The functions are called synchronously, or again by the next run of a schedule: no event is lost that counts.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /Logs\/Resource$|\/AccessLog\/Resource$/,
    reason:
      'CloudWatch Logs encrypts every log group. The logs hold counts, names of operations and error codes, and no key, ' +
      'address, link or token.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /Role\/DefaultPolicy\//,
    reason: 'Each policy belongs to exactly one function’s role, with which it comes and goes.',
  },
];

/** Findings about alarms without actions. */
export const ALARMS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /Alarm(-[\w-]+)?\/Resource$/,
    reason: 'Whom an alarm calls, the user of the construct decides: `addAlarms({ actions })`.',
  },
];

/** Findings about media and their replicas. */
export const MEDIA: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-\w+-\d+-[\w-]+-an\/\*\]$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
    reason:
      'Every object of one bucket of ours: which ones there will be is not known beforehand. The bucket is named, and ' +
      'must be owned by the account meant (aws:ResourceAccount).',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:kms:[\w-]+:\d+:key\/\*\]$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
    reason:
      'The id of a key in another region is not known, and an alias can not be the resource of a cryptographic action. ' +
      'Conditions leave the one key behind our alias (kms:ResourceAliases), and only through S3 of that region ' +
      '(kms:ViaService).',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
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

/** Findings about meetings. */
export const MEETINGS: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason:
      'A meeting that is to be created has no ARN yet. The statement allows CreateMeeting alone, and only with the tag ' +
      'of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:chime:\*:111111111111:meeting\/\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason: 'Ids of meetings are not known before they live. The statements ask for the tag of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Action::kms:(GenerateDataKey|ReEncrypt)\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason: 'What DynamoDB asks of whoever uses an encrypted table; only through DynamoDB, and on the one key.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/State\/Table\/Resource$/,
    reason: 'The table holds what lives for a day at most. Point-in-time recovery is on for what happens within it.',
  },
];
