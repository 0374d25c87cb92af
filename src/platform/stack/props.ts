import { Duration, StackProps } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMeetingOptions } from '../../live/meeting';
import { ReplicatedMediaBucketProps } from '../../stored/bucket';
import { MediaRouterOptions } from '../../stored/routing';

/** A meeting of a `MediaReplicationStack`. */
export interface MediaReplicationStackMeeting extends ReplicatedMeetingOptions {
  /** The name by which the meeting is joined, unless `meetingName` says another. Its construct is `Meeting-<name>`. */
  readonly name: string;
}

/**
 * Properties of a `MediaReplicationStack`: those of the stack, of the bucket, and of the router side by side, and what the
 * meetings and the monitoring need besides.
 *
 * `encryption`, `encryptionKey`, `removalPolicy` and `namePrefix` are about the media. `httpApi` and `memorySize` are about
 * the functions of the router and of the meetings alike, `runtime` and `logRetention` about all functions.
 */
export interface MediaReplicationStackProps extends StackProps, ReplicatedMediaBucketProps, MediaRouterOptions {
  /**
   * The meetings.
   *
   * @default - no service for meetings; an empty list makes one, to which meetings can be added
   */
  readonly meetings?: MediaReplicationStackMeeting[];

  /**
   * The region through whose endpoint the meetings are created and changed.
   *
   * @default - the stack's region, which must have an endpoint for meetings
   * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html
   */
  readonly controlRegion?: string;

  /**
   * Scopes of which a token must have one to act as a host of meetings, where `httpApi` authorizes callers by tokens.
   *
   * @default - none: hosts are not served over HTTP then
   */
  readonly hostScopes?: string[];

  /**
   * Whether a canary tries each hour that media arrive in the replicas, and are read through their proxies. It costs some
   * metrics and alarms for each replica.
   *
   * @default false
   */
  readonly canary?: boolean;

  /**
   * The topic that every alarm goes to, in the stack's region; `MediaMonitoringProps.topic` says what it must allow.
   *
   * @default - a new one
   */
  readonly alarmTopic?: sns.ITopic;

  /**
   * Addresses that get a mail when an alarm goes off. Each is asked to confirm first.
   *
   * @default - none
   */
  readonly alarmEmails?: string[];

  /**
   * Your own runbook, to which the alarms link instead: a page with the headings of this library's docs/operations.md.
   *
   * @default - docs/operations.md in this library's repository
   */
  readonly runbookUrl?: string;

  /**
   * The name of the dashboard: letters, digits, `-` and `_`, once in an account.
   *
   * @default - one that CloudFormation makes
   */
  readonly dashboardName?: string;

  /**
   * How far a replica may be behind the primary before its alarm goes off. Whole seconds.
   *
   * @default Duration.minutes(15)
   */
  readonly latencyThreshold?: Duration;

  /**
   * How many percent of the links may fall back to the primary before the router's alarm goes off.
   *
   * @default 5
   */
  readonly fallbackPercent?: number;
}
