/** What the construct and the handlers share. No CDK here, and no SDK. */

export const ENV = {
  table: 'REPLICATION_TABLE',
  /** The bucket whose media are replicated. */
  bucket: 'REPLICATION_BUCKET',
  account: 'REPLICATION_ACCOUNT',
  partition: 'REPLICATION_PARTITION',
  /** Where reports and manifests are. */
  reportsBucket: 'REPLICATION_REPORTS_BUCKET',
  /** The role that S3 works on a job with. */
  jobRole: 'REPLICATION_JOB_ROLE',
  /** The value of the tag that all jobs bear, and the policies ask for. */
  jobTag: 'REPLICATION_JOB_TAG',
  maxAttempts: 'REPLICATION_MAX_ATTEMPTS',
} as const;

/** By this tag the policies know the jobs of a bucket. */
export const JOB_TAG_KEY = 'MediaReplicationJobs';

/** What a job is. */
export const JOB_OPERATION = 'S3ReplicateObject';

/** In the bucket of reports. */
export const REPORTS_PREFIX = 'reports';
export const MANIFESTS_PREFIX = 'manifests';

export const TABLE = { key: 'pk', sort: 'sk', timeToLive: 'expiresAt' } as const;

export const BACKFILL_RESOURCE = 'Custom::MediaBackfill';
export const REPORTS_RESOURCE = 'Custom::MediaBackfillReports';

/** The properties of the custom resource that starts backfills. CloudFormation makes every scalar a string. */
export interface BackfillProperties {
  readonly ServiceToken: string;
  readonly Bucket: string;
  /** The names of the replicas' buckets. */
  readonly Replicas: readonly string[];
  /** Whether the bucket was there before, with what is in it. */
  readonly Adopted: 'true' | 'false';
  readonly ReplicateExisting: 'true' | 'false';
}

/** The properties of the custom resource that empties the bucket of reports before it is deleted. */
export interface ReportsProperties {
  readonly ServiceToken: string;
  readonly ReportsBucket: string;
}

/** What the schedules send to the worker. */
export interface WorkerEvent {
  /** Whether a repair is due. */
  readonly repair?: boolean;
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
/** Powertools' own dimension, which tells one bucket's jobs from another's. */
export const SERVICE_DIMENSION = 'service';
export const METRIC = {
  backfillTotal: 'BackfillTotal',
  backfillDone: 'BackfillDone',
  backfillFailed: 'BackfillFailed',
  backfillSecondsLeft: 'BackfillSecondsLeft',
  jobsFailed: 'JobsFailed',
  failuresOutstanding: 'FailuresOutstanding',
  repeatedFailures: 'RepeatedFailures',
  givenUp: 'GivenUp',
  workerFailures: 'WorkerFailures',
} as const;

/** How often a backfill is tried that S3 fails as a whole. */
export const MAX_BACKFILL_ATTEMPTS = 3;

/** How many objects one repair takes. The rest is for the next. */
export const MAX_REPAIR_OBJECTS = 1_000_000;

export const DEFAULT_MAX_ATTEMPTS = 3;
