import * as events from 'aws-cdk-lib/aws-events';

/** How objects that S3 gave up on are replicated again. */
export interface ReplicationRepairOptions {
  /**
   * Whether they are replicated again. Failures are counted and listed in any case.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * When failures are looked for. Nothing is started, and nothing costs, while there are no failures.
   *
   * @default - once a day
   */
  readonly schedule?: events.Schedule;

  /**
   * After how many failed repairs an object is given up, from 1 to 10. An alarm tells.
   *
   * @default 3
   */
  readonly maxAttempts?: number;
}

/** What is measured of backfills and repairs. */
export enum ReplicationJobsMetric {
  /** How many objects the backfills that are under way are for. */
  BACKFILL_TOTAL = 'BackfillTotal',
  /** How many of them are replicated. */
  BACKFILL_DONE = 'BackfillDone',
  /** How many of them failed. */
  BACKFILL_FAILED = 'BackfillFailed',
  /** How many seconds they will still take, as far as can be told from what they did. */
  BACKFILL_SECONDS_LEFT = 'BackfillSecondsLeft',
  /** Jobs that S3 failed as a whole. */
  JOBS_FAILED = 'JobsFailed',
  /** Objects that failed, and are not repaired yet. */
  FAILURES_OUTSTANDING = 'FailuresOutstanding',
  /** Objects that failed again when they were repaired. */
  REPEATED_FAILURES = 'RepeatedFailures',
  /** Objects that are no longer tried. */
  GIVEN_UP = 'GivenUp',
  /** What the worker could not do. */
  WORKER_FAILURES = 'WorkerFailures',
}
