import * as events from 'aws-cdk-lib/aws-events';

export { ReplicationJobsMetric } from './replication-jobs-metric';

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
