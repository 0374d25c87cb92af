import { Balance } from './balance';
import { Endings } from './endings';
import { PoolSweep } from './pool-sweep';
import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee, Chime, isNotFound } from '../chime/chime';
import { Publisher } from '../events/publisher';
import { Generations } from '../rooms/generations';
import { RollOver } from '../rooms/roll-over';
import { RoomCleaner } from '../rooms/room-cleaner';
import { isHeld, LiveSession, Room, Rooms } from '../rooms/rooms';
import { replicaIndexes, Sessions } from '../rooms/sessions';
import { Attendees } from '../seats/attendees';
import { FreePlaces } from '../seats/free-places';
import { Places } from '../seats/places';
import { Place, placeOf, unusedUntil } from '../seats/users';
import { SessionAddress } from '../store/keys';
import { Sweep } from '../telemetry';

/**
 * Repairs what crashes, lost responses and lost events leave behind: compares rooms, sessions and seats with Amazon
 * Chime SDK, and completes interrupted calls. Everything it does is safe to run concurrently with other calls.
 */
export class Sweeper {
  constructor(
    private readonly rooms: Rooms,
    private readonly chime: Chime,
    private readonly generations: Generations,
    private readonly sessions: Sessions,
    private readonly free: FreePlaces,
    private readonly places: Places,
    private readonly poolSweep: PoolSweep,
    private readonly attendees: Attendees,
    private readonly balance: Balance,
    private readonly cleaner: RoomCleaner,
    private readonly publisher: Publisher,
    private readonly endings: Endings,
    private readonly rollOver: RollOver,
    /** Whether the events about connections arrive. */
    private readonly hasEvents: boolean,
  ) {}

  /** @param thorough whether to also list all attendees, which the API's quota limits to about ten pages per second */
  async sweep(thorough: boolean, deadline: Deadline): Promise<Sweep> {
    const sweep: Sweep = { live: 0, drift: 0, missing: 0, endingSoon: 0, sessions: [], failures: [] };
    // In random order, so that the next sweep reaches the rooms for which this one has no time.
    for (const meeting of shuffled(await this.rooms.names())) {
      try {
        if (deadline.isOver) throw new Error('The sweep ran out of time before this meeting.');
        const room = await this.rooms.find(meeting); // the list is eventually consistent
        if (room) await this.sweepRoom(room, sweep, thorough, deadline);
      } catch (error) {
        // Continue with the other rooms. The next sweep retries this one.
        sweep.failures.push({ meeting, error });
      }
    }
    return sweep;
  }

  private async sweepRoom(seen: Room, sweep: Sweep, thorough: boolean, deadline: Deadline): Promise<void> {
    let room: Room | undefined = seen;
    if (room.state === 'live') await this.sweepLive(room, sweep, thorough, deadline);
    else if (!isHeld(room)) sweep.drift += Number(await this.generations.complete(room, deadline));
    room = await this.rooms.find(seen.config.meeting);
    if (room && !isHeld(room)) await this.rollOver.abandon(room, deadline);
    if (room?.state === 'live') await this.rollOver.forgetPrevious(room, deadline);
    room = await this.rooms.find(seen.config.meeting);
    if (room) await this.cleaner.clearGarbage(room);
    if (room && isDue(room)) await this.generations.ensureLive(room.config.meeting, 'host', deadline);
    // Last, because it fails while EventBridge is unavailable.
    await this.publisher.publishOverdue(seen.uid);
  }

  private async sweepLive(room: Room, sweep: Sweep, thorough: boolean, deadline: Deadline): Promise<void> {
    if (!(await this.generations.confirm(room, deadline))) {
      sweep.drift += Number(await this.generations.end(room, 'idle', deadline));
      return;
    }
    sweep.live++;
    sweep.drift += await this.generations.repair(room, deadline);
    // A promotion belongs to a user in a replica, and its attendee to the primary.
    const listed = new Map<number, readonly Attendee[]>();
    const primary: Place[] = [];
    for (const live of room.sessions!) {
      try {
        const session = { uid: room.uid, generation: room.generation, index: live.index };
        const isPooled = await this.poolSweep.isPooled(room, live.index);
        const free = thorough && isPooled ? await this.poolSweep.freeSeats(session) : [];
        // Attendees are listed before places, so that later joins are not mistaken for differences.
        if (thorough) listed.set(live.index, await this.chime.listAttendees(live.meetingId, deadline));
        const places = await this.placesIn(session);
        primary.push(...places.filter(({ index }) => index === 0));
        sweep.drift += await this.sweepSession(room, live, isPooled, places, listed, deadline);
        const attendees = listed.get(live.index) ?? [];
        sweep.drift += await this.poolSweep.replaceLost(session, live.meetingId, free, attendees, deadline);
      } catch (error) {
        if (live.index === 0 || !isNotFound(error) || (await this.sessions.exists(live, deadline))) throw error;
        sweep.drift += Number(await this.generations.forgetReplica(room, live));
      }
    }
    const current = (await this.rooms.find(room.config.meeting)) ?? room;
    if (current.state !== 'live' || current.generation !== room.generation) return;
    for (const index of current.lost ?? []) sweep.drift += await this.clearLost(current, index, deadline);
    sweep.endingSoon += await this.endings.warn(current, primary);
    await this.poolSweep.wake(current);
    if (thorough) sweep.drift += await this.balance.restore(current, await this.sessions.read(current));
    sweep.missing += replicaIndexes(current).length + 1 - current.sessions!.length;
    for (const { index, used, cap } of await this.sessions.readFill(current)) {
      sweep.sessions.push({ meeting: room.config.meeting, index, used, free: cap - used });
    }
  }

  /** The seats of a session, and its users' places on the stage. */
  private async placesIn(session: SessionAddress): Promise<Place[]> {
    const users = await this.places.list(session);
    return users.flatMap((user) => [placeOf('stage', user) ?? [], placeOf('seat', user) ?? []].flat());
  }

  /** @returns the number of differences that were repaired */
  private async sweepSession(
    room: Room,
    { index, meetingId }: LiveSession,
    isPooled: boolean,
    places: readonly Place[],
    listed: ReadonlyMap<number, readonly Attendee[]>,
    deadline: Deadline,
  ): Promise<number> {
    const { uid, generation } = room;
    const session = { uid, generation, index };
    let drift = 0;
    for (const place of places) {
      const stale = this.isStale(room, place) || (await this.isLost(room, place, listed.get(place.index), deadline));
      if (stale) drift += Number(await this.attendees.withdraw(place, room, deadline));
    }
    const seated = new Set(places.map(({ attendeeId }) => attendeeId));
    const others = (listed.get(index) ?? []).filter((each) => !isOfAws(each) && !seated.has(each.AttendeeId));
    const unknown = isPooled ? await this.poolSweep.strays(session, others) : others;
    for (const attendee of unknown) {
      if (!isPooled && (await this.hasPlace(room, index, attendee))) continue;
      await this.chime.deleteAttendee(meetingId, attendee.AttendeeId!, deadline);
      drift++;
    }
    return drift;
  }

  /** Removes the users of a lost replica, whose promotions would otherwise keep their places on the stage. */
  private async clearLost(room: Room, index: number, deadline: Deadline): Promise<number> {
    const address = { uid: room.uid, generation: room.generation, index };
    await this.poolSweep.clear(address);
    await this.free.clear({ ...address, kind: 'seat' });
    let removed = 0;
    for (const user of await this.places.list(address)) {
      removed += Number(await this.attendees.withdraw(placeOf('seat', user)!, room, deadline));
    }
    return removed;
  }

  /** Whether a place was left or never used, or its reservation expired. */
  private isStale({ config }: Room, { kind, state, lease, leftAt, seen }: Place): boolean {
    if (state === 'leaving') return true;
    if (state === 'reserved') return !isHeld({ lease });
    const until = kind === 'stage' && this.hasEvents ? unusedUntil(seen) : undefined;
    if (until !== undefined && Date.now() >= until) return true;
    const grace = kind === 'stage' ? config.stageGraceSeconds : config.seatGraceSeconds;
    return grace !== undefined && leftAt !== undefined && Date.now() - leftAt >= grace * 1000;
  }

  /** Whether the attendee of a place does not exist in Amazon Chime SDK. */
  private async isLost(
    room: Room,
    { state, index, attendeeId }: Place,
    attendees: readonly Attendee[] | undefined,
    deadline: Deadline,
  ): Promise<boolean> {
    if (!attendees || state !== 'taken' || attendees.some(({ AttendeeId }) => AttendeeId === attendeeId)) return false;
    const { meetingId } = room.sessions!.find((session) => session.index === index)!;
    return !(await this.chime.attendeeExists(meetingId, attendeeId!, deadline));
  }

  /** Whether a place has the attendee, or is about to get it. */
  private async hasPlace(room: Room, index: number, { AttendeeId, ExternalUserId }: Attendee): Promise<boolean> {
    for (const kind of ['seat', 'stage'] as const) {
      const place = await this.places.find(kind, room, ExternalUserId!);
      if (place?.index !== index) continue;
      if (place.state === 'reserved' ? isHeld(place) : place.attendeeId === AttendeeId) return true;
    }
    return false;
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, random: Math.random() }))
    .sort((a, b) => a.random - b.random)
    .map(({ item }) => item);
}

/** Attendees that AWS services create, such as those of media capture pipelines. */
function isOfAws({ ExternalUserId }: Attendee): boolean {
  return ExternalUserId?.startsWith('aws:') ?? true;
}

/** Whether the room's `startsAt` has passed and has not been handled yet. */
function isDue({ config, state, startedFor }: Room): boolean {
  const { startsAt } = config;
  if (!startsAt || startedFor === startsAt || (state !== 'idle' && state !== 'ended')) return false;
  return Date.parse(startsAt) <= Date.now();
}
