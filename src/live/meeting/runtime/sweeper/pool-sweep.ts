import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee, Chime } from '../chime/chime';
import { SeatPools } from '../pool/seat-pools';
import { isDue } from '../rooms/roll-over';
import { Room } from '../rooms/rooms';
import { Sessions } from '../rooms/sessions';
import { Departures } from '../seats/departures';
import { FreePlace, FreePlaces } from '../seats/free-places';
import { Places } from '../seats/places';
import { SessionAddress } from '../store/keys';

/** Longer than the index lags behind the table. */
const PAUSE_MS = 1_000;

/** Compares the seats of pools with the attendees in Amazon Chime SDK. */
export class PoolSweep {
  constructor(
    private readonly chime: Chime,
    private readonly sessions: Sessions,
    private readonly free: FreePlaces,
    private readonly places: Places,
    private readonly pools: SeatPools,
    private readonly departures: Departures,
  ) {}

  /** Asks for the work of the room, if there may be any. */
  async wake(room: Room): Promise<void> {
    const canGrow = room.running!.spareReplicas.length > 0;
    if (
      canGrow ||
      isDue(room) ||
      (await this.departures.isAny(room)) ||
      (await this.pools.next(room, await this.sessions.read(room))).length > 0
    ) {
      await this.pools.wake(room);
    }
  }

  async isPooled(room: Room, index: number): Promise<boolean> {
    return (await this.sessions.read(room)).some((session) => session.index === index && session.pooled);
  }

  clear(session: SessionAddress): Promise<void> {
    return this.pools.clear(session);
  }

  /** The free seats of a session, to be listed before its attendees. */
  freeSeats(session: SessionAddress): Promise<FreePlace[]> {
    return this.free.list({ ...session, kind: 'seat' });
  }

  /** Those of the attendees without a known place that belong to no seat. */
  async strays(session: SessionAddress, attendees: readonly Attendee[]): Promise<Attendee[]> {
    const unknown = await this.pools.unknown(session, attendees);
    if (unknown.length === 0) return [];
    // A seat that was filled or taken in the meantime may not be listed yet.
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    const seated = new Set((await this.places.list(session)).map(({ seat }) => seat?.attendeeId));
    return (await this.pools.unknown(session, unknown)).filter(({ AttendeeId }) => !seated.has(AttendeeId));
  }

  /** Replaces free seats whose attendees do not exist. @returns their number */
  async replaceLost(
    session: SessionAddress,
    meetingId: string,
    seats: readonly FreePlace[],
    attendees: readonly Attendee[],
    deadline: Deadline,
  ): Promise<number> {
    const present = new Set(attendees.map(({ AttendeeId }) => AttendeeId));
    let replaced = 0;
    for (const seat of seats) {
      if (present.has(seat.attendeeId)) continue;
      if (await this.chime.attendeeExists(meetingId, seat.attendeeId!, deadline)) continue;
      replaced += Number(await this.pools.discard(session, seat));
    }
    return replaced;
  }
}
