import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ReplicationCanaryAlarmsOptions } from './props';
import { withRunbook } from '../../private/runbook';

export interface WatchedCopy {
  /** The last part of the alarms' ids. */
  readonly name: string;
  readonly region: string;
  readonly failures: cloudwatch.Metric;
  /** Only for replicas whose replication is measured. */
  readonly replicationTime?: cloudwatch.Metric;
  /** Only for replicas that are read through a proxy. */
  readonly proxyLatency?: cloudwatch.Metric;
}

export interface WatchedCanary {
  readonly media: string;
  readonly interval: Duration;
  readonly maxRunDuration: Duration;
  readonly timeout: Duration;
  readonly runs: cloudwatch.Metric;
  readonly copies: WatchedCopy[];
}

const PROXY_LATENCY = Duration.seconds(3);
/** The canary emits no data between two runs. An alarm keeps its state until the next run. */
const BETWEEN_RUNS = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.IGNORE };
const ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD;

/** The alarms of a canary, which are created once and adjusted by further calls. */
export class CanaryAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly runAlarms: cloudwatch.Alarm[];
  private readonly replicaAlarms: cloudwatch.Alarm[];
  private readonly proxyAlarms: cloudwatch.Alarm[];

  constructor(
    private readonly scope: Construct,
    private readonly watched: WatchedCanary,
  ) {
    const { copies } = watched;
    const failures = copies.map((copy) => this.failures(copy));
    this.replicaAlarms = copies.flatMap((copy) =>
      copy.replicationTime ? [this.slowReplica(copy, copy.replicationTime)] : [],
    );
    this.proxyAlarms = copies.flatMap((copy) => (copy.proxyLatency ? [this.slowProxy(copy, copy.proxyLatency)] : []));
    this.runAlarms = [...failures, ...this.replicaAlarms, ...this.proxyAlarms];
    this.alarms = [this.stopped(), ...this.runAlarms];
  }

  apply(options: ReplicationCanaryAlarmsOptions): void {
    const { actions, replicationTimeThreshold, proxyLatencyThreshold, failedRuns } = options;
    if (actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    if (replicationTimeThreshold) {
      this.replicaAlarms.forEach((alarm) => (resource(alarm).threshold = replicationTimeThreshold.toSeconds()));
    }
    if (proxyLatencyThreshold) {
      this.proxyAlarms.forEach((alarm) => (resource(alarm).threshold = proxyLatencyThreshold.toMilliseconds()));
    }
    if (failedRuns !== undefined) {
      this.runAlarms.forEach((alarm) => (resource(alarm).evaluationPeriods = failedRuns));
    }
  }

  /**
   * A run is counted when it ends, and runs differ in length: the ends of two runs can be up to one interval and one run
   * apart. The canary has stopped only if more intervals than that pass without the end of a run.
   */
  private stopped(): cloudwatch.Alarm {
    const { runs, interval, maxRunDuration } = this.watched;
    return new cloudwatch.Alarm(this.scope, 'StoppedAlarm', {
      alarmDescription: withRunbook(
        `The canary of ${this.watched.media} no longer completes its runs, so replication is not tested. Check the errors ` +
          'and the log of its function, whether it is throttled, and whether its EventBridge rule is enabled.',
        'alarm-canary-stopped',
      ),
      metric: runs,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: Math.floor(maxRunDuration.toSeconds() / interval.toSeconds()) + 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private failures({ name, region, failures }: WatchedCopy): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this.scope, `FailuresAlarm-${name}`, {
      ...BETWEEN_RUNS,
      alarmDescription: withRunbook(
        `The canary of ${this.watched.media} failed in ${region}: its object did not arrive in time, could not be read ` +
          '(through the proxy, if any), or could not be deleted. The log of its function contains the reason.',
        'alarm-canary-failures',
      ),
      metric: failures,
      threshold: 0,
      comparisonOperator: ABOVE,
    });
  }

  private slowReplica({ name, region }: WatchedCopy, metric: cloudwatch.Metric): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this.scope, `ReplicationTimeAlarm-${name}`, {
      ...BETWEEN_RUNS,
      alarmDescription: withRunbook(
        `Replication of ${this.watched.media} to ${region} is slow, even for a small object. Check whether replication ` +
          'operations are pending or fail, and whether the upload rate exceeds the quota of Replication Time Control.',
        'alarm-canary-latency',
      ),
      metric,
      threshold: Math.floor(this.watched.timeout.toSeconds() / 2),
      comparisonOperator: ABOVE,
    });
  }

  private slowProxy({ name, region }: WatchedCopy, metric: cloudwatch.Metric): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this.scope, `ProxyLatencyAlarm-${name}`, {
      ...BETWEEN_RUNS,
      alarmDescription: withRunbook(
        `The proxy in ${region} is slow to serve a small object of ${this.watched.media}. Check the load of its servers, ` +
          'and the times in their log, which distinguish waiting for S3 from waiting in the proxy.',
        'alarm-canary-latency',
      ),
      metric,
      threshold: PROXY_LATENCY.toMilliseconds(),
      comparisonOperator: ABOVE,
    });
  }
}

function resource(alarm: cloudwatch.Alarm): cloudwatch.CfnAlarm {
  return alarm.node.defaultChild as cloudwatch.CfnAlarm;
}
