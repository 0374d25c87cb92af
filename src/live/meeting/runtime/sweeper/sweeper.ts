import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee, Chime, isNotFound } from '../chime/chime';
import { Generations } from '../rooms/generations';
import { RoomCleaner } from '../rooms/room-cleaner';
import { isHeld, LiveSession, Room, Rooms } from '../rooms/rooms';
import { replicaIndexes, Sessions } from '../rooms/sessions';
import { Attendees } from '../seats/attendees';
import { Place, Places } from '../seats/places';
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
    private readonly places: Places,
    private readonly attendees: Attendees,
    private readonly cleaner: RoomCleaner,
  ) {}

  /** @param thorough whether to also list all attendees, which the API's quota limits to about ten pages per second */
  async sweep(thorough: boolean, deadline: Deadline): Promise<Sweep> {
    const sweep: Sweep = { live: 0, drift: 0, missing: 0, sessions: [], failures: [] };
    // In random order, so that the next sweep reaches the rooms for which this one has no time.
    for (const { config } of shuffled(await this.rooms.list())) {
      try {
        if (deadline.isOver) throw new Error('The sweep ran out of time before this meeting.');
        const room = await this.rooms.find(config.meeting); // the list is eventually consistent
        if (room) await this.sweepRoom(room, sweep, thorough, deadline);
      } catch (error) {
        // Continue with the other rooms. The next sweep retries this one.
        sweep.failures.push({ meeting: config.meeting, error });
      }
    }
    return sweep;
  }

  private async sweepRoom(seen: Room, sweep: Sweep, thorough: boolean, deadline: Deadline): Promise<void> {
    let room: Room | undefined = seen;
    if (room.state === 'live') await this.sweepLive(room, sweep, thorough, deadline);
    else if (!isHeld(room)) sweep.drift += Number(await this.generations.complete(room, deadline));
    room = await this.rooms.find(seen.config.meeting);
    if (room) await this.cleaner.clearGarbage(room);
    if (room && isDue(room)) await this.generations.ensureLive(room.config.meeting, 'host', deadline);
  }

  private async sweepLive(room: Room, sweep: Sweep, thorough: boolean, deadline: Deadline): Promise<void> {
    if (!(await this.generations.confirm(room, deadline))) {
      sweep.drift += Number(await this.generations.end(room, 'idle', deadline));
      return;
    }
    sweep.live++;
    sweep.drift += await this.generations.repair(room, deadline);
    for (const live of room.sessions!) {
      try {
        sweep.drift += await this.sweepSession(room, live, thorough, deadline);
      } catch (error) {
        if (live.index === 0 || !isNotFound(error)) throw error;
        sweep.drift += Number(await this.generations.forgetReplica(room, live));
      }
    }
    const current = (await this.rooms.find(room.config.meeting)) ?? room;
    if (current.state === 'live') sweep.missing += replicaIndexes(current).length + 1 - current.sessions!.length;
    for (const { index, used, cap } of await this.sessions.read(current)) {
      sweep.sessions.push({ meeting: room.config.meeting, index, used, free: cap - used });
    }
  }

  /** @returns the number of differences that were repaired */
  private async sweepSession(
    room: Room,
    { index, meetingId }: LiveSession,
    thorough: boolean,
    deadline: Deadline,
  ): Promise<number> {
    const address = { uid: room.uid, generation: room.generation, index };
    // Attendees are listed before places, so that later joins are not mistaken for differences.
    const attendees = thorough ? await this.chime.listAttendees(meetingId, deadline) : undefined;
    const places = await this.places.list('seat', address);
    if (index === 0) places.push(...(await this.places.list('stage', address)));

    let drift = 0;
    for (const place of places) {
      const stale = isStale(room, place) || (attendees && (await this.isLost(place, attendees, meetingId, deadline)));
      if (stale) drift += Number(await this.attendees.withdraw(place, meetingId, deadline));
    }
    const seated = new Set(places.map(({ attendee }) => attendee?.AttendeeId));
    for (const attendee of attendees ?? []) {
      if (isOfAws(attendee) || seated.has(attendee.AttendeeId) || (await this.hasPlace(room, index, attendee))) {
        continue;
      }
      await this.chime.deleteAttendee(meetingId, attendee.AttendeeId!, deadline);
      drift++;
    }
    return drift;
  }

  /** Whether the attendee of a place does not exist in Amazon Chime SDK. */
  private async isLost(
    { state, attendee }: Place,
    attendees: readonly Attendee[],
    meetingId: string,
    deadline: Deadline,
  ): Promise<boolean> {
    if (state !== 'taken' || attendees.some(({ AttendeeId }) => AttendeeId === attendee!.AttendeeId)) return false;
    return !(await this.chime.attendeeExists(meetingId, attendee!.AttendeeId!, deadline));
  }

  /** Whether a place has the attendee, or is about to get it. */
  private async hasPlace(room: Room, index: number, { AttendeeId, ExternalUserId }: Attendee): Promise<boolean> {
    const kinds = index === 0 ? (['seat', 'stage'] as const) : (['seat'] as const);
    for (const kind of kinds) {
      const place = await this.places.find(kind, room, ExternalUserId!);
      if (place?.index !== index) continue;
      if (place.state === 'reserved' ? isHeld(place) : place.attendee!.AttendeeId === AttendeeId) return true;
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

/** Whether a place was left, or its reservation expired. */
function isStale({ config }: Room, { kind, state, lease, leftAt }: Place): boolean {
  if (state === 'leaving') return true;
  if (state === 'reserved') return !isHeld({ lease });
  const grace = kind === 'stage' ? config.stageGraceSeconds : config.seatGraceSeconds;
  return grace !== undefined && leftAt !== undefined && Date.now() - leftAt >= grace * 1000;
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
