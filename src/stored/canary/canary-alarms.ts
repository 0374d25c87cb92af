import { CustomResource, Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IDependable } from 'constructs';
import * as contract from './contract';
import { IReplicationCanary } from './i-replication-canary';
import { ReplicationCanaryAlarmsOptions } from './props';
import { markPaused } from '../../private/paused-alarm';
import { runbookAlarm } from '../../private/runbook-alarm';

/** What the alarms of a canary need to know, besides its metrics. */
export interface CanaryAlarmsProps {
  /** The path of the media. */
  readonly media: string;
  /** The regions of all copies, the primary's first. */
  readonly copyRegions: string[];
  /** The regions of paused replicas, which the canary skips. */
  readonly paused: string[];
  readonly interval: Duration;
  /** How long a run waits for the replicas. */
  readonly timeout: Duration;
  readonly maxRunDuration: Duration;
  /** The value of the metrics' dimension. */
  readonly canaryName: string;
  readonly function: lambda.IFunction;
  /** The schedule of the runs. */
  readonly schedule: IDependable;
}

/** Without this timeout, CloudFormation would wait for an hour if the function cannot respond. */
const START_TIMEOUT = Duration.minutes(5);
const PROXY_LATENCY = Duration.seconds(3);
/** The canary emits no data between two runs. An alarm keeps its state until the next run. */
const ABOVE_THRESHOLD_IN_ONE_RUN = {
  comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: cloudwatch.TreatMissingData.IGNORE,
};
/** The alarms of a canary, which are created once and adjusted by further calls. */
export class CanaryAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly runAlarms: cloudwatch.Alarm[];
  private readonly replicaAlarms: cloudwatch.Alarm[];
  private readonly proxyAlarms: cloudwatch.Alarm[];

  constructor(
    private readonly canary: IReplicationCanary,
    private readonly props: CanaryAlarmsProps,
  ) {
    const { copyRegions } = props;
    const failures = copyRegions.map((region, index) => this.failures(region, index === 0 ? 'Primary' : region));
    this.replicaAlarms = copyRegions
      .filter((region) => canary.replicaRegions.includes(region))
      .map((region) => this.slowReplica(region));
    this.proxyAlarms = copyRegions
      .filter((region) => canary.proxyRegions.includes(region))
      .map((region) => this.slowProxy(region));
    this.runAlarms = [...failures, ...this.replicaAlarms, ...this.proxyAlarms];
    for (const region of props.paused) {
      this.runAlarms.filter(({ node }) => node.id.endsWith(`-${region}`)).forEach((alarm) => markPaused(alarm, region));
    }
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
   *
   * A new alarm would go off immediately, because it has no data in any period until the first run ends. Therefore, the
   * deployment is counted as a run before the alarm is created, and the first run follows within one interval.
   */
  private stopped(): cloudwatch.Alarm {
    const { media, interval, maxRunDuration } = this.props;
    const alarm = runbookAlarm(this.canary, 'StoppedAlarm', {
      description:
        `The canary of ${media} no longer completes its runs, so replication is not tested. Check the errors ` +
        'and the log of its function, whether it is throttled, and whether its EventBridge rule is enabled.',
      section: 'alarm-canary-stopped',
      metric: this.canary.metricCanaryFailures({ statistic: 'SampleCount' }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: Math.floor(maxRunDuration.toSeconds() / interval.toSeconds()) + 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
    alarm.node.addDependency(this.start());
    return alarm;
  }

  /** The resource depends on the schedule, so that the first run begins within one interval. */
  private start(): CustomResource {
    const { canaryName, interval, maxRunDuration, schedule } = this.props;
    const properties: contract.StartProperties = {
      Canary: canaryName,
      IntervalSeconds: String(interval.toSeconds()),
      MaxRunSeconds: String(maxRunDuration.toSeconds()),
    };
    const started = new CustomResource(this.canary, 'Start', {
      resourceType: contract.START_RESOURCE,
      serviceToken: this.props.function.functionArn,
      serviceTimeout: START_TIMEOUT,
      properties: { ...properties },
    });
    started.node.addDependency(schedule);
    return started;
  }

  private failures(region: string, name: string): cloudwatch.Alarm {
    return runbookAlarm(this.canary, `FailuresAlarm-${name}`, {
      ...ABOVE_THRESHOLD_IN_ONE_RUN,
      description:
        `The canary of ${this.props.media} failed in ${region}: its object did not arrive in time, could not be read ` +
        '(through the proxy, if any), or could not be deleted. The log of its function contains the reason.',
      section: 'alarm-canary-failures',
      metric: this.canary.metricCopyFailures(region),
      threshold: 0,
    });
  }

  private slowReplica(region: string): cloudwatch.Alarm {
    return runbookAlarm(this.canary, `ReplicationTimeAlarm-${region}`, {
      ...ABOVE_THRESHOLD_IN_ONE_RUN,
      description:
        `Replication of ${this.props.media} to ${region} is slow, even for a small object. Check whether replication ` +
        'operations are pending or fail, and whether the upload rate exceeds the quota of Replication Time Control.',
      section: 'alarm-canary-latency',
      metric: this.canary.metricReplicationTime(region),
      threshold: Math.floor(this.props.timeout.toSeconds() / 2),
    });
  }

  private slowProxy(region: string): cloudwatch.Alarm {
    return runbookAlarm(this.canary, `ProxyLatencyAlarm-${region}`, {
      ...ABOVE_THRESHOLD_IN_ONE_RUN,
      description:
        `The proxy in ${region} is slow to serve a small object of ${this.props.media}. Check the load of its servers, ` +
        'and the times in their log, which distinguish waiting for S3 from waiting in the proxy.',
      section: 'alarm-canary-latency',
      metric: this.canary.metricProxyLatency(region),
      threshold: PROXY_LATENCY.toMilliseconds(),
    });
  }
}

function resource(alarm: cloudwatch.Alarm): cloudwatch.CfnAlarm {
  return alarm.node.defaultChild as cloudwatch.CfnAlarm;
}
