import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Marks the alarm of a paused replica. It has no data during the pause, and must not keep an earlier state. */
export function markPaused(alarm: cloudwatch.Alarm, region: string): void {
  const resource = alarm.node.defaultChild as cloudwatch.CfnAlarm;
  resource.alarmDescription = `Paused, because the replica in ${region} has \`enabled: false\`. ${resource.alarmDescription}`;
  resource.treatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING;
}
