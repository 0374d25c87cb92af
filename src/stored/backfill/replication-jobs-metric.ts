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
