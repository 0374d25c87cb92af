import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { HttpApiOptions } from '../../shared/http';

/** Who can start a meeting, both the first time and after it ended by itself. */
export enum MeetingStartPolicy {
  /** Any user who joins. A meeting that a host ended can only be started by a host. */
  ON_JOIN = 'join',

  /**
   * A presenter who joins, or a host. Users who join earlier get the error `MeetingEnded` with `retryAfterSeconds`. A
   * meeting that a host ended can only be started by a host.
   */
  BY_PRESENTER = 'presenter',

  /** A host, with `StartMeeting` or a join. Users who join earlier get the error `MeetingEnded`. */
  BY_HOST = 'host',
}

/** The IP versions with which clients can connect to the media servers of a meeting. */
export enum MeetingNetworkType {
  /** IPv4 only. */
  IPV4_ONLY = 'Ipv4Only',
  /** IPv4 and IPv6. */
  DUAL_STACK = 'DualStack',
}

/** The maximum resolution of videos. */
export enum VideoResolution {
  /** No video. */
  NONE = 'None',
  /** 1280 × 720. */
  HD = 'HD',
  /** 1920 × 1080. */
  FHD = 'FHD',
}

/** The maximum resolution of shared content. */
export enum ContentResolution {
  /** No content sharing. */
  NONE = 'None',
  /** 1920 × 1080. */
  FHD = 'FHD',
  /** 3840 × 2160. */
  UHD = 'UHD',
}

/**
 * The features of a meeting. They apply to the primary session and its replicas.
 *
 * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/js-meeting-features.html
 */
export interface MeetingFeatureOptions {
  /**
   * Whether clients can use Amazon Voice Focus with echo reduction.
   *
   * @default - the default of Amazon Chime SDK: false
   */
  readonly echoReduction?: boolean;

  /**
   * The maximum resolution of videos. `FHD` lowers the default of `attendeesPerSession` to 25.
   *
   * @default - the default of Amazon Chime SDK: HD
   */
  readonly videoMaxResolution?: VideoResolution;

  /**
   * The maximum resolution of shared content. `UHD` lowers the default of `attendeesPerSession` to 25.
   *
   * @default - the default of Amazon Chime SDK: FHD
   */
  readonly contentMaxResolution?: ContentResolution;
}

/** Replica sessions in one media region. */
export interface MeetingReplicas {
  /** The media region of the replicas: a region near the audience. Can be the region of the primary session. */
  readonly mediaRegion: string;

  /**
   * The number of replicas in this region.
   *
   * A meeting can have 4 replicas in total, unless the quota "replica meetings per primary meeting" (L-154D84D0) is
   * increased.
   *
   * @default 1
   */
  readonly count?: number;

  /**
   * The number of replicas in this region up to which more are added before the others are full. None is removed until
   * the meeting ends. Requires `seatPool`.
   *
   * @default - `count`: no replicas are added
   */
  readonly maxCount?: number;
}

/** Options for a meeting. */
export interface ReplicatedMeetingOptions {
  /** The media region of the primary session: a region near the presenters. */
  readonly mediaRegion: string;

  /**
   * The replica sessions, which the audience joins.
   *
   * @default - none: participants join the primary session
   */
  readonly replicas?: MeetingReplicas[];

  /**
   * The name by which users join the meeting: 2 to 64 letters, digits, `-` and `_`. It is unique in the service.
   * Changing it replaces the meeting.
   *
   * @default - a name generated from the construct's path
   */
  readonly meetingName?: string;

  /**
   * The number of seats in each session: 1 to 250.
   *
   * @default 250, or 25 with FHD video or UHD content
   */
  readonly attendeesPerSession?: number;

  /**
   * The number of seats of the primary session that are reserved for promoted participants.
   *
   * @default - 10, but at most half of `attendeesPerSession`; 0 without replicas
   */
  readonly stageSlots?: number;

  /**
   * The `externalUserId`s of users who can join as presenters on their own.
   *
   * @default - none: only hosts can join users as presenters
   */
  readonly presenters?: string[];

  /**
   * Who can start the meeting.
   *
   * An audience in replicas does not keep a meeting running: it ends when its primary session, which only presenters
   * join, has been empty for five minutes.
   *
   * @default - `BY_PRESENTER` with replicas, `ON_JOIN` without
   */
  readonly startPolicy?: MeetingStartPolicy;

  /**
   * Whether participants can send audio, video and content. If not, only presenters can.
   *
   * Applies to meetings without replicas. Participants in replicas can never send, unless they are promoted.
   *
   * @default true without replicas
   * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_AttendeeCapabilities.html
   */
  readonly participantsCanSend?: boolean;

  /**
   * The IP versions with which clients can connect to the media servers of all sessions.
   *
   * @default - the default of Amazon Chime SDK: IPv4 only
   * @see https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_CreateMeeting.html
   */
  readonly networkType?: MeetingNetworkType;

  /**
   * Whether the seats of the replicas are prepared when the meeting starts, so that a join needs no call of Amazon Chime
   * SDK: many more users can join at the same time.
   *
   * The `ExternalUserId` of an attendee in a replica is then the id of the seat, not that of the user.
   *
   * @default true with replicas
   */
  readonly seatPool?: boolean;

  /**
   * Whether the meeting starts even if some of its replicas cannot be created. The sweeper creates the missing replicas
   * later.
   *
   * @default false: the start fails, and sessions that were already created are deleted
   */
  readonly startWithFewerReplicas?: boolean;

  /**
   * The time at which the meeting starts by itself, accurate to a minute, in RFC 3339 format: `2026-01-31T12:00:00Z`.
   *
   * Before that time, only a host can start it. Like every meeting, it ends if nobody is connected to its primary
   * session for five minutes.
   *
   * @default - the meeting starts when a user starts it
   */
  readonly startsAt?: string;

  /**
   * Whether the meeting starts when its resource is created.
   *
   * @default false
   */
  readonly startOnDeploy?: boolean;

  /**
   * How long a place on the stage is kept for a participant who lost the connection.
   *
   * @default Duration.minutes(1)
   */
  readonly stageGrace?: Duration;

  /**
   * How long a seat is kept for a participant who lost the connection.
   *
   * Lost connections are known from the events of Amazon Chime SDK, which are occasionally wrong: a participant who is
   * still connected can lose the seat.
   *
   * @default - until the meeting ends or the participant leaves with `LeaveMeeting`
   */
  readonly seatGrace?: Duration;

  /**
   * The features of the meeting.
   *
   * @default - the defaults of Amazon Chime SDK
   */
  readonly features?: MeetingFeatureOptions;
}

/** Options for the HTTP API of a `ReplicatedMeetingService`. */
export interface MeetingHttpApiOptions extends HttpApiOptions {
  /**
   * The scopes that allow the holder of a token to act as a host. A token needs one of them. Only used with an
   * authorizer for tokens.
   *
   * @default - none: the API has no route for hosts if it authorizes callers by tokens
   */
  readonly hostScopes?: string[];
}

/** Properties of a `ReplicatedMeetingService`. */
export interface ReplicatedMeetingServiceProps {
  /**
   * The `serviceName`, and the beginning of all logical IDs, instead of a name with a hash of the construct's path: with it,
   * the construct can be renamed or moved without a new table and without new rooms. 1 to 29 lowercase letters, digits and
   * hyphens, beginning with a letter. No other `ReplicatedMeetingService` in the same account can have it.
   *
   * To keep the names of a deployed service, specify its `serviceName`.
   *
   * @default - the construct's ID, and a hash of the stack's name, its region, and the construct's path
   */
  readonly identity?: string;

  /**
   * The control region: the region whose Amazon Chime SDK endpoint creates and changes the meetings.
   *
   * The service receives events about its meetings only if this is the region of the stack.
   *
   * @default - the stack's region, which must have an endpoint for meetings
   * @see https://docs.aws.amazon.com/chime-sdk/latest/dg/sdk-available-regions.html
   */
  readonly controlRegion?: string;

  /**
   * The KMS key that encrypts the table, which contains the credentials of attendees.
   *
   * @default - a new key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the table when it is removed from the stack. It contains nothing that is needed after the meetings.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * An HTTP API for the functions, with the routes `POST /audience` and `POST /host`. The bodies are the requests of
   * the functions.
   *
   * Callers of `POST /audience` act for themselves only: their `externalUserId` is the `sub` claim of the token, or the
   * caller's IAM user id.
   *
   * @default - no HTTP API: callers with `grantJoin` or `grantHost` invoke the functions
   */
  readonly httpApi?: MeetingHttpApiOptions;

  /**
   * The runtime of the functions.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The memory of each function in MiB.
   *
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * How long the logs of the functions are kept. They contain no credentials.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** The attributes of an existing `ReplicatedMeetingService`, as its `attributes` property returns them. */
export interface ReplicatedMeetingServiceAttributes {
  /** The `serviceName` of the service. */
  readonly serviceName: string;

  /**
   * The control region of the service.
   *
   * @default - the region of the importing stack
   */
  readonly controlRegion?: string;

  /** The ARN of the service's `audienceFunction`. */
  readonly audienceFunctionArn: string;

  /** The ARN of the service's `hostFunction`. */
  readonly hostFunctionArn: string;

  /** The ARN of the service's `roomFunction`, the service token of the meetings' custom resources. */
  readonly roomFunctionArn: string;

  /** The ARN of the service's `reconcilerFunction`. */
  readonly reconcilerFunctionArn: string;
}
