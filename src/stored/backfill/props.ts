import * as events from 'aws-cdk-lib/aws-events';

/** Options for the repair of objects that S3 failed to replicate. */
export interface ReplicationRepairOptions {
  /**
   * Whether failed objects are replicated again. Failures are counted and listed in any case.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * When to start a repair. Without failures, no job is started and nothing is charged.
   *
   * @default - once a day
   */
  readonly schedule?: events.Schedule;

  /**
   * The number of failed repairs after which an object is given up, from 1 to 10. Objects that are given up raise an
   * alarm, and are retried only on request. Each attempt is charged as one S3 Batch Operations task for each object.
   *
   * @default 3
   */
  readonly maxAttempts?: number;
}

/** The metrics of backfills and repairs. */
export enum ReplicationJobsMetric {
  /** The number of objects in the running backfills. */
  BACKFILL_TOTAL = 'BackfillTotal',
  /** The number of objects that the running backfills have replicated. */
  BACKFILL_DONE = 'BackfillDone',
  /** The number of objects that the running backfills failed to replicate. */
  BACKFILL_FAILED = 'BackfillFailed',
  /** The estimated number of seconds until the running backfills complete. */
  BACKFILL_SECONDS_LEFT = 'BackfillSecondsLeft',
  /** The number of backfills that did not start or that S3 failed, plus the last repair if it failed. */
  JOBS_FAILED = 'JobsFailed',
  /** The number of objects that failed to replicate and are not repaired yet. */
  FAILURES_OUTSTANDING = 'FailuresOutstanding',
  /** The number of objects that failed to replicate again. */
  REPEATED_FAILURES = 'RepeatedFailures',
  /** The number of objects that are no longer retried automatically. */
  GIVEN_UP = 'GivenUp',
  /** The number of tasks that the worker failed to carry out. */
  WORKER_FAILURES = 'WorkerFailures',
}
