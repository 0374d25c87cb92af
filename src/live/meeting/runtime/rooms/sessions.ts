import { Chime, Meeting } from '../chime/chime';
import { unavailable } from '../errors';
import { LiveSession, Room } from './rooms';
import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { garbageAt, keys } from '../store/keys';
import { Telemetry } from '../telemetry';

/** The item of a session: its seat counters, and the meeting as Amazon Chime SDK returned it. */
export interface SessionItem extends LiveSession {
  readonly meeting: Meeting;
  readonly used: number;
  readonly cap: number;
  readonly stageUsed: number;
  readonly stageCap: number;
}

/** Creates and verifies the sessions of a generation, and stores their items. */
export class Sessions {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly chime: Chime,
    private readonly telemetry: Telemetry,
  ) {}

  async createPrimary(room: Room, deadline: Deadline): Promise<SessionItem> {
    const { uid, generation, running } = room;
    const meeting = await this.chime.createMeeting({ uid, generation, index: 0 }, running!, undefined, deadline);
    if (meeting.PrimaryMeetingId) {
      throw unavailable('Amazon Chime SDK returned a replica instead of a primary meeting.');
    }
    return itemOf(room, 0, meeting);
  }

  createReplicas(
    room: Room,
    primaryMeetingId: string,
    indexes: readonly number[],
    deadline: Deadline,
  ): Promise<(SessionItem | Error)[]> {
    return Promise.all(
      indexes.map((index) =>
        this.createReplica(room, primaryMeetingId, index, deadline).catch((error: Error) => error),
      ),
    );
  }

  /** The running sessions that have items, in order. */
  async read({ uid, generation, sessions }: Room): Promise<SessionItem[]> {
    const found = await this.table.getAll<SessionItem>(
      (sessions ?? []).map(({ index }) => keys.session({ uid, generation, index })),
    );
    return [...found.values()].sort((a, b) => a.index - b.index);
  }

  async write(room: Room, sessions: readonly SessionItem[]): Promise<void> {
    const { uid, generation, config } = room;
    await Promise.all(
      sessions.flatMap((session) => {
        const { index, meetingId } = session;
        const address = { uid, generation, index };
        const pk = keys.session(address);
        const ord = String(index).padStart(4, '0');
        const place = { room: config.meeting, ...address, grp: keys.sessions(address), expiresAt: garbageAt() };
        return [
          // A call that takes over keeps the counters, unless they belong to an earlier meeting.
          this.table.update(pk, {
            set: { ...session, ...place, ord },
            if: 'attribute_not_exists(pk) OR #meetingId <> :meetingId',
          }) as Promise<unknown>,
          this.table.put({ ...place, pk: keys.meeting(meetingId), ord: `${ord}#index` }),
        ];
      }),
    );
  }

  /** Deletes the items. Afterwards, no seat can be taken in these sessions. */
  async clear(room: Room, sessions: readonly LiveSession[]): Promise<void> {
    const { uid, generation } = room;
    await Promise.all(
      sessions.flatMap(({ index, meetingId }) => [
        this.table.delete(keys.session({ uid, generation, index })),
        this.table.delete(keys.meeting(meetingId)),
      ]),
    );
  }

  /** Deletes the seats of a session that does not exist any more. */
  async clearSeats({ uid, generation }: Room, { index }: LiveSession): Promise<void> {
    await this.table.deleteAll(keys.seats({ uid, generation, index }));
  }

  /** A reused token silently returns an ordinary meeting, so the response is always verified. */
  private async createReplica(
    room: Room,
    primaryMeetingId: string,
    index: number,
    deadline: Deadline,
  ): Promise<SessionItem> {
    const { uid, generation, running } = room;
    const meeting = await this.chime.createMeeting({ uid, generation, index }, running!, primaryMeetingId, deadline);
    if (meeting.MeetingId !== primaryMeetingId && meeting.PrimaryMeetingId === primaryMeetingId) {
      return itemOf(room, index, meeting);
    }
    const { mediaRegion } = itemOf(room, index, meeting);
    this.telemetry.notAReplica(running!.meeting, mediaRegion);
    if (meeting.MeetingId !== primaryMeetingId) await this.chime.deleteMeeting(meeting.MeetingId!, deadline);
    throw unavailable(`Amazon Chime SDK returned a meeting in ${mediaRegion} that is not a replica.`);
  }
}

/** The replicas that a generation should have. */
export function replicaIndexes({ running, lost = [] }: Room): number[] {
  return running!.replicas.map((_, position) => position + 1).filter((index) => !lost.includes(index));
}

export function liveSession({ index, mediaRegion, meetingId }: SessionItem): LiveSession {
  return { index, mediaRegion, meetingId };
}

function itemOf({ running }: Room, index: number, meeting: Meeting): SessionItem {
  const { attendeesPerSession, stageSlots, replicas, mediaRegion } = running!;
  const stageCap = index === 0 && replicas.length > 0 ? stageSlots : 0;
  return {
    index,
    mediaRegion: index === 0 ? mediaRegion : replicas[index - 1],
    meetingId: meeting.MeetingId!,
    meeting,
    used: 0,
    cap: attendeesPerSession - stageCap,
    stageUsed: 0,
    stageCap,
  };
}
