import { IConstruct } from 'constructs';

/** A meeting of a `ReplicatedMeetingService` that users can join by its name. */
export interface IReplicatedMeeting extends IConstruct {
  /**
   * The name by which users join the meeting.
   *
   * @attribute
   */
  readonly meetingName: string;

  /**
   * The number of users who can be in the meeting at the same time: the seats of all sessions. The `stageSlots` are not
   * included, because promoted participants keep their seats in the replicas.
   */
  readonly capacity: number;

  /**
   * The number of participants who can be in the meeting at the same time: the seats of all replicas. Without replicas,
   * it is the `capacity`, and presenters use these seats too.
   */
  readonly audienceCapacity: number;

  /** The number of sessions of the running meeting: the primary session and its replicas. */
  readonly sessionCount: number;
}
