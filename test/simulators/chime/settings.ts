/** The account's quotas. A test can change them at any moment; what exists already stays. */
export interface Quotas {
  /** How fast the bucket of an operation in a region fills. @default 10 */
  requestsPerSecond: number;
  /** How many calls a full bucket holds. @default 20 */
  burst: number;
  /** Whether calls are throttled at all. @default true */
  rateLimited: boolean;
  /** Created attendees of one meeting, be it a primary or a replica. @default 250 */
  attendeesPerMeeting: number;
  /** @default 4 */
  replicasPerPrimary: number;
  /** Live meetings of one control region, replicas included. @default 250 */
  concurrentMeetings: number;
}

/** What the documentation leaves open, or where reports differ. The defaults are assumptions: see README.md. */
export interface Behaviour {
  /**
   * A token that was used before, with other parameters: refused, or, as one report has it, answered with the meeting
   * that the token made first. @default 'conflict'
   */
  reusedToken: 'conflict' | 'first-meeting';
  /** What the token of a meeting that has ended stands for. @default 'same-answer' */
  tokenOfEndedMeeting: 'same-answer' | 'new-meeting';
  /** A second attendee with the same ExternalUserId, which the model calls an idempotency token. @default 'same-attendee' */
  sameExternalUserId: 'same-attendee' | 'new-attendee';
  /** The model has NotFoundException; the older API answered as if it had deleted. @default 'not-found' */
  deletingWhatIsGone: 'not-found' | 'success';
  /** MeetingFeatures and Capabilities given for a replica, which follows its primary. @default 'refused' */
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
