import { hash } from 'node:crypto';

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
  /** Those of the replicas for which S3 reports late objects. */
  readonly Tracked: readonly string[];
  /** Those of the replicas that are existing buckets, which may already hold objects. */
  readonly ExistingReplicas: readonly string[];
  /** Whether the source bucket is an existing bucket, which may already hold objects. */
  readonly ExistingBucket: 'true' | 'false';
  readonly ReplicateExisting: 'true' | 'false';
}

/** The names of S3's events about an object version and a replica. */
export const EVENT = {
  failed: 'Replication:OperationFailedReplication',
  /** 15 minutes have passed. S3 sends this event and the following ones only with Replication Time Control. */
  late: 'Replication:OperationMissedThreshold',
  arrived: 'Replication:OperationReplicatedAfterThreshold',
  /** S3 will not report whether or when the object arrives. */
  notTracked: 'Replication:OperationNotTracked',
} as const;

/** The number of minutes after which the worker receives an event again that it did not record. */
export const EVENT_RETRY_MINUTES = 5;

/**
 * The age at which S3 has reported an object if it is late, and the worker has received the event: the 15 minutes of
 * Replication Time Control, and 5 minutes for the delivery.
 */
export const REPORTED_AFTER_MINUTES = 20;

/**
 * The partition that describes what a replica lacks. The first row describes all objects, and each of the others
 * describes one key. If a replica lacks nothing, the partition contains only the first row.
 */
export const replicaPartition = (bucketName: string): string => `replica-state#${bucketName}`;
/** The sort key of the first row. */
export const SUMMARY = '!';
/** The sort key of the row for an object key. A hash, because the key itself can be too long for a sort key. */
export const rowOf = (key: string): string => hash('sha256', key).slice(0, 32);
/** The element for a version in the sets of a row. */
export const versionMark = (versionId: string): string => hash('sha256', versionId).slice(0, 16);

/** Describes all objects of a replica by their creation time, in milliseconds since the epoch. */
export interface ReplicaSummary {
  /** Objects created from this time on are missing until the backfill is complete. Undefined if none are missing. */
  readonly gapFrom?: number;
  /** The rule replicates objects created from this time on again. Undefined while the replica is paused. */
  readonly gapTo?: number;
  /** Objects created before this time are in the replica, because a backfill was completed. */
  readonly filledUntil?: number;
  /** S3 reports late objects that were created from this time on. Undefined if S3 does not report late objects. */
  readonly trackedFrom?: number;
  /** The time up to which all events were recorded. */
  readonly readAt?: number;
}

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
  'StartBackfill',
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
