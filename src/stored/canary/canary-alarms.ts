import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ReplicationCanaryAlarmsOptions } from './props';
import { withRunbook } from '../../private/runbook';

export interface WatchedCopy {
  /** What ids of alarms end with. */
  readonly name: string;
  readonly region: string;
  readonly failures: cloudwatch.Metric;
  /** Of replicas that are waited for. */
  readonly replicationTime?: cloudwatch.Metric;
  /** Of replicas that are read through a proxy. */
  readonly proxyLatency?: cloudwatch.Metric;
}

export interface WatchedCanary {
  readonly media: string;
  readonly interval: Duration;
  /** What a run takes at most. */
  readonly longestRun: Duration;
  readonly timeout: Duration;
  readonly runs: cloudwatch.Metric;
  readonly copies: WatchedCopy[];
}

const PROXY_LATENCY = Duration.seconds(3);
/** Between two runs there is nothing to see, and what was seen last still holds. */
const BETWEEN_RUNS = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.IGNORE };
const ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD;

/** The alarms of a canary: made once, then adjusted by each call. */
export class CanaryAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly ofRuns: cloudwatch.Alarm[];
  private readonly slow: cloudwatch.Alarm[];
  private readonly slowProxies: cloudwatch.Alarm[];

  constructor(
    private readonly scope: Construct,
    private readonly watched: WatchedCanary,
  ) {
    const { copies } = watched;
    const failures = copies.map((copy) => this.failures(copy));
    this.slow = copies.flatMap((copy) => (copy.replicationTime ? [this.slowReplica(copy, copy.replicationTime)] : []));
    this.slowProxies = copies.flatMap((copy) => (copy.proxyLatency ? [this.slowProxy(copy, copy.proxyLatency)] : []));
    this.ofRuns = [...failures, ...this.slow, ...this.slowProxies];
    this.alarms = [this.stopped(), ...this.ofRuns];
  }

  apply(options: ReplicationCanaryAlarmsOptions): void {
    const { actions, replicationTimeThreshold, proxyLatencyThreshold, failedRuns } = options;
    if (actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    if (replicationTimeThreshold) {
      this.slow.forEach((alarm) => (resource(alarm).threshold = replicationTimeThreshold.toSeconds()));
    }
    if (proxyLatencyThreshold) {
      this.slowProxies.forEach((alarm) => (resource(alarm).threshold = proxyLatencyThreshold.toMilliseconds()));
    }
    if (failedRuns !== undefined) {
      this.ofRuns.forEach((alarm) => (resource(alarm).evaluationPeriods = failedRuns));
    }
  }

  /**
   * A run counts when it ends, and runs are of different length: the time between two ends can be as long as an interval
   * and a run. Only so many intervals without any end mean that it has stopped.
   */
  private stopped(): cloudwatch.Alarm {
    const { runs, interval, longestRun } = this.watched;
    return new cloudwatch.Alarm(this.scope, 'StoppedAlarm', {
      alarmDescription: withRunbook(
        `The canary of ${this.watched.media} no longer ends its runs: nobody tries whether media arrive. See the errors ` +
          'and the log of its function, whether it is throttled, and whether its rule is enabled.',
        'alarm-canary-stopped',
      ),
      metric: runs,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: Math.floor(longestRun.toSeconds() / interval.toSeconds()) + 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private failures({ name, region, failures }: WatchedCopy): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this.scope, `FailuresAlarm-${name}`, {
      ...BETWEEN_RUNS,
      alarmDescription: withRunbook(
        `The canary of ${this.watched.media} failed in ${region}: its object did not arrive in time, could not be read ` +
          '(through the proxy, where there is one), or could not be deleted. The log of its function says why in a word.',
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
        `A small object of ${this.watched.media} takes long to reach ${region}, and so do media. See whether operations ` +
          'are pending or fail, and whether the upload rate exceeds the quota of Replication Time Control.',
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
        `The proxy in ${region} takes long to serve a small object of ${this.watched.media}. See the load of its ` +
          'servers, and the times in their log, which tell waiting for S3 from waiting in the proxy.',
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
