import { Chime, Meeting } from '../chime/chime';
import { unavailable } from '../errors';
import { LiveSession, Room } from './rooms';
import { Deadline } from '../../../../private/runtime/deadline';
import { garbageAt, keys } from '../store/keys';
import { Table } from '../store/table';

/** What happened that somebody should know of. */
export interface SessionEvents {
  /** A session was made as a replica and is none: it was deleted. */
  notAReplica(meeting: string, mediaRegion: string): void;
}

/** The session's item: counters of its seats, and the meeting as the service gave it. */
export interface SessionItem extends LiveSession {
  readonly meeting: Meeting;
  readonly used: number;
  readonly cap: number;
  readonly stageUsed: number;
  readonly stageCap: number;
}

/** The sessions of a generation: created by the service and checked, and their rows. */
export class Sessions {
  constructor(
    private readonly table: Table,
    private readonly chime: Chime,
    private readonly events: SessionEvents,
  ) {}

  async createPrimary(room: Room, deadline: Deadline): Promise<SessionItem> {
    const { uid, generation, running } = room;
    const meeting = await this.chime.createMeeting({ uid, generation, index: 0 }, running!, undefined, deadline);
    if (meeting.PrimaryMeetingId) {
      throw unavailable('The service answered with a replica where a primary was asked for.');
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

  /** Of the sessions that live, those that have rows, in order. */
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
          // Who takes over must not reset the counters, unless of a meeting that is gone.
          this.table.update(pk, {
            set: { ...session, ...place, ord },
            if: 'attribute_not_exists(pk) OR #meetingId <> :meetingId',
          }) as Promise<unknown>,
          this.table.put({ ...place, pk: keys.meeting(meetingId), ord: `${ord}#index` }),
        ];
      }),
    );
  }

  /** After this, nobody can take a seat in them. */
  async clear(room: Room, sessions: readonly LiveSession[]): Promise<void> {
    const { uid, generation } = room;
    await Promise.all(
      sessions.flatMap(({ index, meetingId }) => [
        this.table.delete(keys.session({ uid, generation, index })),
        this.table.delete(keys.meeting(meetingId)),
      ]),
    );
  }

  /** A token that was used before, or a legacy client, silently gives an ordinary meeting: never trust, always look. */
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
    this.events.notAReplica(running!.meeting, mediaRegion);
    if (meeting.MeetingId !== primaryMeetingId) await this.chime.deleteMeeting(meeting.MeetingId!, deadline);
    throw unavailable(`The service answered with a meeting that is no replica, in ${mediaRegion}.`);
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
