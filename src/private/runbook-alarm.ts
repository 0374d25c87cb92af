import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from './runbook';

export interface RunbookAlarmProps extends Omit<
  cloudwatch.CreateAlarmOptions,
  'alarmDescription' | 'evaluationPeriods'
> {
  readonly metric: cloudwatch.IMetric;
  /** The problem, and the first step. */
  readonly description: string;
  /** The anchor of the heading in docs/operations.md. */
  readonly section: string;
  /** @default 1 */
  readonly evaluationPeriods?: number;
}

/** An alarm whose description links to its section of the runbook. By default, missing data does not trigger it. */
export function runbookAlarm(scope: Construct, id: string, props: RunbookAlarmProps): cloudwatch.Alarm {
  const { description, section, ...alarm } = props;
  return new cloudwatch.Alarm(scope, id, {
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...alarm,
    alarmDescription: withRunbook(description, section),
  });
}
