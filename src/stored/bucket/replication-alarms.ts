import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ReplicationAlarmsOptions } from './props';
import { withRunbook } from '../../private/runbook';

const LATENCY = 'ReplicationLatencyAlarm';

/** One alarm of a replica, and which of the actions are its own: with a region, those of the replica's. */
interface ReplicaAlarm {
  readonly alarm: cloudwatch.Alarm;
  readonly region?: string;
}

export interface WatchedReplica {
  readonly region: string;
  /** Where the latency's alarm can be: in a stack of the replica's region and the primary's account. */
  readonly latencyScope: Construct;
  readonly latency: cloudwatch.Metric;
  readonly failed: cloudwatch.Metric;
  /** Failures of what is put into the replica, by destination: published in the replica's region. */
  readonly failedBack: Record<string, cloudwatch.Metric>;
}

/** The alarms of all replicas: made once, then adjusted by each call. */
export class ReplicationAlarms {
  private readonly all: ReplicaAlarm[];

  constructor(scope: Construct, bucket: string, replicas: WatchedReplica[]) {
    this.all = replicas.flatMap(({ region, latencyScope, latency, failed, failedBack }) => [
      { alarm: latencyAlarm(latencyScope, bucket, region, latency), region },
      { alarm: failureAlarm(scope, bucket, region, failed) },
      ...Object.entries(failedBack).map(([to, metric]) => ({
        alarm: failureAlarm(latencyScope, bucket, to, metric),
        region,
      })),
    ]);
  }

  get alarms(): cloudwatch.Alarm[] {
    return this.all.map(({ alarm }) => alarm);
  }

  apply(options: ReplicationAlarmsOptions): void {
    for (const { alarm, region } of this.all) {
      const actions = region ? options.replicaActions?.[region] : options.actions;
      if (actions?.length) alarm.addAlarmAction(...actions);
      if (alarm.node.id === LATENCY && options.latencyThreshold) {
        (alarm.node.defaultChild as cloudwatch.CfnAlarm).threshold = options.latencyThreshold.toSeconds();
      }
    }
  }
}

function latencyAlarm(scope: Construct, bucket: string, region: string, metric: cloudwatch.Metric): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, LATENCY, {
    alarmDescription: withRunbook(
      `The replica of ${bucket} in ${region} is behind the primary. Links to it may miss new media. ` +
        'See whether operations fail or only wait, and whether the upload rate exceeds the Replication Time Control quota.',
      'alarm-replication-latency',
    ),
    metric,
    threshold: Duration.minutes(15).toSeconds(),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.IGNORE,
  });
}

function failureAlarm(scope: Construct, bucket: string, region: string, metric: cloudwatch.Metric): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, `ReplicationFailedAlarm-${region}`, {
    alarmDescription: withRunbook(
      `S3 gave up replicating objects of ${bucket} to ${region}. They stay missing there until they are put again or ` +
        'replicated by a batch job. The events of addReplicationEventNotification name the objects and the reason.',
      'alarm-replication-failures',
    ),
    metric,
    threshold: 0,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.IGNORE,
  });
}
