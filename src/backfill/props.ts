import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';

/** How objects that S3 gave up on are replicated again. */
export interface ReplicationRepairOptions {
  /**
   * Whether they are at all. Failures are counted and listed in any case.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * When. Nothing is started, and nothing costs, while there are no failures.
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

/** Options of the alarms of backfill and repair. */
export interface ReplicationJobAlarmsOptions {
  /**
   * What the alarms do.
   *
   * @default - nothing
   */
  readonly actions?: cloudwatch.IAlarmAction[];
}
