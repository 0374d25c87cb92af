/** What the constructs and the handlers share. No CDK here, and no SDK. */

/** Who starts a meeting, for the first time and after it ended by itself. */
export type StartPolicy = 'join' | 'host';

/** A room, as the custom resource gives it to the handler. */
export interface RoomConfig {
  /** The room's name, by which it is joined. */
  readonly meeting: string;
  /** Where the primary session is. */
  readonly mediaRegion: string;
  /** Where the replica sessions are: one entry for each. */
  readonly replicas: readonly string[];
  /** Seats in each session. */
  readonly attendeesPerSession: number;
  /** Seats of the primary that are kept for those who are promoted. */
  readonly stageSlots: number;
  /** The `externalUserId`s that may join as presenters. */
  readonly presenters: readonly string[];
  readonly startPolicy: StartPolicy;
  /** Whether the meeting starts although a replica could not be created. */
  readonly startWithFewerReplicas: boolean;
  /** RFC 3339: the meeting starts at this time, and can't be joined before. */
  readonly startsAt?: string;
  /** How long a place on the stage is kept for someone whose connection was lost. */
  readonly stageGraceSeconds: number;
  /** How long a seat is kept for someone whose connection was lost; for the whole meeting if not given. */
  readonly seatGraceSeconds?: number;
  readonly features?: MeetingFeatures;
}

/** The features of the Chime API, in its own words. */
export interface MeetingFeatures {
  readonly echoReduction?: 'AVAILABLE' | 'UNAVAILABLE';
  readonly videoMaxResolution?: 'None' | 'HD' | 'FHD';
  readonly contentMaxResolution?: 'None' | 'FHD' | 'UHD';
}

export interface RoomProperties {
  readonly ServiceToken: string;
  /** A `RoomConfig`: one string, since CloudFormation turns every scalar into one. */
  readonly Room: string;
  readonly StartOnDeploy: 'true' | 'false';
}

export type Code =
  | 'ValidationError'
  | 'NotFound'
  | 'MeetingEnded'
  | 'NotAllowed'
  | 'MeetingFull'
  | 'StageFull'
  | 'Throttled'
  | 'ServiceUnavailable';

export const HTTP_STATUS: Record<Code, number> = {
  ValidationError: 400,
  NotFound: 404,
  MeetingEnded: 409,
  NotAllowed: 403,
  MeetingFull: 409,
  StageFull: 409,
  Throttled: 429,
  ServiceUnavailable: 503,
};

export const AUDIENCE_OPERATIONS = [
  'JoinMeeting',
  'JoinMeetingBatch',
  'LeaveMeeting',
  'RaiseHand',
  'LowerHand',
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

export const AUDIENCE_ROUTE = 'POST /audience';
export const HOST_ROUTE = 'POST /host';

export const ENV = {
  table: 'MEETINGS_TABLE',
  controlRegion: 'MEETINGS_CONTROL_REGION',
  /** The value of the tag that all meetings of a service bear, and its policies ask for. */
  serviceTag: 'MEETINGS_SERVICE_TAG',
} as const;

/** By this tag a service's policies know its meetings. */
export const SERVICE_TAG_KEY = 'MediaReplicationService';

/** The table: a key for each thing, and an index that lists things of a kind. */
export const TABLE = { key: 'pk', index: 'byGroup', group: 'grp', order: 'ord', timeToLive: 'expiresAt' } as const;

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
} as const;
/** Powertools' own dimension, which tells one service from another. */
export const SERVICE_DIMENSION = 'service';
export const MEETING_DIMENSION = 'Meeting';
export const SESSION_DIMENSION = 'Session';

/** Not adjustable (L-B1CE561B). */
export const MAX_ATTENDEES = 250;
/** L-154D84D0, adjustable. */
export const DEFAULT_REPLICAS = 4;
export const MAX_BATCH = 250;
/** L-9F286451, adjustable. */
export const DEFAULT_CONCURRENT_MEETINGS = 250;
/** https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_CreateAttendee.html */
const USER_ID = /^[-_&@+=,(){}[\]/«».:|'"#a-zA-Z0-9À-ÿ\s]{2,64}$/;
export const USER_ID_RULE = '2 to 64 letters, digits, spaces and -_&@+=,(){}[]/«».:|\'"#, not beginning with aws:';

export function isUserId(user: unknown): user is string {
  return typeof user === 'string' && USER_ID.test(user) && !user.toLowerCase().startsWith('aws:');
}

export const MEETING_NAME = /^[-_a-zA-Z0-9]{2,64}$/;
