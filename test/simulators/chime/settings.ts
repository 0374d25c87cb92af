/** The quotas of the account. Tests can change them at any time; existing resources are not affected. */
export interface Quotas {
  /** The refill rate of the token bucket of an operation in a region. @default 10 */
  requestsPerSecond: number;
  /** The capacity of a token bucket. @default 20 */
  burst: number;
  /** Whether calls are throttled. @default true */
  rateLimited: boolean;
  /** The maximum number of attendees of a meeting, primary or replica. @default 250 */
  attendeesPerMeeting: number;
  /** @default 4 */
  replicasPerPrimary: number;
  /** The maximum number of running meetings per control region, including replicas. @default 250 */
  concurrentMeetings: number;
}

/** Behaviour that is not documented, or reported differently. The defaults are assumptions: see README.md. */
export interface Behaviour {
  /**
   * The response to a token that is reused with other parameters: an error or, as one report says, the first meeting
   * of the token. @default 'conflict'
   */
  reusedToken: 'conflict' | 'first-meeting';
  /** The response to a reused token whose meeting has ended. @default 'same-answer' */
  tokenOfEndedMeeting: 'same-answer' | 'new-meeting';
  /** The response to a reused ExternalUserId, which the model calls an idempotency token. @default 'same-attendee' */
  sameExternalUserId: 'same-attendee' | 'new-attendee';
  /** Deleting a missing resource: the model lists NotFoundException, the older API succeeded. @default 'not-found' */
  deletingWhatIsGone: 'not-found' | 'success';
  /** MeetingFeatures and Capabilities for a replica, which inherits those of its primary. @default 'refused' */
  overridesOnReplicas: 'refused' | 'ignored';
}

export const DEFAULT_QUOTAS: Readonly<Quotas> = {
  requestsPerSecond: 10,
  burst: 20,
  rateLimited: true,
  attendeesPerMeeting: 250,
  replicasPerPrimary: 4,
  concurrentMeetings: 250,
};

export const DEFAULT_BEHAVIOUR: Readonly<Behaviour> = {
  reusedToken: 'conflict',
  tokenOfEndedMeeting: 'same-answer',
  sameExternalUserId: 'same-attendee',
  deletingWhatIsGone: 'not-found',
  overridesOnReplicas: 'refused',
};
