import { IResource } from 'aws-cdk-lib';

/** A meeting of a `ReplicatedMeetingService` that users can join by its name. */
export interface IReplicatedMeeting extends IResource {
  /**
   * The name by which users join the meeting.
   *
   * @attribute
   */
  readonly meetingName: string;

  /**
   * The number of attendees that all sessions of the meeting can have together. It includes the `stageSlots`, which are
   * used by participants who also have a seat in a replica.
   */
  readonly capacity: number;

  /** The number of sessions of the running meeting: the primary session and its replicas. */
  readonly sessionCount: number;
}
