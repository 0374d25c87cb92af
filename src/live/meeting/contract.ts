/** Names and types that the constructs and the handlers share. Imports neither the CDK nor an SDK. */

/** Who can start a meeting, both the first time and after it ended by itself. */
export type StartPolicy = 'join' | 'presenter' | 'host';

/** The configuration of a room, as the custom resource passes it to the handler. */
export interface RoomConfig {
  /** The name by which users join the room. */
  readonly meeting: string;
  /** The media region of the primary session. */
  readonly mediaRegion: string;
  /** The media region of each replica session. */
  readonly replicas: readonly string[];
  /** The media regions of the replicas that are added as the others fill. */
  readonly spareReplicas: readonly string[];
  /** The number of seats in each session. */
  readonly attendeesPerSession: number;
  /** The number of seats of the primary session that are reserved for promoted participants. */
  readonly stageSlots: number;
  /** The `externalUserId`s of users who can join as presenters on their own. */
  readonly presenters: readonly string[];
  readonly startPolicy: StartPolicy;
  /** Whether participants in the primary session can send audio, video and content. */
  readonly participantsCanSend: boolean;
  /** The IP versions of the addresses of all sessions. The default of Amazon Chime SDK if undefined. */
  readonly networkType?: 'Ipv4Only' | 'DualStack';
  /** Whether the attendees of replicas are created ahead. */
  readonly seatPool: boolean;
  /** Whether the meeting starts even if some replicas cannot be created. */
  readonly startWithFewerReplicas: boolean;
  /** The time at which the meeting starts, in RFC 3339 format. Before, only a host can start it. */
  readonly startsAt?: string;
  /** How long a place on the stage is kept after a lost connection. */
  readonly stageGraceSeconds: number;
  /** How long a seat is kept after a lost connection. The whole meeting if undefined. */
  readonly seatGraceSeconds?: number;
  readonly features?: MeetingFeatures;
}

/** Meeting features, with the values of the Chime API. */
export interface MeetingFeatures {
  readonly echoReduction?: 'AVAILABLE' | 'UNAVAILABLE';
  readonly videoMaxResolution?: 'None' | 'HD' | 'FHD';
  readonly contentMaxResolution?: 'None' | 'FHD' | 'UHD';
}

export interface RoomProperties {
  readonly ServiceToken: string;
  /** A `RoomConfig` as JSON, because CloudFormation converts all scalars to strings. */
  readonly Room: string;
  readonly StartOnDeploy: 'true' | 'false';
}

export const HTTP_STATUS = {
  ValidationError: 400,
  NotFound: 404,
  MeetingEnded: 409,
  NotAllowed: 403,
  MeetingFull: 409,
  StageFull: 409,
  Throttled: 429,
  ServiceUnavailable: 503,
} as const;
export type Code = keyof typeof HTTP_STATUS;

export const AUDIENCE_OPERATIONS = [
  'JoinMeeting',
  'JoinMeetingBatch',
  'LeaveMeeting',
  'RaiseHand',
  'LowerHand',
  'GetStage',
  'AcceptPromotion',
  'DeclinePromotion',
  'DescribeMeeting',
] as const;
export const HOST_OPERATIONS = [
  ...AUDIENCE_OPERATIONS,
  'StartMeeting',
  'PromoteAttendee',
  'DemoteAttendee',
  'RemoveAttendee',
  'ListHands',
  'EndMeeting',
] as const;
export type Operation = (typeof HOST_OPERATIONS)[number];

/** On whose behalf a function acts: hosts can do everything that the audience can, for any user. */
export type Caller = 'audience' | 'host';

export const AUDIENCE_ROUTE = 'POST /audience';
export const HOST_ROUTE = 'POST /host';

export const ENV = {
  table: 'MEETINGS_TABLE',
  controlRegion: 'MEETINGS_CONTROL_REGION',
  /** The value of the tag on all meetings of a service, which its policies require. */
  serviceTag: 'MEETINGS_SERVICE_TAG',
} as const;

/** The source of the events of all services on EventBridge. */
export const EVENT_SOURCE = 'cdk-media-replication.meetings';
/** The types of the events. */
export const EVENT = {
  started: 'Meeting Started',
  replicasAdded: 'Replicas Added',
  endingSoon: 'Meeting Ending Soon',
  generationChanged: 'Generation Changed',
  ended: 'Meeting Ended',
  handRaised: 'Hand Raised',
  promoted: 'Attendee Promoted',
  demoted: 'Attendee Demoted',
  removed: 'Attendee Removed',
} as const;

/** The tag by which the policies of a service identify its meetings. */
export const SERVICE_TAG_KEY = 'MediaReplicationService';

/** The table: a key for each item, and an index that lists the items of a group. */
export const TABLE = {
  key: 'pk',
  index: 'byGroup',
  group: 'grp',
  order: 'ord',
  timeToLive: 'expiresAt',
  /** How the keys of items begin that mean work in the background. */
  work: ['wake#', 'refill#', 'leave#', 'event#'],
  /** The attributes in the index. */
  listed: ['user', 'role', 'seat', 'stage'],
} as const;

export const METRICS_NAMESPACE = 'MediaReplication/Meetings';
export const METRIC = {
  liveMeetings: 'LiveMeetings',
  liveSessions: 'LiveSessions',
  seatsUsed: 'SeatsUsed',
  seatsFree: 'SeatsFree',
  joins: 'Joins',
  joinsRefused: 'JoinsRefused',
  promotions: 'Promotions',
  throttles: 'Throttles',
  drift: 'ReconciledDrift',
  missingReplicas: 'MissingReplicas',
  sweepFailures: 'SweepFailures',
  notAReplica: 'NotAReplica',
  endingSoon: 'EndingSoon',
} as const;
/** The dimension that Powertools adds to all metrics. */
export const SERVICE_DIMENSION = 'service';
export const MEETING_DIMENSION = 'Meeting';
export const SESSION_DIMENSION = 'Session';

/** The maximum number of attendees per meeting (L-B1CE561B). Not adjustable. */
export const MAX_ATTENDEES = 250;
/** The maximum number of participants of `JoinMeetingBatch`. */
export const MAX_BATCH = 250;
/** https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_CreateAttendee.html */
const USER_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]{2,64}$/;
export const USER_ID_RULE = '2 to 64 letters, digits, spaces and -_&@+=,(){}[]/«».:|\'"#, not beginning with aws:';

export function isUserId(user: unknown): user is string {
  return typeof user === 'string' && USER_ID.test(user) && !user.toLowerCase().startsWith('aws:');
}

export const MEETING_NAME = /^[-_a-zA-Z0-9]{2,64}$/;
