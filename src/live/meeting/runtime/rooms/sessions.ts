import { Chime, Meeting } from '../chime/chime';
import { unavailable } from '../errors';
import { LiveSession, Room } from './rooms';
import { chunks } from '../../../../private/chunks';
import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { SeatPools } from '../pool/seat-pools';
import { Fill, FreePlaces } from '../seats/free-places';
import { garbageAt, keys } from '../store/keys';
import { Telemetry } from '../telemetry';

/** The item of a session: its capacity, and the meeting as Amazon Chime SDK returned it. Never changes. */
export interface SessionItem extends LiveSession {
  readonly meeting: Meeting;
  /** The number of seats. */
  readonly cap: number;
  /** The number of places on the stage. */
  readonly stageCap: number;
  /** Whether the attendees of seats are created ahead. */
  readonly pooled: boolean;
}

const MOST_KNOWN = 1_000;
const MINTED_AT_ONCE = 10;
/** Amazon Chime SDK has been reported to return a 404 for a meeting that was created shortly before. */
const YOUNG_MS = 2 * 60_000;
const SECOND_CALL_AFTER_MS = 3_000;

type Created = Pick<LiveSession, 'meetingId' | 'createdAt'>;

/** Creates and verifies the sessions of a generation, and stores their items. */
export class Sessions {
  /** The items of running sessions, by key. */
  private readonly known = new Map<string, SessionItem>();

  constructor(
    private readonly table: DynamoDbTable,
    private readonly free: FreePlaces,
    private readonly pools: SeatPools,
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

  /** Whether a session is running. Only a 404 means that it is not, and for a young session only a second one. */
  exists(session: Created, deadline: Deadline): Promise<boolean> {
    return foundAtLast(session, deadline, () => this.chime.meetingExists(session.meetingId, deadline));
  }

  /** Deleting a primary session also deletes its replicas and attendees. */
  async delete(session: Created, deadline: Deadline): Promise<void> {
    await foundAtLast(session, deadline, () => this.chime.deleteMeeting(session.meetingId, deadline));
  }

  /** The running sessions that have items, in order. */
  async read({ uid, generation, sessions = [] }: Room): Promise<SessionItem[]> {
    const keyOf = ({ index }: LiveSession) => keys.session({ uid, generation, index });
    const isKnown = (live: LiveSession) => this.known.get(keyOf(live))?.meetingId === live.meetingId;
    const unknown = sessions.filter((live) => !isKnown(live)).map(keyOf);
    if (this.known.size + unknown.length > MOST_KNOWN) this.known.clear();
    for (const [key, item] of await this.table.getAll<SessionItem>(unknown)) this.known.set(key, item);
    const items = sessions.filter(isKnown).map((live) => this.known.get(keyOf(live))!);
    return items.sort((a, b) => a.index - b.index);
  }

  /** The running sessions with the numbers of seats and places that are taken. Eventually consistent. */
  async readFill(room: Room): Promise<(SessionItem & Fill)[]> {
    return this.free.fill(room, await this.read(room));
  }

  /** Creates the free places of the sessions, and then their items. */
  async write(room: Room, sessions: readonly SessionItem[]): Promise<void> {
    const { uid, generation } = room;
    const keyOf = ({ index }: SessionItem) => keys.session({ uid, generation, index });
    const written = await this.table.getAll<SessionItem>(sessions.map(keyOf));
    // The places of a session that another call has written may be in use.
    const left = sessions.filter((session) => written.get(keyOf(session))?.meetingId !== session.meetingId);
    for (const chunk of chunks(left, MINTED_AT_ONCE)) {
      await Promise.all(chunk.map((session) => this.writeOne(room, session)));
    }
  }

  /** Asks for the seats of pools to be created. */
  async fillPools(room: Room): Promise<void> {
    if (room.running!.seatPool) await this.pools.wake(room);
  }

  /** Deletes the items. The free places are garbage, which nothing lists once the room does not have the session. */
  async clear(room: Room, sessions: readonly LiveSession[]): Promise<void> {
    const { uid, generation } = room;
    await Promise.all(
      sessions.flatMap(({ index, meetingId }) => [
        this.table.delete(keys.session({ uid, generation, index })),
        this.table.delete(keys.meeting(meetingId)),
      ]),
    );
  }

  private async writeOne({ uid, generation, config }: Room, session: SessionItem): Promise<void> {
    const { index, meetingId, cap, stageCap } = session;
    const address = { uid, generation, index };
    const ord = String(index).padStart(4, '0');
    const common = { room: config.meeting, ...address, grp: keys.sessions(address), expiresAt: garbageAt() };
    await this.table.put({ ...common, pk: keys.meeting(meetingId), ord: `${ord}#index` });
    if (session.pooled) await this.pools.open(address);
    else await this.free.mint({ ...address, kind: 'seat' }, cap);
    await this.free.mint({ ...address, kind: 'stage' }, stageCap);
    await this.table.put({ ...session, ...common, pk: keys.session(address), ord });
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

export function liveSession({ index, mediaRegion, meetingId, createdAt }: SessionItem): LiveSession {
  return { index, mediaRegion, meetingId, createdAt };
}

/** Repeats a call that did not find a young session. A session of unknown age may be young. */
async function foundAtLast(
  { createdAt = Infinity }: Created,
  deadline: Deadline,
  call: () => Promise<boolean>,
): Promise<boolean> {
  if (await call()) return true;
  if (Date.now() - createdAt > YOUNG_MS) return false;
  await deadline.pause(SECOND_CALL_AFTER_MS);
  return call();
}

function itemOf({ running }: Room, index: number, meeting: Meeting): SessionItem {
  const { attendeesPerSession, stageSlots, replicas, mediaRegion, seatPool } = running!;
  const stageCap = index === 0 && replicas.length > 0 ? stageSlots : 0;
  return {
    index,
    mediaRegion: index === 0 ? mediaRegion : replicas[index - 1],
    meetingId: meeting.MeetingId!,
    createdAt: Date.now(),
    meeting,
    cap: attendeesPerSession - stageCap,
    stageCap,
    // Everyone sees the external user ids of the presenters, which the ids of seats would replace.
    pooled: index > 0 && seatPool,
  };
}
