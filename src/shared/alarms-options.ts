import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** What the alarms of a construct do when they change state. */
export interface AlarmsOptions {
  /**
   * The actions to perform when an alarm goes off.
   *
   * They must be in the region of the alarms. Every call of the method adds its actions to the same alarms.
   *
   * @default - no actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];
}
