import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ATTENDEE_ACTIONS, grantMeetings, MEETING_ACTIONS, SWEEP_ACTIONS } from './chime-permissions';
import * as contract from './contract';
import { createMeetingAlarms } from './meeting-alarms';
import { createMeetingDashboard } from './meeting-dashboard';
import { MeetingsTable } from './meetings-table';
import {
  ReplicatedMeetingServiceAlarmsOptions,
  MeetingHttpApiOptions,
  ReplicatedMeetingOptions,
  ReplicatedMeetingServiceProps,
} from './props';
import { ReplicatedMeeting } from './replicated-meeting';
import { validateControlRegion } from './room-rules';
import { FunctionHttpApi } from '../../shared/http';
import { handlerFunction } from '../../private/handler-function';
import { DeterministicNames } from '../../private/naming';

/**
 * Meetings of the Amazon Chime SDK whose primary session is replicated near the audience: created, joined, run and
 * ended by functions of this service, without leaks.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { ReplicatedMeetingService } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 * declare const audienceApp: lambda.Function;
 * declare const hostApp: lambda.Function;
 *
 * const service = new ReplicatedMeetingService(stack, 'Meetings', { controlRegion: 'eu-central-1' });
 * const townHall = service.addMeeting('TownHall', {
 *   mediaRegion: 'eu-central-1',
 *   replicas: [{ mediaRegion: 'eu-west-1', count: 2 }, { mediaRegion: 'us-east-1' }],
 * });
 * townHall.capacity; // 1000
 * service.grantJoin(audienceApp);
 * service.grantHost(hostApp);
 */
export class ReplicatedMeetingService extends Construct {
  /** The function for the audience: joins, leaves, raises hands. It makes nobody a presenter whom the room does not list. */
  public readonly audienceFunction: lambda.Function;

  /** The function for hosts: all of that for anybody, and starts, ends, promotes, removes. */
  public readonly hostFunction: lambda.Function;

  /** Handles the service's events, and puts right on a schedule what is not. */
  public readonly reconcilerFunction: lambda.Function;

  /** The state of all meetings. */
  public readonly table: dynamodb.ITable;

  /** The HTTP API, if one was asked for. */
  public readonly httpApi?: FunctionHttpApi;

  /** The region through whose endpoint the meetings are created and changed. */
  public readonly controlRegion: string;

  /** @internal */
  public readonly _roomFunction: lambda.Function;

  private readonly name: string;
  private readonly added: ReplicatedMeeting[] = [];
  private alarms?: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: ReplicatedMeetingServiceProps = {}) {
    super(scope, id);
    this.controlRegion = props.controlRegion ?? Stack.of(this).region;
    this.validateControlRegion();
    this.name = new DeterministicNames(this).base;
    const state = new MeetingsTable(this, 'State', {
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
    this.table = state.table;

    const create = (functionId: string, entry: string, description: string, timeout: Duration, actions: string[]) => {
      const { function: fn } = handlerFunction(this, functionId, {
        handler: 'live/meeting/meetings',
        export: entry,
        description,
        timeout,
        environment: {
          [contract.ENV.table]: state.table.tableName,
          [contract.ENV.controlRegion]: this.controlRegion,
          [contract.ENV.serviceTag]: this.name,
          POWERTOOLS_SERVICE_NAME: this.name,
        },
        memorySize: props.memorySize ?? 1024,
        runtime: props.runtime,
        logRetention: props.logRetention,
      });
      state.grantUse(fn);
      grantMeetings(fn, Stack.of(this), this.name, actions);
      return fn;
    };
    const attending = [...MEETING_ACTIONS, ...ATTENDEE_ACTIONS];
    const soon = Duration.seconds(29); // API Gateway waits no longer than 30
    this.audienceFunction = create('Audience', 'audience', 'Meetings, for the audience', soon, attending);
    this.hostFunction = create('Host', 'host', 'Meetings, for hosts', soon, attending);
    this._roomFunction = create('Room', 'room', 'Rooms as resources', Duration.minutes(5), MEETING_ACTIONS);
    this.reconcilerFunction = create('Reconciler', 'reconciler', 'Puts meetings right', Duration.minutes(5), [
      ...MEETING_ACTIONS,
      ...SWEEP_ACTIONS,
    ]);
    this.schedule();
    if (props.httpApi) this.httpApi = this.createHttpApi(props.httpApi);
  }

  /** The meetings that were added until now, in the order added. */
  public get meetings(): ReplicatedMeeting[] {
    return [...this.added];
  }

  /** Adds a meeting, which lives when somebody starts or joins it. */
  public addMeeting(id: string, options: ReplicatedMeetingOptions): ReplicatedMeeting {
    return new ReplicatedMeeting(this, id, { ...options, service: this });
  }

  /** Lets the grantee bring anybody into meetings, and nobody onto the stage. */
  public grantJoin(grantee: iam.IGrantable): iam.Grant {
    return this.audienceFunction.grantInvoke(grantee);
  }

  /** Lets the grantee do everything with meetings. */
  public grantHost(grantee: iam.IGrantable): iam.Grant {
    return this.hostFunction.grantInvoke(grantee);
  }

  /** How many meetings live. */
  public metricLiveMeetings(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.liveMeetings, { statistic: 'Maximum', ...options });
  }

  /**
   * How many sessions live, primaries and replicas: what the quota "concurrent meetings" (L-9F286451) is about, as far as
   * this service uses it.
   */
  public metricLiveSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.liveSessions, { statistic: 'Maximum', ...options });
  }

  /** How many got a seat; the same one again counts too. */
  public metricJoins(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.joins, options);
  }

  /** How many got none. */
  public metricJoinsRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.joinsRefused, options);
  }

  /** How many came onto the stage. */
  public metricPromotions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.promotions, options);
  }

  /** How many calls the service throttled. */
  public metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.throttles, options);
  }

  /** How many things the sweeper put right. */
  public metricReconciledDrift(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.drift, options);
  }

  /** How many replicas meetings live without. */
  public metricMissingReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.missingReplicas, { statistic: 'Maximum', ...options });
  }

  /** How many meetings the sweeper could not put right. */
  public metricSweepFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(contract.METRIC.sweepFailures, options);
  }

  /**
   * How many seats of a session are taken.
   *
   * @param meeting a meeting of this service
   * @param session 0 for the primary, 1 and up for its replicas
   * @param options what to change of the metric; by default the maximum over 5 minutes
   */
  public metricSeatsUsed(
    meeting: ReplicatedMeeting,
    session: number,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.seatMetric(contract.METRIC.seatsUsed, meeting, session, options);
  }

  /** How many seats of a session are free; the parameters are those of `metricSeatsUsed`. */
  public metricSeatsFree(
    meeting: ReplicatedMeeting,
    session: number,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return this.seatMetric(contract.METRIC.seatsFree, meeting, session, { statistic: 'Minimum', ...options });
  }

  /**
   * Alarms for throttling, for drift that does not end, for replicas that are missing, and for what the sweeper can't
   * put right. Another call adds its
   * actions to the same alarms.
   */
  public addAlarms(options: ReplicatedMeetingServiceAlarmsOptions = {}): cloudwatch.Alarm[] {
    this.alarms ??= createMeetingAlarms(this, {
      errors: this.reconcilerFunction.metricErrors(),
      throttles: this.metricThrottles(),
      drift: this.metricReconciledDrift(),
      sweepFailures: this.metricSweepFailures(),
      notAReplica: this.metric(contract.METRIC.notAReplica),
      missingReplicas: this.metricMissingReplicas(),
    });
    if (options.actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...options.actions!));
    return this.alarms;
  }

  /** A dashboard of the meetings that were added until now. */
  public addDashboard(): cloudwatch.Dashboard {
    return createMeetingDashboard(this, this.meetings);
  }

  /** @internal */
  public _register(meeting: ReplicatedMeeting): void {
    const { meetingName, node } = meeting;
    const other = this.added.find((each) => each.meetingName === meetingName);
    if (other) {
      throw new Error(
        `[${node.path}] meetingName: got "${meetingName}", which [${other.node.path}] has, expected another name.`,
      );
    }
    this.added.push(meeting);
  }

  private validateControlRegion(): void {
    if (Token.isUnresolved(this.controlRegion)) return;
    try {
      validateControlRegion(this.controlRegion);
    } catch (error) {
      throw new Error(`[${this.node.path}] ${(error as Error).message}. Name one as \`controlRegion\`.`);
    }
  }

  private schedule(): void {
    const target = (thorough: boolean) =>
      new targets.LambdaFunction(this.reconcilerFunction, {
        event: events.RuleTargetInput.fromObject({ thorough }),
        retryAttempts: 0, // the next one comes soon
      });
    new events.Rule(this, 'Sweep', {
      description: 'Looks after the meetings that live',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [target(false)],
    });
    new events.Rule(this, 'ThoroughSweep', {
      description: 'Compares all seats with the attendees that the service knows',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [target(true)],
    });
    const { region } = Stack.of(this);
    if (!Token.isUnresolved(region) && region !== this.controlRegion) return; // they arrive elsewhere
    new events.Rule(this, 'ChimeEvents', {
      description: 'What the service tells of meetings',
      eventPattern: {
        source: ['aws.chime'],
        detailType: ['Chime Meeting State Change'],
        detail: {
          eventType: ['chime:MeetingEnded', 'chime:AttendeeJoined', 'chime:AttendeeLeft', 'chime:AttendeeDropped'],
        },
      },
      targets: [new targets.LambdaFunction(this.reconcilerFunction, { maxEventAge: Duration.minutes(10) })],
    });
  }

  private createHttpApi({ hostScopes, ...options }: MeetingHttpApiOptions): FunctionHttpApi {
    const audience = { routeKeys: [contract.AUDIENCE_ROUTE], function: this.audienceFunction };
    const host = { routeKeys: [contract.HOST_ROUTE], function: this.hostFunction, scopes: hostScopes };
    const hostsAreKnown = options.authorizer._jwt === undefined || (hostScopes?.length ?? 0) > 0;
    return FunctionHttpApi._in(this, { ...options, routes: hostsAreKnown ? [audience, host] : [audience] });
  }

  private seatMetric(
    metricName: string,
    { meetingName }: ReplicatedMeeting,
    session: number,
    options?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    const dimensions = {
      [contract.MEETING_DIMENSION]: meetingName,
      [contract.SESSION_DIMENSION]: String(session),
    };
    return this.metric(metricName, { statistic: 'Maximum', ...options }, dimensions);
  }

  private metric(
    metricName: string,
    options?: cloudwatch.MetricOptions,
    dimensions: Record<string, string> = {},
  ): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: contract.METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [contract.SERVICE_DIMENSION]: this.name, ...dimensions },
      statistic: 'Sum',
      ...options,
    });
  }
}
