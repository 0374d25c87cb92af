import { Acceptance } from './nag';

/** Findings about the functions of this library. */
export const FUNCTIONS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-LambdaInsideVPC$/,
    path: /./,
    reason:
      'The functions call public AWS endpoints only, with signed requests over TLS, and access nothing in a VPC. In a VPC ' +
      'they would need a NAT gateway or an endpoint for each service.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaConcurrency$/,
    path: /./,
    reason:
      'Reserved concurrency takes capacity from the account and rejects viewers above it. Users who need a limit can set ' +
      'it on the function.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaDLQ$/,
    path: /./,
    reason:
      'The functions are called synchronously, or on a schedule whose next run repeats the work: no important event is lost.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /Logs\/Resource$|\/AccessLog\/Resource$/,
    reason:
      'CloudWatch Logs encrypts every log group. The logs contain counts, operation names and error codes, but no object ' +
      'keys, addresses, links or tokens.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /Role\/(DefaultPolicy\/|Resource$)/,
    reason: 'Each policy belongs to the role of one function, and is created and deleted with it.',
  },
];

/** Findings about alarms without actions. */
export const ALARMS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /Alarm(-[\w-]+)?\/Resource$/,
    reason: 'Users of the construct add the actions: `addAlarms({ actions })`.',
  },
];

/** Findings about media and their replicas. */
export const MEDIA: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-\w+-\d+-[\w-]+-an\/\*\]$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
    reason:
      'All objects of one bucket, whose keys are not known in advance. The policy names the bucket and requires that the ' +
      'expected account owns it (aws:ResourceAccount).',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:kms:[\w-]+:\d+:key\/\*\]$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
    reason:
      'The id of a key in another region is not known, and an alias cannot be the resource of a cryptographic action. ' +
      'Conditions restrict the statement to the key of one alias (kms:ResourceAliases), used through S3 in that region ' +
      '(kms:ViaService).',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /\/(ReplicationRole|FunctionRole|App)\/DefaultPolicy\//,
    reason:
      'The policy applies to these buckets and keys only, belongs to one role, and is created and deleted with it. ' +
      'A managed policy could be attached to other roles.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3BucketReplicationEnabled$/,
    path: /\/Replica\/Bucket\//,
    reason: 'This is the replica: its objects are also in the primary, in another region.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-S3BucketReplicationEnabled$/,
    path: /\/AccessLogs\//,
    reason: 'Access logs expire, and are kept in the region of the logged bucket.',
  },
  {
    rule: /^NIST\.800\.53\.R5-S3DefaultEncryptionKMS$/,
    path: /\/AccessLogs\//,
    reason: 'S3 delivers access logs only to buckets with SSE-S3.',
  },
  {
    rule: /^NIST\.800\.53\.R4-S3BucketDefaultLockEnabled$/,
    path: /\/(Bucket|AccessLogs)\//,
    reason:
      'Object Lock is optional (objectLockDefaultRetention): media are edited and deleted every day, and versioning ' +
      'protects earlier versions. Revision 5 of the standard has no such rule.',
  },
];

/** Findings about meetings. */
export const MEETINGS: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason:
      'A meeting has no ARN before it is created. The statement allows CreateMeeting only, with the tag of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:chime:\*:111111111111:meeting\/\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason: 'Meeting ids are not known in advance. The statements require the tag of this service.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Action::kms:(GenerateDataKey|ReEncrypt)\*\]$/,
    path: /\/(Audience|Host|Room|Reconciler)Role\/DefaultPolicy\//,
    reason:
      'DynamoDB requires these actions for an encrypted table. They are limited to one key, used through DynamoDB.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/State\/Table\/Resource$/,
    reason: 'Items expire within a day. Point-in-time recovery covers that time.',
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    path: /\/ChimeEventsQueue\/Resource$/,
    reason:
      'Events are hints that are useless after a few minutes, and the sweeper finds the same without them. A dead-letter ' +
      'queue would have no reader.',
  },
];
