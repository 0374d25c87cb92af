import { randomBytes } from 'node:crypto';
import { DynamoDbTable, Write } from '../../../../private/runtime/dynamodb-table';
import { MAX_ATTENDEES } from '../../contract';
import { Attendee } from '../chime/chime';
import { isHeld, Lease } from '../rooms/rooms';
import { FIRST, freeOf, FreePlace, refillOf } from '../seats/free-places';
import { garbageAt, GenerationAddress, keys, SessionAddress } from '../store/keys';

/** A seat that the pool of a session must create an attendee for. */
export interface EmptySeat {
  readonly number: number;
  /** Identifies the seat among all seats that have ever had this number. */
  readonly id: string;
}

/** The part of a session that determines how many seats its pool creates. */
export interface PoolSize {
  readonly index: number;
  /** The number of seats. */
  readonly cap: number;
  readonly pooled: boolean;
}

/** Seats for which attendees are created together. */
export interface Batch {
  readonly session: SessionAddress;
  readonly seats: readonly EmptySeat[];
  /** Where the pool has created its first seats up to, before this batch. Undefined for seats that were released. */
  readonly from?: number;
}

interface FillItem extends SessionAddress {
  readonly created: number;
}

interface RefillItem {
  readonly pk: string;
  readonly ord: string;
}

/** A transaction has up to 100 writes, and one of them records how far the pool is. */
const SEATS_PER_BATCH = 99;
const WRITES_AT_ONCE = 16;
const KNOWN_MS = 2_000;
const WAKE_MS = 5_000;
const MOST_KNOWN = 1_000;

/**
 * The seats of sessions whose attendees are created ahead.
 *
 * A pool first creates the seats of its session in the order of their numbers, a batch at a time: one transaction writes
 * the free seats and how far the pool is. Later it creates the attendees of seats that were released. The id of an
 * attendee's user is the key of its seat, so repeating an interrupted batch creates no second attendee.
 */
export class SeatPools {
  /** The generations whose pools this instance has just found to be full, and until when it does not look again. */
  private readonly knownAsFull = new Map<string, number>();
  /** The generations that this instance has just woken, and until when it does not do so again. */
  private readonly woken = new Map<string, number>();

  constructor(private readonly table: DynamoDbTable) {}

  /** Creates the empty pool of a session. Does nothing if it exists. */
  async open({ uid, generation, index }: SessionAddress): Promise<void> {
    const session = { uid, generation, index };
    const listed = { grp: keys.fills(session), ord: String(index).padStart(4, '0') };
    await this.table.create({ ...session, ...listed, pk: keys.fill(session), created: 0, expiresAt: garbageAt() });
  }

  /** The next seats of each session for which attendees must be created. Released seats are eventually consistent. */
  async next(generation: GenerationAddress, sessions: readonly PoolSize[]): Promise<Batch[]> {
    const pooled = sessions.filter((session) => session.pooled);
    const addressOf = ({ index }: PoolSize) => ({ uid: generation.uid, generation: generation.generation, index });
    const fills = await this.table.getAll<FillItem>(pooled.map((session) => keys.fill(addressOf(session))));
    const batches = await Promise.all(
      pooled.map(async (session): Promise<Batch | undefined> => {
        const address = addressOf(session);
        const created = fills.get(keys.fill(address))?.created;
        if (created === undefined) return undefined;
        if (created < session.cap) return firstBatch(address, created, session.cap);
        const { items } = await this.table.page<RefillItem>(keys.refills(address), { limit: SEATS_PER_BATCH });
        return items.length > 0 ? { session: address, seats: items.map(seatOf) } : undefined;
      }),
    );
    // Evenly: the sessions with the fewest seats first.
    return batches
      .filter((batch) => batch !== undefined)
      .sort((a, b) => (a.from ?? MAX_ATTENDEES) - (b.from ?? MAX_ATTENDEES));
  }

  /** Whether this instance has just found that the pools of a generation create no more seats. */
  isKnownToBeFull(generation: GenerationAddress): boolean {
    return (this.knownAsFull.get(keys.fills(generation)) ?? 0) > Date.now();
  }

  /** Whether seats of the sessions are still being created. */
  async isFilling(generation: GenerationAddress, sessions: readonly PoolSize[]): Promise<boolean> {
    if (this.isKnownToBeFull(generation)) return false;
    if ((await this.next(generation, sessions)).length > 0) return true;
    if (this.knownAsFull.size >= MOST_KNOWN) this.knownAsFull.clear();
    this.knownAsFull.set(keys.fills(generation), Date.now() + KNOWN_MS);
    return false;
  }

  /** Makes the seats of a batch free. Those without an attendee must be filled again. */
  async store({ session, seats, from }: Batch, attendees: ReadonlyMap<string, Attendee>): Promise<void> {
    const pool = { ...session, kind: 'seat' } as const;
    const attendeeOf = (seat: EmptySeat) => attendees.get(seatKey(session, seat));
    if (from === undefined) {
      const filled = seats.filter(attendeeOf);
      const move = (seat: EmptySeat): Write[] => [
        this.table.deleteIf(keys.refill(session, seat.number, seat.id), { if: 'attribute_exists(pk)' }),
        this.table.putIf(freeOf(pool, seat.number, seat.id, attendeeOf(seat)), {}),
      ];
      for (let start = 0; start < filled.length; start += WRITES_AT_ONCE) {
        await Promise.all(filled.slice(start, start + WRITES_AT_ONCE).map((seat) => this.table.transact(move(seat))));
      }
      return;
    }
    const created = from + seats.length;
    await this.table.transact([
      this.table.updateIf(keys.fill(session), { set: { created }, if: '#created = :from', values: { from } }),
      ...seats.map((seat) => {
        const attendee = attendeeOf(seat);
        const { number, id } = seat;
        return this.table.putIf(attendee ? freeOf(pool, number, id, attendee) : refillOf(session, number, id), {});
      }),
    ]);
  }

  /** Asks for the pools of a generation to be filled. The stream of the table passes this on. */
  async wake(generation: GenerationAddress): Promise<void> {
    await this.table.put({ pk: keys.wake(generation), at: Date.now(), expiresAt: garbageAt() });
  }

  /** The same, but not again shortly after. */
  async wakeSoon(generation: GenerationAddress): Promise<void> {
    const key = keys.wake(generation);
    if ((this.woken.get(key) ?? 0) > Date.now()) return;
    if (this.woken.size >= MOST_KNOWN) this.woken.clear();
    this.woken.set(key, Date.now() + WAKE_MS);
    await this.wake(generation);
  }

  /** Deletes what the pool of a session still has to create. Afterwards, it creates no free seats any more. */
  async clear(session: SessionAddress): Promise<void> {
    await this.table.delete(keys.fill(session));
    await this.table.deleteAll(keys.refills(session));
  }

  /** The numbers of the seats that the pool of a session still has to create. */
  async emptySeats(session: SessionAddress, cap: number): Promise<number[]> {
    const { created = cap } = (await this.table.get<FillItem>(keys.fill(session))) ?? {};
    const released = (await this.table.list<RefillItem>(keys.refills(session))).map((item) => seatOf(item).number);
    return [...released, ...Array.from({ length: cap - created }, (_, offset) => created + offset)];
  }

  /** The attendees that belong neither to a free seat nor to one that is being filled: they are seated, or surplus. */
  async unknown(session: SessionAddress, attendees: readonly Attendee[]): Promise<Attendee[]> {
    const isBeingFilled = isHeld((await this.table.get<{ lease: Lease }>(keys.work(session))) ?? {});
    // Seats are read last, because a seat that is being filled becomes a free one.
    const { created = 0 } = (await this.table.get<FillItem>(keys.fill(session))) ?? {};
    const released = await this.table.list<RefillItem>(keys.refills(session));
    const empty = new Set(released.map((item) => seatKey(session, seatOf(item))));
    const keyOf = ({ ExternalUserId }: Attendee) => ExternalUserId!;
    const free = await this.table.getAll<{ attendee: Attendee }>([...new Set(attendees.map(keyOf))]);
    const isFirst = (key: string) => {
      const [id, number] = key.split('#').reverse();
      return id === FIRST && Number(number) >= created;
    };
    return attendees.filter((attendee) => {
      const key = keyOf(attendee);
      if (isBeingFilled && (empty.has(key) || isFirst(key))) return false;
      return free.get(key)?.attendee.AttendeeId !== attendee.AttendeeId;
    });
  }

  /** Replaces a free seat whose attendee does not exist. @returns whether it was still free */
  async discard(session: SessionAddress, { pk, number }: FreePlace): Promise<boolean> {
    const failed = await this.table.transact([
      this.table.deleteIf(pk, { if: 'attribute_exists(pk)' }),
      this.table.putIf(refillOf(session, number, randomBytes(8).toString('hex')), {}),
    ]);
    return failed.size === 0;
  }
}

/** The key of a seat, which is the `ExternalUserId` of its attendee. */
export function seatKey(session: SessionAddress, { number, id }: EmptySeat): string {
  return keys.free({ ...session, kind: 'seat' }, number, id);
}

/** Batches of a session have about the same size, so that 250 seats need three. */
function firstBatch(session: SessionAddress, from: number, cap: number): Batch {
  const left = cap - from;
  const size = Math.ceil(left / Math.ceil(left / SEATS_PER_BATCH));
  return { session, from, seats: Array.from({ length: size }, (_, offset) => ({ number: from + offset, id: FIRST })) };
}

function seatOf({ pk, ord }: RefillItem): EmptySeat {
  return { number: Number(ord), id: pk.slice(pk.lastIndexOf('#') + 1) };
}
