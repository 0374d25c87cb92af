import { isDeepStrictEqual } from 'node:util';
import { Attendees, Issued } from './attendees';
import { Departures } from './departures';
import { Places } from './places';
import { Queue } from './queue';
import { Seating } from './seating';
import { JoinRequest, Place, placeOf, UserItem } from './users';
import { Deadline } from '../../../../private/runtime/deadline';
import { Caller } from '../../contract';
import { Attendee, Meeting } from '../chime/chime';
import { MeetingError, notAllowed, queued, throttled } from '../errors';
import { SeatPools } from '../pool/seat-pools';
import { Generations } from '../rooms/generations';
import { endOf, Room, Rooms } from '../rooms/rooms';
import { replicaIndexes, SessionItem, Sessions } from '../rooms/sessions';

export type { JoinRequest };

/** `Meeting` and `Attendee` are what the Chime API returned, so that its client libraries accept them. */
export interface Joined {
  /** The user. The attendee of a pooled seat has the id of the seat instead. */
  readonly externalUserId: string;
  readonly Meeting: Meeting;
  readonly Attendee: Attendee;
  readonly session: { readonly kind: 'primary' | 'replica'; readonly mediaRegion: string; readonly index: number };
  readonly generation: number;
  /** When the generation ends at the latest, in RFC 3339 format. Users move to the next one shortly before. */
  readonly endsAt: string;
}

/** `again`: the state changed in the meantime, so the join must be retried. */
type Attempt = Joined | 'again' | 'full';

const POLL_MS = 150;
/** How long users wait for a replica that was added. */
const GROWTH_MS = 60_000;

/** Gives a user a seat. A user who already has one gets the same seat again. */
export class Joining {
  constructor(
    private readonly rooms: Rooms,
    private readonly sessions: Sessions,
    private readonly generations: Generations,
    private readonly seating: Seating,
    private readonly places: Places,
    private readonly attendees: Attendees,
    private readonly pools: SeatPools,
    private readonly departures: Departures,
    private readonly queue: Queue,
  ) {}

  async join(meeting: string, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Joined> {
    for (;;) {
      const presenter = request.role === 'presenter' ? request.externalUserId : undefined;
      const room = await this.generations.ensureLive(meeting, caller, deadline, presenter);
      const wasFull = this.isKnownToBeFull(room);
      const attempt = await this.attempt(room, request, caller, deadline);
      if (attempt === 'full') {
        const refusal = await this.refusal(room, request, wasFull);
        if (refusal) throw refusal;
      } else if (attempt !== 'again') {
        return attempt;
      }
      if (deadline.left < POLL_MS) throw throttled('Too many users are joining.', 1);
    }
  }

  isKnownToBeFull(room: Room): boolean {
    return this.pools.isKnownToBeFull(room);
  }

  /**
   * Why a user gets no seat now: all are taken, or some are still being created.
   *
   * @param wasFull whether the pools were known to be full before free seats were listed
   * @returns undefined if the last seats may have been created in the meantime
   */
  async refusal(
    room: Room,
    { role, externalUserId }: JoinRequest,
    wasFull: boolean,
  ): Promise<MeetingError | undefined> {
    const sessions = candidates(room, await this.sessions.read(room), role);
    if (role === 'participant' && canGrow(room)) {
      await this.pools.wakeSoon(room);
    } else if (!isGrowing(room) && !(await this.isFreeing(room, sessions))) {
      return wasFull ? full(room, role) : undefined;
    }
    return queued(room, await this.queue.positionOf(room, externalUserId));
  }

  /** Whether seats are being created, or freed by users who have left. */
  private async isFreeing(room: Room, sessions: readonly SessionItem[]): Promise<boolean> {
    return (await this.departures.isAny(room)) || this.pools.isFilling(room, sessions);
  }

  /** Whether a room that seems to be full is being ended, or has other sessions than it had. */
  private async hasChanged({ config, generation, sessions }: Room): Promise<boolean> {
    const now = await this.rooms.find(config.meeting);
    return now?.generation !== generation || !isDeepStrictEqual(now.sessions, sessions);
  }

  private async attempt(room: Room, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Attempt> {
    let open = candidates(room, await this.sessions.read(room), request.role);
    const refusal = await this.refusalOf(room, request, caller);
    let isFull = false;
    while (!refusal) {
      const seated = await this.seating.seat(room, open, request);
      isFull = seated === 'full';
      if (typeof seated === 'string') break;
      const { session, place } = seated;
      const issued = await this.attendees.issue(place, session.meetingId, room.running!, deadline);
      const attempt = await this.outcome(room, session, request.externalUserId, issued, deadline);
      if (attempt !== 'full') {
        if (session.pooled && canGrow(room) && (await this.seating.isLow(room, session))) {
          await this.pools.wakeSoon(room);
        }
        return attempt;
      }
      open = open.filter(({ index }) => index !== session.index);
    }
    const attempt = await this.withoutFreeSeat(room, request, deadline, refusal);
    return attempt === 'full' && !isFull ? 'again' : attempt;
  }

  /** What a user gets who cannot take a free seat: the seat that the user has, or a refusal. */
  async withoutFreeSeat(
    room: Room,
    { externalUserId, role }: JoinRequest,
    deadline: Deadline,
    refusal?: MeetingError,
  ): Promise<Attempt> {
    const item = await this.places.item(room, externalUserId);
    if (item?.banned) throw bannedFrom(room);
    if (item?.generation === room.generation && item.seat) return this.resume(room, item, role, deadline);
    if (refusal) throw refusal;
    return (await this.hasChanged(room)) ? 'again' : 'full';
  }

  /** Returns to the seat that the user already has. */
  private async resume(room: Room, item: UserItem, role: JoinRequest['role'], deadline: Deadline): Promise<Attempt> {
    if (role === 'presenter' && item.role === 'participant') {
      throw notAllowed('The user has a seat as a participant. Promote the user, or call LeaveMeeting first.');
    }
    const seat: Place = placeOf('seat', item)!;
    const session = (await this.sessions.read(room)).find(({ index }) => index === seat.index);
    if (!session) {
      const live = room.sessions!.find(({ index }) => index === seat.index);
      // The replica was lost, or another call is removing it.
      if (live) await this.generations.recover(room, live, deadline);
      else await this.attendees.withdraw(seat, room, deadline);
      return 'again';
    }
    const issued = await this.attendees.resume(seat, room, session.meetingId, deadline);
    const attempt = issued ? await this.outcome(room, session, item.user, issued, deadline) : 'again';
    return attempt === 'full' ? 'again' : attempt;
  }

  /** Why the user cannot get a new seat in this role. */
  private async refusalOf(
    room: Room,
    { externalUserId, role }: JoinRequest,
    caller: Caller,
  ): Promise<MeetingError | undefined> {
    const { meeting, presenters } = room.config;
    if (role !== 'presenter' || caller === 'host' || presenters.includes(externalUserId)) return undefined;
    // A presenter whom a host joined moves to the next generation.
    const before = room.previous && (await this.places.item(room, externalUserId));
    if (before?.role === 'presenter' && before.generation === room.previous?.generation) return undefined;
    return notAllowed(`The user is not a presenter of meeting "${meeting}": neither listed nor joined by a host.`);
  }

  private async outcome(
    room: Room,
    session: SessionItem,
    user: string,
    issued: Issued,
    deadline: Deadline,
  ): Promise<Attempt> {
    if ('attendee' in issued) return joined(room, session, user, issued.attendee);
    if (issued.failure === 'other') throw issued.error;
    if (issued.failure === 'full') return 'full';
    await this.generations.recover(room, session, deadline);
    return 'again';
  }
}

/** Whether replicas can be added to the running generation. */
function canGrow({ running }: Room): boolean {
  return running!.spareReplicas.length > 0;
}

/** Whether replicas that were just added may not have been created yet. */
function isGrowing(room: Room): boolean {
  const { grownAt = 0, sessions } = room;
  return Date.now() - grownAt < GROWTH_MS && replicaIndexes(room).length >= sessions!.length;
}

/** Presenters sit in the primary. Participants sit in the replicas, or in the primary if there are none. */
export function candidates(
  { running }: Room,
  sessions: readonly SessionItem[],
  role: JoinRequest['role'],
): SessionItem[] {
  const inPrimary = role === 'presenter' || running!.replicas.length === 0;
  return sessions.filter(({ index }) => (index === 0) === inPrimary);
}

export function joined(room: Room, session: SessionItem, externalUserId: string, attendee: Attendee): Joined {
  const { index, mediaRegion, meeting } = session;
  return {
    externalUserId,
    Meeting: meeting,
    Attendee: attendee,
    session: { kind: index === 0 ? 'primary' : 'replica', mediaRegion, index },
    generation: room.generation,
    endsAt: new Date(endOf(room)).toISOString(),
  };
}

export function bannedFrom({ config }: Room): MeetingError {
  return notAllowed(`The user is banned from meeting "${config.meeting}".`);
}

function full({ config: { meeting } }: Room, role: JoinRequest['role']): MeetingError {
  const what =
    role === 'presenter'
      ? `The primary session of meeting "${meeting}" is full.`
      : `All seats for participants of meeting "${meeting}" are taken.`;
  return new MeetingError('MeetingFull', what);
}
