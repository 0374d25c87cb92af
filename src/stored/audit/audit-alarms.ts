import { CustomResource, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IDependable } from 'constructs';
import { OVERDUE_HOURS, START_RESOURCE } from './contract';
import { IReplicaAudit } from './i-replica-audit';
import { ReplicaAuditAlarmsOptions } from './props';
import { runbookAlarm } from '../../private/runbook-alarm';

export interface AuditAlarmsProps {
  /** The path of the media. */
  readonly media: string;
  readonly function: lambda.IFunction;
  /** The schedule that emits the metrics. */
  readonly schedule: IDependable;
}

/** Without this timeout, CloudFormation would wait for an hour if the function cannot respond. */
const START_TIMEOUT = Duration.minutes(5);
/** The schedule emits the metrics every five minutes. */
const MISSED_TICKS = 6;

/** The alarms of an audit, which are created once and adjusted by further calls. */
export class AuditAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly overdue: cloudwatch.Alarm;

  constructor(
    private readonly audit: IReplicaAudit,
    private readonly props: AuditAlarmsProps,
  ) {
    this.overdue = this.createOverdue();
    this.alarms = [this.createMissing(), this.createDifferent(), this.overdue, this.createStopped()];
  }

  apply({ actions, overdueThreshold }: ReplicaAuditAlarmsOptions): void {
    if (actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    if (overdueThreshold) {
      (this.overdue.node.defaultChild as cloudwatch.CfnAlarm).threshold = overdueThreshold.toSeconds();
    }
  }

  private createMissing(): cloudwatch.Alarm {
    return runbookAlarm(this.audit, 'MissingObjectsAlarm', {
      description:
        `The latest comparison found versions of ${this.props.media} that a replica should have but lacks. They are ` +
        'handed over to the repair. Read the report: `npx cdk-media-replication audit --show`.',
      section: 'alarm-missing-objects',
      metric: this.audit.metricMissingObjects(),
      threshold: 1,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  private createDifferent(): cloudwatch.Alarm {
    return runbookAlarm(this.audit, 'DifferentObjectsAlarm', {
      description:
        `The latest comparison found versions of ${this.props.media} whose content differs in a replica. Replication ` +
        'does not repair them. Read the report: `npx cdk-media-replication audit --show`.',
      section: 'alarm-different-objects',
      metric: this.audit.metricDifferentObjects(),
      threshold: 1,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  private createOverdue(): cloudwatch.Alarm {
    return runbookAlarm(this.audit, 'OverdueAlarm', {
      description:
        `The copies of ${this.props.media} were not compared for days. Call DescribeAudit for the reason: a missing ` +
        'inventory, or queries that fail.',
      section: 'alarm-audit-overdue',
      metric: this.audit.metricComparisonAge(),
      threshold: Duration.hours(OVERDUE_HOURS).toSeconds(),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    });
  }

  /** A new alarm would go off immediately, because it has no data. The resource emits the first data points before. */
  private createStopped(): cloudwatch.Alarm {
    const alarm = runbookAlarm(this.audit, 'StoppedAlarm', {
      description:
        `The audit of ${this.props.media} no longer runs. Check the errors and the log of its function, whether it is ` +
        'throttled, and whether its EventBridge rules are enabled.',
      section: 'alarm-audit-stopped',
      metric: this.audit.metricComparisonAge({ statistic: 'SampleCount' }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: MISSED_TICKS,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    const started = new CustomResource(this.audit, 'Start', {
      resourceType: START_RESOURCE,
      serviceToken: this.props.function.functionArn,
      serviceTimeout: START_TIMEOUT,
      properties: { Audit: this.audit.auditName },
    });
    started.node.addDependency(this.props.schedule);
    alarm.node.addDependency(started);
    return alarm;
  }
}
