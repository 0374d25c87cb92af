import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as contract from './contract';
import { IReplicatedMeeting } from './i-replicated-meeting';
import { IReplicatedMeetingService } from './i-replicated-meeting-service';
import { createMeetingAlarms } from './meeting-alarms';
import { ReplicatedMeetingOptions, ReplicatedMeetingServiceAttributes } from './props';
import { ReplicatedMeeting } from './replicated-meeting';
import { invalid } from '../../private/problems';
import { AlarmsOptions } from '../../shared/alarms-options';

/**
 * What created and imported services have in common.
 *
 * @internal
 */
export abstract class MeetingServiceBase extends Construct implements IReplicatedMeetingService {
  public abstract readonly serviceName: string;
  public abstract readonly controlRegion: string;
  public abstract readonly audienceFunction: lambda.IFunction;
  public abstract readonly hostFunction: lambda.IFunction;
  public abstract readonly roomFunction: lambda.IFunction;
  public abstract readonly reconcilerFunction: lambda.IFunction;

  private readonly added: IReplicatedMeeting[] = [];
  private alarms?: cloudwatch.Alarm[];

  public get meetings(): IReplicatedMeeting[] {
    return [...this.added];
  }

  public get attributes(): ReplicatedMeetingServiceAttributes {
    return {
      serviceName: this.serviceName,
      controlRegion: this.controlRegion,
      audienceFunctionArn: this.audienceFunction.functionArn,
      hostFunctionArn: this.hostFunction.functionArn,
      roomFunctionArn: this.roomFunction.functionArn,
      reconcilerFunctionArn: this.reconcilerFunction.functionArn,
    };
  }

  public addMeeting(id: string, options: ReplicatedMeetingOptions): IReplicatedMeeting {
    return new ReplicatedMeeting(this, id, { ...options, service: this });
  }

  public grantJoin(grantee: iam.IGrantable): iam.Grant {
    return this.audienceFunction.grantInvoke(grantee);
  }

  public grantHost(grantee: iam.IGrantable): iam.Grant {
    return this.hostFunction.grantInvoke(grantee);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      statistic: 'Sum',
      ...options,
      dimensionsMap: { [contract.SERVICE_DIMENSION]: this.serviceName, ...options?.dimensionsMap },
    });
  }

  public metricLiveMeetings(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.liveMeetings, { statistic: 'Maximum', ...options });
  }

  public metricLiveSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.liveSessions, { statistic: 'Maximum', ...options });
  }

  public metricJoins(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.joins, options);
  }

  public metricJoinsRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.joinsRefused, options);
  }

  public metricPromotions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.promotions, options);
  }

  public metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.throttles, options);
  }

  public metricReconciledDrift(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.drift, options);
  }

  public metricMissingReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.missingReplicas, { statistic: 'Maximum', ...options });
  }

  public metricEndingSoon(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.endingSoon, options);
  }

  public metricSweepFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.sweepFailures, options);
  }

  public metricSeatsUsed(
    meeting: IReplicatedMeeting,
    session: number,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.seatMetric(contract.METRIC.seatsUsed, meeting, session, { statistic: 'Maximum', ...options });
  }

  public metricSeatsFree(
    meeting: IReplicatedMeeting,
    session: number,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.seatMetric(contract.METRIC.seatsFree, meeting, session, { statistic: 'Minimum', ...options });
  }

  public addAlarms(options: AlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= createMeetingAlarms(this);
    if (options.actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...options.actions!));
    return this.alarms;
  }

  /** @internal */
  public _register(meeting: IReplicatedMeeting): void {
    const { meetingName } = meeting;
    const other = this.added.find((each) => each.meetingName === meetingName);
    if (other) {
      throw invalid(meeting, {
        property: 'meetingName',
        got: meetingName,
        expected: `a name that is unique in the service, but [${other.node.path}] has it`,
        fix: 'Choose another name.',
      });
    }
    this.added.push(meeting);
  }

  private seatMetric(
    metricName: string,
    meeting: IReplicatedMeeting,
    session: number,
    options: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    const { meetingName, sessionCount } = meeting;
    if (!Token.isUnresolved(session) && !(Number.isInteger(session) && session >= 0 && session < sessionCount)) {
      throw invalid(meeting, {
        property: 'session',
        got: session,
        expected: `a whole number from 0 to ${sessionCount - 1}, because the meeting has ${sessionCount} sessions`,
        fix: 'Correct the number. For the successor of a lost replica, use `metric()` with the dimension `Session`.',
      });
    }
    const dimensions = { [contract.MEETING_DIMENSION]: meetingName, [contract.SESSION_DIMENSION]: String(session) };
    return this.metric(metricName, { ...options, dimensionsMap: { ...dimensions, ...options.dimensionsMap } });
  }
}
