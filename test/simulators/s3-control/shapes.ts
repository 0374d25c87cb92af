/** What a value of a shape may be: the facts of the service's model, as far as requests for replication jobs go. */
export type Shape =
  | { type: 'string'; min?: number; max?: number; pattern?: RegExp; enum?: readonly string[] }
  | { type: 'integer'; min?: number; max?: number }
  | { type: 'boolean' | 'timestamp' }
  | { type: 'list'; member: string }
  /** A member is the name of its shape, followed by `!` where it is required. A union has exactly one of its members. */
  | { type: 'structure' | 'union'; members: Readonly<Record<string, string>> };

const text = (min: number, max: number): Shape => ({ type: 'string', min, max });
const oneOf = (...values: string[]): Shape => ({ type: 'string', enum: values });
const listOf = (member: string): Shape => ({ type: 'list', member });
const structure = (members: Record<string, string>): Shape => ({ type: 'structure', members });
const union = (members: Record<string, string>): Shape => ({ type: 'union', members });

export const SHAPES: Readonly<Record<string, Shape>> = {
  AccountId: { type: 'string', max: 64, pattern: /^\d{12}$/ },
  Boolean: { type: 'boolean' },
  IAMRoleArn: { type: 'string', min: 1, max: 2048, pattern: /^arn:[^:]+:iam::\d{12}:role\/.*$/ },
  JobId: { type: 'string', min: 5, max: 36, pattern: /^[a-zA-Z0-9\-_]+$/ },
  JobManifestFieldName: oneOf('Ignore', 'Bucket', 'Key', 'VersionId'),
  JobManifestFormat: oneOf('S3BatchOperations_CSV_20180820', 'S3InventoryReport_CSV_20161130'),
  GeneratedManifestFormat: oneOf('S3InventoryReport_CSV_20211130'),
  JobPriority: { type: 'integer', min: 0, max: 2147483647 },
  JobReportFormat: oneOf('Report_CSV_20180820'),
  JobReportScope: oneOf('AllTasks', 'FailedTasksOnly'),
  JobStatus: oneOf(
    ...['Active', 'Cancelled', 'Cancelling', 'Complete', 'Completing', 'Failed', 'Failing', 'New', 'Paused'],
    ...['Pausing', 'Preparing', 'Ready', 'Suspended'],
  ),
  JobStatusUpdateReason: text(1, 256),
  KmsKeyArn: text(1, 2000),
  Length1024: text(1, 1024),
  Length256: text(1, 256),
  Length64: text(1, 64),
  LongNumber: { type: 'integer', min: 0 },
  MaxResults: { type: 'integer', min: 1, max: 1000 },
  NextToken: { type: 'string', min: 1, max: 1024, pattern: /^[A-Za-z0-9+:/=?#\-_]+$/ },
  ObjectVersionId: text(1, 2000),
  Prefix: text(1, 512),
  ReplicationStatus: oneOf('COMPLETED', 'FAILED', 'REPLICA', 'NONE'),
  RequestedJobStatus: oneOf('Cancelled', 'Ready'),
  S3BucketArn: { type: 'string', min: 1, max: 128, pattern: /^arn:[^:]+:s3:.*$/ },
  S3KeyArn: { type: 'string', min: 1, max: 2000, pattern: /^arn:[^:]+:s3:.*$/ },
  S3StorageClass: oneOf(
    ...['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER', 'INTELLIGENT_TIERING', 'DEEP_ARCHIVE', 'GLACIER_IR'],
  ),
  TagValue: text(0, 1024),
  Timestamp: { type: 'timestamp' },

  JobManifestFieldList: listOf('JobManifestFieldName'),
  JobStatusList: listOf('JobStatus'),
  ObjectEncryptionFilterList: listOf('ObjectEncryptionFilter'),
  ReplicationStatusList: listOf('ReplicationStatus'),
  S3TagSet: listOf('S3Tag'),
  StorageClassList: listOf('S3StorageClass'),
  StringList: listOf('Length1024'),

  Empty: structure({}),
  CreateJobRequest: structure({
    AccountId: 'AccountId!',
    ConfirmationRequired: 'Boolean',
    Operation: 'JobOperation!',
    Report: 'JobReport!',
    ClientRequestToken: 'Length64!',
    Manifest: 'JobManifest',
    Description: 'Length256',
    Priority: 'JobPriority!',
    RoleArn: 'IAMRoleArn!',
    Tags: 'S3TagSet',
    ManifestGenerator: 'JobManifestGenerator',
  }),
  JobRequest: structure({ AccountId: 'AccountId!', JobId: 'JobId!' }),
  ListJobsRequest: structure({
    AccountId: 'AccountId!',
    JobStatuses: 'JobStatusList',
    NextToken: 'NextToken',
    MaxResults: 'MaxResults',
  }),
  PutJobTaggingRequest: structure({ AccountId: 'AccountId!', JobId: 'JobId!', Tags: 'S3TagSet!' }),
  UpdateJobPriorityRequest: structure({ AccountId: 'AccountId!', JobId: 'JobId!', Priority: 'JobPriority!' }),
  UpdateJobStatusRequest: structure({
    AccountId: 'AccountId!',
    JobId: 'JobId!',
    RequestedJobStatus: 'RequestedJobStatus!',
    StatusUpdateReason: 'JobStatusUpdateReason',
  }),

  GeneratedManifestEncryption: structure({ SSES3: 'Empty', SSEKMS: 'SSEKMSEncryption' }),
  JobManifest: structure({ Spec: 'JobManifestSpec!', Location: 'JobManifestLocation!' }),
  JobManifestGenerator: union({ S3JobManifestGenerator: 'S3JobManifestGenerator' }),
  JobManifestGeneratorFilter: structure({
    EligibleForReplication: 'Boolean',
    CreatedAfter: 'Timestamp',
    CreatedBefore: 'Timestamp',
    ObjectReplicationStatuses: 'ReplicationStatusList',
    KeyNameConstraint: 'KeyNameConstraint',
    ObjectSizeGreaterThanBytes: 'LongNumber',
    ObjectSizeLessThanBytes: 'LongNumber',
    MatchAnyStorageClass: 'StorageClassList',
    MatchAnyObjectEncryption: 'ObjectEncryptionFilterList',
  }),
  JobManifestLocation: structure({ ObjectArn: 'S3KeyArn!', ObjectVersionId: 'ObjectVersionId', ETag: 'Length1024!' }),
  JobManifestSpec: structure({ Format: 'JobManifestFormat!', Fields: 'JobManifestFieldList' }),
  /** The other operations are not simulated. */
  JobOperation: union({ S3ReplicateObject: 'Empty' }),
  JobReport: structure({
    Bucket: 'S3BucketArn',
    Format: 'JobReportFormat',
    Enabled: 'Boolean!',
    Prefix: 'Prefix',
    ReportScope: 'JobReportScope',
    ExpectedBucketOwner: 'AccountId',
  }),
  KeyNameConstraint: structure({
    MatchAnyPrefix: 'StringList',
    MatchAnySuffix: 'StringList',
    MatchAnySubstring: 'StringList',
  }),
  KmsFilter: structure({ KmsKeyArn: 'KmsKeyArn', BucketKeyEnabled: 'Boolean' }),
  ObjectEncryptionFilter: union({
    SSES3: 'Empty',
    SSEKMS: 'KmsFilter',
    DSSEKMS: 'KmsFilter',
    SSEC: 'Empty',
    NOTSSE: 'Empty',
  }),
  S3JobManifestGenerator: structure({
    ExpectedBucketOwner: 'AccountId',
    SourceBucket: 'S3BucketArn!',
    ManifestOutputLocation: 'S3ManifestOutputLocation',
    Filter: 'JobManifestGeneratorFilter',
    EnableManifestOutput: 'Boolean!',
  }),
  S3ManifestOutputLocation: structure({
    ExpectedManifestBucketOwner: 'AccountId',
    Bucket: 'S3BucketArn!',
    ManifestPrefix: 'Prefix',
    ManifestEncryption: 'GeneratedManifestEncryption',
    ManifestFormat: 'GeneratedManifestFormat!',
  }),
  S3Tag: structure({ Key: 'Length1024!', Value: 'TagValue!' }),
  SSEKMSEncryption: structure({ KeyId: 'KmsKeyArn!' }),
};
