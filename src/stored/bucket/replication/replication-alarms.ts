import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { markPaused } from '../../../private/paused-alarm';
import { withRunbook } from '../../../private/runbook';
import { ReplicationAlarmsOptions } from '../props';

const LATENCY_ID = 'ReplicationLatencyAlarm';
/** S3 reports no latency without uploads, which says nothing about objects that are still pending. */
const KEEPS_ITS_STATE = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.IGNORE };
/**
 * S3 reports no failures without uploads: an alarm that kept its state would stay in `ALARM` on a quiet bucket, and the
 * next failure would send no notification. Three periods, because S3 reports with a delay.
 */
const ENDS_AFTER_15_MINUTES = {
  evaluationPeriods: 3,
  datapointsToAlarm: 1,
  treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
};

export interface MonitoredReplica {
  readonly region: string;
  /** A scope in a stack of the replica's region and the primary's account, where S3 publishes the latency. */
  readonly scope: Construct;
  readonly latency: cloudwatch.Metric;
  readonly failures: cloudwatch.Metric;
  /** Failures of the rules from the replica to other copies, by region of the other copy. */
  readonly reverseFailures: Record<string, cloudwatch.Metric>;
}

/** The alarms of all replicas. Created once; each call of `configure` adjusts them. */
export class ReplicationAlarms {
  /** With the region of alarms that use `replicaActions`. */
  private readonly all: { alarm: cloudwatch.Alarm; destination: string; replicaRegion?: string }[];

  /** @param paused the regions of paused replicas */
  constructor(primaryScope: Construct, replicas: MonitoredReplica[], paused: string[]) {
    const bucket = primaryScope.node.path;
    this.all = replicas.flatMap(({ region, scope, latency, failures, reverseFailures }) => [
      { alarm: latencyAlarm(scope, bucket, region, latency), destination: region, replicaRegion: region },
      { alarm: failureAlarm(primaryScope, bucket, region, failures), destination: region },
      ...Object.entries(reverseFailures).map(([destination, metric]) => ({
        alarm: failureAlarm(scope, bucket, destination, metric),
        destination,
        replicaRegion: region,
      })),
    ]);
    for (const { alarm, destination } of this.all) if (paused.includes(destination)) markPaused(alarm, destination);
  }

  get alarms(): cloudwatch.Alarm[] {
    return this.all.map(({ alarm }) => alarm);
  }

  configure(options: ReplicationAlarmsOptions): void {
    for (const { alarm, replicaRegion } of this.all) {
      const actions = replicaRegion ? options.replicaActions?.[replicaRegion] : options.actions;
      if (actions?.length) alarm.addAlarmAction(...actions);
      if (alarm.node.id === LATENCY_ID && options.latencyThreshold) {
        (alarm.node.defaultChild as cloudwatch.CfnAlarm).threshold = options.latencyThreshold.toSeconds();
      }
    }
  }
}

function latencyAlarm(scope: Construct, bucket: string, region: string, metric: cloudwatch.Metric): cloudwatch.Alarm {
  return createAlarm(scope, LATENCY_ID, { metric, threshold: Duration.minutes(15).toSeconds(), ...KEEPS_ITS_STATE }, [
    `The replica of ${bucket} in ${region} is behind the primary. Links to it may miss new media. Check whether ` +
      'operations fail or are pending, and whether the upload rate exceeds the Replication Time Control quota.',
    'alarm-replication-latency',
  ]);
}

function failureAlarm(scope: Construct, bucket: string, region: string, metric: cloudwatch.Metric): cloudwatch.Alarm {
  return createAlarm(scope, `ReplicationFailedAlarm-${region}`, { metric, threshold: 0, ...ENDS_AFTER_15_MINUTES }, [
    `S3 failed to replicate objects of ${bucket} to ${region}. They are missing there until they are uploaded again or ` +
      'replicated by a batch job. Subscribe to replicationEvents for the objects and the reason.',
    'alarm-replication-failures',
  ]);
}

function createAlarm(
  scope: Construct,
  id: string,
  props: cloudwatch.AlarmProps,
  description: Parameters<typeof withRunbook>,
): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    alarmDescription: withRunbook(...description),
    ...props,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  });
}
