import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee, Chime, refusalOf } from '../chime/chime';
import { Generations } from '../rooms/generations';
import { RoomCleaner } from '../rooms/room-cleaner';
import { isHeld, LiveSession, Room, Rooms } from '../rooms/rooms';
import { replicaIndexes, Sessions } from '../rooms/sessions';
import { Attendees } from '../seats/attendees';
import { Place, Places } from '../seats/places';

/** What a sweep found, for metrics. */
export interface Sweep {
  live: number;
  /** Things that were not as they should be, and now are. */
  drift: number;
  /** Replicas that meetings live without. */
  missing: number;
  readonly sessions: { meeting: string; index: number; used: number; free: number }[];
  readonly failures: { meeting: string; error: unknown }[];
}

/**
 * Makes true again what a crash, a lost answer or a lost event left untrue: compares rooms, sessions and seats with
 * what the service says, and finishes what somebody began. Whatever it does could be done at the same time by another.
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

  /** @param thorough also asks the service for all attendees, of which its quota allows some ten pages per second */
  async sweep(thorough: boolean, deadline: Deadline): Promise<Sweep> {
    const sweep: Sweep = { live: 0, drift: 0, missing: 0, sessions: [], failures: [] };
    // In another order each time: those that one sweep does not come to, the next one does.
    for (const { config } of shuffled(await this.rooms.list())) {
      try {
        if (deadline.isOver) throw new Error('There was no time left for this meeting.');
        const room = await this.rooms.find(config.meeting); // the list may be old
        if (room) await this.sweepRoom(room, sweep, thorough, deadline);
      } catch (error) {
        // The next room has nothing to do with it, and the next sweep tries again.
        sweep.failures.push({ meeting: config.meeting, error });
      }
    }
    return sweep;
  }

  private async sweepRoom(seen: Room, sweep: Sweep, thorough: boolean, deadline: Deadline): Promise<void> {
    let room: Room | undefined = seen;
    if (room.state === 'starting' && !isHeld(room)) {
      sweep.drift += Number(await this.generations.abandonStart(room, deadline));
    } else if (room.state === 'ending' && !isHeld(room)) {
      sweep.drift += Number(await this.generations.end(room, room.endingAs ?? 'idle', deadline));
    } else if (room.state === 'live') {
      await this.sweepLive(room, sweep, thorough, deadline);
    }
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
        if (live.index === 0 || refusalOf(error) !== 'NotFound') throw error;
        sweep.drift += Number(await this.generations.forgetReplica(room, live));
      }
    }
    const current = (await this.rooms.find(room.config.meeting)) ?? room;
    if (current.state === 'live') sweep.missing += replicaIndexes(current).length + 1 - current.sessions!.length;
    for (const { index, used, cap } of await this.sessions.read(current)) {
      sweep.sessions.push({ meeting: room.config.meeting, index, used, free: cap - used });
    }
  }

  /** @returns how many things were put right */
  private async sweepSession(
    room: Room,
    { index, meetingId }: LiveSession,
    thorough: boolean,
    deadline: Deadline,
  ): Promise<number> {
    const address = { uid: room.uid, generation: room.generation, index };
    // The attendees first: of who comes later, nothing is judged.
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

  /** Whether a place has an attendee that the service does not know. */
  private async isLost(
    { state, attendee }: Place,
    attendees: readonly Attendee[],
    meetingId: string,
    deadline: Deadline,
  ): Promise<boolean> {
    if (state !== 'taken' || attendees.some(({ AttendeeId }) => AttendeeId === attendee!.AttendeeId)) return false;
    return !(await this.chime.attendeeExists(meetingId, attendee!.AttendeeId!, deadline));
  }

  /** Whether somebody has the attendee, or may be about to. */
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
    .map((item) => ({ item, luck: Math.random() }))
    .sort((a, b) => a.luck - b.luck)
    .map(({ item }) => item);
}

/** Whether a place was left, or its holder died. */
function isStale({ config }: Room, { kind, state, lease, leftAt }: Place): boolean {
  if (state === 'leaving') return true;
  if (state === 'reserved') return !isHeld({ lease });
  const grace = kind === 'stage' ? config.stageGraceSeconds : config.seatGraceSeconds;
  return grace !== undefined && leftAt !== undefined && Date.now() - leftAt >= grace * 1000;
}

/** Attendees that other parts of AWS make, like those of media capture pipelines. */
function isOfAws({ ExternalUserId }: Attendee): boolean {
  return ExternalUserId?.startsWith('aws:') ?? true;
}

/** Whether the room's time has come, and the meeting has not been started for it. */
function isDue({ config, state, startedFor }: Room): boolean {
  const { startsAt } = config;
  if (!startsAt || startedFor === startsAt || (state !== 'idle' && state !== 'ended')) return false;
  return Date.parse(startsAt) <= Date.now();
}
