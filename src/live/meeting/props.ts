import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { HttpApiOptions } from '../../shared/http';

/** Who starts a meeting, for the first time and after it ended by itself. */
export enum MeetingStartPolicy {
  /** Whoever joins. What a host ended is started by a host only. */
  ON_JOIN = 'join',

  /** A host, by `StartMeeting`; whoever joins before is told `MeetingEnded`. */
  BY_HOST = 'host',
}

/** How sharp a video can be. */
export enum VideoResolution {
  /** No video. */
  NONE = 'None',
  /** 1280 × 720. */
  HD = 'HD',
  /** 1920 × 1080. */
  FHD = 'FHD',
}

/** How sharp shared content can be. */
export enum ContentResolution {
  /** No content. */
  NONE = 'None',
  /** 1920 × 1080. */
  FHD = 'FHD',
  /** 3840 × 2160. */
  UHD = 'UHD',
}

/**
 * What a meeting can do. Replicas follow their primary.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/js-meeting-features.html
 */
export interface MeetingFeatureOptions {
  /**
   * Whether clients may use Amazon Voice Focus with echo reduction.
   *
   * @default - as the service has it: no
   */
  readonly echoReduction?: boolean;

  /**
   * The sharpest video. `FHD` lowers the default of `attendeesPerSession` to 25.
   *
   * @default - as the service has it: HD
   */
  readonly videoMaxResolution?: VideoResolution;

  /**
   * The sharpest shared content. `UHD` lowers the default of `attendeesPerSession` to 25.
   *
   * @default - as the service has it: FHD
   */
  readonly contentMaxResolution?: ContentResolution;
}

/** Replica sessions in one region. */
export interface MeetingReplicas {
  /** Where they are: near an audience. May be the primary's region. */
  readonly mediaRegion: string;

  /**
   * How many. A primary can have 4 in all, unless the quota "replica meetings per primary meeting" (L-154D84D0) is
   * raised.
   *
   * @default 1
   */
  readonly count?: number;
}

/** How a meeting is made. */
export interface ReplicatedMeetingOptions {
  /** Where the primary session is: near the presenters. */
  readonly mediaRegion: string;

  /**
   * Replica sessions, near the audience.
   *
   * @default - none: participants join the primary session
   */
  readonly replicas?: MeetingReplicas[];

  /**
   * The name by which the meeting is joined: 2 to 64 letters, digits, `-` and `_`. Another name is another meeting.
   *
   * @default - one from the construct's path
   */
  readonly meetingName?: string;

  /**
   * Seats in each session: up to 250.
   *
   * @default 250, or 25 with FHD video or UHD content
   */
  readonly attendeesPerSession?: number;

  /**
   * Seats of the primary session that are kept for participants who are promoted.
   *
   * @default 10, or fewer where the session is that small; 0 without replicas
   */
  readonly stageSlots?: number;

  /**
   * The `externalUserId`s that may join as presenters without a host.
   *
   * @default - nobody
   */
  readonly presenters?: string[];

  /**
   * Who starts the meeting.
   *
   * @default MeetingStartPolicy.ON_JOIN
   */
  readonly startPolicy?: MeetingStartPolicy;

  /**
   * Whether the meeting starts although a replica can't be created. The missing ones are created later.
   *
   * @default false: then it does not start, and what was created is deleted
   */
  readonly startWithFewerReplicas?: boolean;

  /**
   * When the meeting starts by itself, to the minute: RFC 3339, `2026-01-31T12:00:00Z`. Before, only a host can start
   * it. It ends after five minutes in which nobody is in the primary session.
   *
   * @default - when somebody starts it
   */
  readonly startsAt?: string;

  /**
   * Whether the meeting starts when its resource is created.
   *
   * @default false
   */
  readonly startOnDeploy?: boolean;

  /**
   * How long a place on the stage is kept for a participant whose connection was lost.
   *
   * @default Duration.minutes(1)
   */
  readonly stageGrace?: Duration;

  /**
   * How long a seat is kept for a participant whose connection was lost, as the service's events tell, which are not
   * always right: someone who is still there may lose the seat.
   *
   * @default - for the whole meeting, or until `LeaveMeeting`
   */
  readonly seatGrace?: Duration;

  /**
   * What the meeting can do.
   *
   * @default - as the service has it
   */
  readonly features?: MeetingFeatureOptions;
}

/** How the HTTP API of the meetings is made. */
export interface MeetingHttpApiOptions extends HttpApiOptions {
  /**
   * Scopes of which a token must have one to act as a host, where callers are authorized by tokens.
   *
   * @default - none: hosts are not served over HTTP then
   */
  readonly hostScopes?: string[];
}

/** Properties of a `ReplicatedMeetingService`. */
export interface ReplicatedMeetingServiceProps {
  /**
   * The region through whose endpoint the meetings are created and changed. Its events are received only where this is
   * the stack's region.
   *
   * @default - the stack's region, which must have an endpoint for meetings
   * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html
   */
  readonly controlRegion?: string;

  /**
   * Encrypts the table, in which the credentials of attendees are.
   *
   * @default - a new key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the table when the stack is deleted. It holds nothing that outlives the meetings.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * An HTTP API in front of the functions: `POST /audience` and `POST /host`, with the requests of the functions as
   * bodies. Of the audience, each speaks for themselves: the `externalUserId` is the token's `sub`, or the caller's IAM
   * user id.
   *
   * @default - none: the functions are called by those who have `grantJoin` and `grantHost`
   */
  readonly httpApi?: MeetingHttpApiOptions;

  /**
   * The functions' runtime.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The functions' memory in MiB.
   *
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * How long the logs are kept. They hold no credentials.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** What the alarms of a `ReplicatedMeetingService` do. */
export interface ReplicatedMeetingServiceAlarmsOptions {
  /**
   * What to do when an alarm goes off.
   *
   * @default - nothing more; another call can add actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];
}
