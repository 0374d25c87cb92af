import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';
import { IReplicatedMeeting } from './i-replicated-meeting';
import { ReplicatedMeetingOptions, ReplicatedMeetingServiceAttributes } from './props';
import { AlarmsOptions } from '../../shared/alarms-options';

/** A service for replicated meetings: one that this app creates, or one that it imports from another app. */
export interface IReplicatedMeetingService extends IConstruct {
  /**
   * The unique name of the service: the `service` dimension of its metrics, and the value of the tag
   * `MediaReplicationService` on its Amazon Chime SDK meetings.
   *
   * @attribute
   */
  readonly serviceName: string;

  /**
   * The control region: the region whose Amazon Chime SDK endpoint creates and changes the meetings.
   *
   * @attribute
   */
  readonly controlRegion: string;

  /** The function that serves the audience: joins, leaves and raised hands. */
  readonly audienceFunction: lambda.IFunction;

  /**
   * The function that serves hosts: everything that the audience can do, for any user, and starts, ends, promotions and
   * removals.
   */
  readonly hostFunction: lambda.IFunction;

  /** The function that implements the custom resource of each meeting. */
  readonly roomFunction: lambda.IFunction;

  /** The function that handles the events of Amazon Chime SDK and, on a schedule, reconciles all meetings. */
  readonly reconcilerFunction: lambda.IFunction;

  /** The meetings that this app has added to the service so far, in that order. */
  readonly meetings: IReplicatedMeeting[];

  /**
   * Everything that another app needs to import the service with
   * `ReplicatedMeetingService.fromReplicatedMeetingServiceAttributes`.
   */
  readonly attributes: ReplicatedMeetingServiceAttributes;

  /** Adds a meeting. It runs once a host starts it or, if its `startPolicy` allows that, once a user joins it. */
  addMeeting(id: string, options: ReplicatedMeetingOptions): IReplicatedMeeting;

  /** Grants permission to join users to meetings. Does not allow promoting them. */
  grantJoin(grantee: iam.IGrantable): iam.Grant;

  /** Grants permission to perform every operation on meetings. */
  grantHost(grantee: iam.IGrantable): iam.Grant;

  /**
   * Metric of the service with the given name.
   *
   * @param metricName the name of a metric in the namespace `MediaReplication/Meetings`
   * @param options changes to the metric; by default the sum over 5 minutes. Its dimensions are added to `service`
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of running meetings. Maximum over 5 minutes by default. */
  metricLiveMeetings(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of running sessions: primaries and replicas. This is what the service uses of the quota
   * "concurrent meetings" (L-9F286451). Maximum over 5 minutes by default.
   */
  metricLiveSessions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of successful joins, including repeated ones. Sum over 5 minutes by default. */
  metricJoins(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of joins that were refused. Sum over 5 minutes by default. */
  metricJoinsRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of promotions to the stage. Sum over 5 minutes by default. */
  metricPromotions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of calls that Amazon Chime SDK throttled. Sum over 5 minutes by default. */
  metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of differences that the sweeper found and repaired. Sum over 5 minutes by default. */
  metricReconciledDrift(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of replicas that running meetings lack. Maximum over 5 minutes by default. */
  metricMissingReplicas(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of warnings that Amazon Chime SDK will soon end a meeting: because nobody is connected to its
   * primary session, after 6 hours without audio, or after 24 hours. Sum over 5 minutes by default.
   */
  metricEndingSoon(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** Metric for the number of meetings that the sweeper could not reconcile. Sum over 5 minutes by default. */
  metricSweepFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of seats in use in a session. Maximum over 5 minutes by default.
   *
   * @param meeting a meeting of this service
   * @param session 0 for the primary session, 1 and up for its replicas
   * @param options changes to the metric
   */
  metricSeatsUsed(meeting: IReplicatedMeeting, session: number, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Metric for the number of free seats in a session. Minimum over 5 minutes by default.
   *
   * @param meeting a meeting of this service
   * @param session 0 for the primary session, 1 and up for its replicas
   * @param options changes to the metric
   */
  metricSeatsFree(meeting: IReplicatedMeeting, session: number, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Creates alarms for throttled calls, persistent drift, missing replicas and failures of the sweeper. Another call
   * adds its actions to the same alarms.
   */
  addAlarms(options?: AlarmsOptions): cloudwatch.Alarm[];

  /** @internal */
  _register(meeting: IReplicatedMeeting): void;
}
