import { DynamoDbTable, Write } from '../../../../private/runtime/dynamodb-table';
import { Attendee } from '../chime/chime';
import { Lease, newLease } from '../rooms/rooms';
import { SessionItem } from '../rooms/sessions';
import { garbageAt, GenerationAddress, keys, SessionAddress } from '../store/keys';

/** A seat in a session, or a place on the stage, which is in the primary session. */
export type PlaceKind = 'seat' | 'stage';

/**
 * `reserved`: counted; the call that holds the lease creates the attendee. `taken`: the attendee is known. `leaving`:
 * the attendee is being deleted.
 */
export type PlaceState = 'reserved' | 'taken' | 'leaving';

export interface Place extends SessionAddress {
  readonly kind: PlaceKind;
  readonly user: string;
  readonly role: 'participant' | 'presenter';
  readonly state: PlaceState;
  readonly lease?: Lease;
  /** Includes the join token, which is a secret. */
  readonly attendee?: Attendee;
  /** When the connection was lost. Undefined while the user is connected. */
  readonly leftAt?: number;
  /** The time of the latest connection event. Older events are ignored. */
  readonly lastEventAt?: number;
}

/** `gone`: the session does not exist. */
export type Reservation = Place | 'full' | 'gone' | 'exists' | 'banned';

/** Longer than the timeout of the functions. */
const LEASE_MS = 35_000;
const COUNTERS = { seat: ['used', 'cap'], stage: ['stageUsed', 'stageCap'] } as const;

/**
 * Stores the places of users. The transaction that creates or removes a place also updates the counter of its session,
 * so sessions are never overbooked and counters never drift.
 */
export class Places {
  constructor(private readonly table: DynamoDbTable) {}

  find(kind: PlaceKind, generation: GenerationAddress, user: string): Promise<Place | undefined> {
    return this.table.get<Place>(keyOf(kind, generation, user));
  }

  /** The seat of a user, and whether the user is banned. */
  async seatOf(
    generation: GenerationAddress,
    user: string,
  ): Promise<{ readonly seat?: Place; readonly banned: boolean }> {
    const [seatKey, banKey] = [keys.seat(generation, user), keys.ban(generation.uid, user)];
    const found = await this.table.getAll<Place>([seatKey, banKey]);
    return { seat: found.get(seatKey), banned: found.has(banKey) };
  }

  async findAll(kind: PlaceKind, generation: GenerationAddress, users: readonly string[]): Promise<Map<string, Place>> {
    const found = await this.table.getAll<Place>(users.map((user) => keyOf(kind, generation, user)));
    return new Map([...found.values()].map((place) => [place.user, place]));
  }

  /** The places of one session. Eventually consistent. */
  list(kind: PlaceKind, session: SessionAddress): Promise<Place[]> {
    return this.table.list<Place>(groupOf(kind, session));
  }

  /**
   * Reserves places in one session, for all of the users or for none. Fails if one is banned or already has a place.
   */
  async reserve(
    kind: PlaceKind,
    session: SessionAddress,
    users: readonly string[],
    role: Place['role'],
  ): Promise<Map<string, Reservation>> {
    const { uid, generation, index } = session;
    const lease = newLease(LEASE_MS);
    const places = users.map((user): Place => ({ uid, generation, index, kind, user, role, state: 'reserved', lease }));
    const [used, cap] = COUNTERS[kind];
    const writes: Write[] = [
      this.table.updateIf(keys.session(session), {
        add: { [used]: users.length },
        // Conditions cannot add numbers. For a single place, `used < cap` is sufficient.
        if: `attribute_exists(pk) AND #${used} < #${cap}${users.length > 1 ? ` AND #${used} <= :highest` : ''}`,
        values: users.length > 1 ? { highest: await this.highest(session, kind, users.length) } : {},
      }),
      ...places.map((place) => this.table.putIf(itemOf(place), { if: 'attribute_not_exists(pk)' })),
      ...users.map((user) => this.table.checkAbsent(keys.ban(uid, user))),
    ];
    const failed = await this.table.transact(writes);
    const sessionFailed = failed.get(0) === 'missing' ? 'gone' : 'full';
    return new Map(
      places.map((place, position): [string, Reservation] => {
        if (failed.has(1 + users.length + position)) return [place.user, 'banned'];
        if (failed.has(1 + position)) return [place.user, 'exists'];
        return [place.user, failed.has(0) ? sessionFailed : place];
      }),
    );
  }

  /** Takes over a reservation whose lease has expired. */
  async takeOver(place: Place): Promise<Place | undefined> {
    const lease = newLease(LEASE_MS);
    const won = await this.table.update(keyOf(place.kind, place, place.user), {
      set: { lease },
      if: '#state = :reserved AND #lease = :old',
      values: { reserved: 'reserved', old: place.lease },
    });
    return won ? { ...place, lease } : undefined;
  }

  /** @returns whether the caller still held the reservation */
  async take(place: Place, attendee: Attendee): Promise<boolean> {
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { state: 'taken', attendee },
      remove: ['lease'],
      if: '#state = :reserved AND #lease = :lease',
      values: { reserved: 'reserved', lease: place.lease },
    });
  }

  /** Afterwards, the credentials are no longer returned to anyone. Also resumes an interrupted leave. */
  async startLeaving(place: Place): Promise<boolean> {
    if (place.state === 'leaving') return true;
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { state: 'leaving' },
      if: `#state = :seen AND ${place.lease ? '#lease = :lease' : 'attribute_not_exists(#lease)'}`,
      values: { seen: place.state, ...(place.lease && { lease: place.lease }) },
    });
  }

  /** Removes a place, and decrements the counter of its session. */
  async free(place: Place, state: PlaceState = 'leaving'): Promise<boolean> {
    const [used] = COUNTERS[place.kind];
    const failed = await this.table.transact([
      this.table.deleteIf(keyOf(place.kind, place, place.user), {
        if: `#state = :state${place.lease ? ' AND #lease = :lease' : ''}`,
        values: { state, ...(place.lease && { lease: place.lease }) },
      }),
      this.table.updateIf(keys.session(place), { add: { [used]: -1 }, if: 'attribute_exists(pk)' }),
      // A user without a seat has no raised hand.
      ...(place.kind === 'seat' ? [this.table.deleteIf(keys.hand(place, place.user), {})] : []),
    ]);
    return failed.size === 0;
  }

  /** Removes a place in a session that does not exist any more, and so has no counter. */
  async abandon(place: Place): Promise<void> {
    await this.table.transact([
      this.table.deleteIf(keyOf(place.kind, place, place.user), {
        if: '#index = :index',
        values: { index: place.index },
      }),
      this.table.checkAbsent(keys.session(place)),
    ]);
  }

  /** Records that a connection was established or lost, unless a newer event is recorded. */
  async noteConnection(place: Place, at: number, lost: boolean): Promise<boolean> {
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { lastEventAt: at, ...(lost && { leftAt: at }) },
      remove: lost ? [] : ['leftAt'],
      if: '#state = :taken AND #attendee.#AttendeeId = :attendeeId AND (attribute_not_exists(#lastEventAt) OR #lastEventAt < :lastEventAt)',
      values: { taken: 'taken', attendeeId: place.attendee!.AttendeeId },
    });
  }

  private async highest(session: SessionAddress, kind: PlaceKind, count: number): Promise<number> {
    const item = await this.table.get<SessionItem>(keys.session(session));
    return (item?.[COUNTERS[kind][1]] ?? 0) - count;
  }
}

function keyOf(kind: PlaceKind, generation: GenerationAddress, user: string): string {
  return kind === 'seat' ? keys.seat(generation, user) : keys.stage(generation, user);
}

function groupOf(kind: PlaceKind, session: SessionAddress): string {
  return kind === 'seat' ? keys.seats(session) : keys.stages(session);
}

function itemOf(place: Place) {
  return {
    ...place,
    pk: keyOf(place.kind, place, place.user),
    grp: groupOf(place.kind, place),
    ord: place.user,
    expiresAt: garbageAt(),
  };
}
