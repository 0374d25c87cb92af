/** Names and payload types that the construct and the handlers share. Imports neither the CDK nor an SDK. */

export const ENV = {
  table: 'REPLICATION_TABLE',
  /** The name of the source bucket. */
  bucket: 'REPLICATION_BUCKET',
  account: 'REPLICATION_ACCOUNT',
  partition: 'REPLICATION_PARTITION',
  /** The name of the bucket for reports and manifests. */
  reportsBucket: 'REPLICATION_REPORTS_BUCKET',
  /** The ARN of the role that S3 assumes for a job. */
  jobRole: 'REPLICATION_JOB_ROLE',
  /** The value of the tag on all jobs, which IAM policies require. */
  jobTag: 'REPLICATION_JOB_TAG',
  maxAttempts: 'REPLICATION_MAX_ATTEMPTS',
  /** The URL of the queue of S3 events for failed replication. */
  failureQueue: 'REPLICATION_FAILURE_QUEUE',
} as const;

/** The key of the tag by which IAM policies recognize the jobs of a bucket. */
export const JOB_TAG_KEY = 'MediaReplicationJobs';

/** The operation of the S3 Batch Operations jobs. */
export const JOB_OPERATION = 'S3ReplicateObject';

/** Key prefixes in the bucket for reports and manifests. */
export const REPORTS_PREFIX = 'reports';
export const MANIFESTS_PREFIX = 'manifests';

export const TABLE = { key: 'pk', sort: 'sk', timeToLive: 'expiresAt' } as const;

export const BACKFILL_RESOURCE = 'Custom::MediaBackfill';

/** The properties of the custom resource that starts backfills. CloudFormation passes every scalar as a string. */
export interface BackfillProperties {
  readonly ServiceToken: string;
  readonly Bucket: string;
  /** The bucket names of the replicas. */
  readonly Replicas: readonly string[];
  /** Those of the replicas that are paused. Absent if none is. */
  readonly Paused?: readonly string[];
  /** Those of the replicas that are existing buckets, which may already hold objects. */
  readonly ExistingReplicas: readonly string[];
  /** Whether the source bucket is an existing bucket, which may already hold objects. */
  readonly ExistingBucket: 'true' | 'false';
  readonly ReplicateExisting: 'true' | 'false';
}

/** The name of S3's event for an object that failed to replicate. */
export const FAILED_EVENT = 'Replication:OperationFailedReplication';

/** The event that the schedules send to the worker. */
export interface WorkerEvent {
  /** Whether to start a repair. */
  readonly repair?: boolean;
  /** Whether to start a repair if the last one was requested a day ago. */
  readonly dailyRepair?: boolean;
}

export const OPERATIONS = [
  'DescribeReplication',
  'ListFailures',
  'RetryFailures',
  'DismissFailures',
  'RestartBackfill',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export type Code = 'ValidationError' | 'NotFound' | 'ServiceUnavailable';

export const METRICS_NAMESPACE = 'MediaReplication/Replication';
/** The default dimension of Powertools. Its value identifies the bucket. */
export const SERVICE_DIMENSION = 'service';

/** The number of times that a backfill is attempted if S3 fails the whole job. */
export const MAX_BACKFILL_ATTEMPTS = 3;

/**
 * The number of days before a pause from which the backfill that ends it includes objects. By default, incomplete uploads
 * in parts are aborted after the same time.
 */
export const PAUSE_MARGIN_DAYS = 7;

/** The maximum number of objects in one repair. The next repair takes the rest. */
export const MAX_REPAIR_OBJECTS = 1_000_000;

export const DEFAULT_MAX_ATTEMPTS = 3;
