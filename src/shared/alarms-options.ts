import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Options of the alarms of a construct. */
export interface AlarmsOptions {
  /**
   * The actions to perform when an alarm goes off.
   *
   * They must be in the region of the alarms. Further calls add their actions to the same alarms. For actions when an
   * alarm ends, call `addOkAction` on the alarms. `MediaMonitoring` sends notifications in both cases.
   *
   * @default - no actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];
}
