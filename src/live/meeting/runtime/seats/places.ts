import { Attendee } from '../chime/chime';
import { Lease, newLease } from '../rooms/rooms';
import { SessionItem } from '../rooms/sessions';
import { garbageAt, GenerationAddress, keys } from '../store/keys';
import { Table, Write } from '../store/table';

/** A seat in a session, or a place on the stage (in the primary), of one user. */
export type PlaceKind = 'seat' | 'stage';

/**
 * `reserved`: counted, and whoever holds the lease creates the attendee. `taken`: the attendee is known. `leaving`: the
 * attendee is being deleted.
 */
export type PlaceState = 'reserved' | 'taken' | 'leaving';

export interface Place extends GenerationAddress {
  readonly kind: PlaceKind;
  readonly user: string;
  /** The session that it is in. */
  readonly index: number;
  readonly role: 'participant' | 'presenter';
  readonly state: PlaceState;
  readonly lease?: Lease;
  /** With its token, a secret. */
  readonly attendee?: Attendee;
  /** When the connection was lost, if it is. */
  readonly leftAt?: number;
  /** When the last news of the connection were made: older news are no news. */
  readonly newsAt?: number;
}

/** `gone`: the session is. */
export type Reservation = Place | 'full' | 'gone' | 'exists' | 'banned';

/** Longer than a function runs. */
const LEASE_MS = 35_000;
const COUNTERS = { seat: ['used', 'cap'], stage: ['stageUsed', 'stageCap'] } as const;

/**
 * Who has which place. A place is counted in its session by the same transaction that makes it, and no longer by the
 * one that removes it: so there are never more than fit, and the counter never drifts.
 */
export class Places {
  constructor(private readonly table: Table) {}

  find(kind: PlaceKind, generation: GenerationAddress, user: string): Promise<Place | undefined> {
    return this.table.get<Place>(keyOf(kind, generation, user));
  }

  /** The seat of a user, and whether they may have one. */
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
  list(kind: PlaceKind, session: GenerationAddress & { readonly index: number }): Promise<Place[]> {
    return this.table.list<Place>(groupOf(kind, session));
  }

  /** Takes places in one session for some users, who are not banned and have none yet: for all of them, or for nobody. */
  async reserve(
    kind: PlaceKind,
    session: GenerationAddress & Pick<SessionItem, 'index'>,
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
        // A condition knows no sums; of one place, `used < cap` says the same.
        if: `attribute_exists(pk) AND #${used} < #${cap}${users.length > 1 ? ` AND #${used} <= :highest` : ''}`,
        names: [used, cap],
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

  /** Takes over a reservation whose holder is gone. */
  async takeOver(place: Place): Promise<Place | undefined> {
    const lease = newLease(LEASE_MS);
    const won = await this.table.update(keyOf(place.kind, place, place.user), {
      set: { lease },
      if: '#state = :reserved AND #lease = :old',
      names: ['state'],
      values: { reserved: 'reserved', old: place.lease },
    });
    return won ? { ...place, lease } : undefined;
  }

  /** @returns whether the reservation still was ours */
  async take(place: Place, attendee: Attendee): Promise<boolean> {
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { state: 'taken', attendee },
      remove: ['lease'],
      if: '#state = :reserved AND #lease = :ours',
      values: { reserved: 'reserved', ours: place.lease },
    });
  }

  /** From here on, nobody gets these credentials. Also goes on with a leave that was broken off. */
  async startLeaving(place: Place): Promise<boolean> {
    if (place.state === 'leaving') return true;
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { state: 'leaving' },
      if: `#state = :seen AND ${place.lease ? '#lease = :lease' : 'attribute_not_exists(#lease)'}`,
      names: ['lease'],
      values: { seen: place.state, ...(place.lease && { lease: place.lease }) },
    });
  }

  /** Removes a place that nobody has any more, and counts it no longer. */
  async free(place: Place, state: PlaceState = 'leaving'): Promise<boolean> {
    const [used] = COUNTERS[place.kind];
    const failed = await this.table.transact([
      this.table.deleteIf(keyOf(place.kind, place, place.user), {
        if: `#state = :state${place.lease ? ' AND #lease = :lease' : ''}`,
        names: ['state', ...(place.lease ? ['lease'] : [])],
        values: { state, ...(place.lease && { lease: place.lease }) },
      }),
      this.table.updateIf(keys.session(place), { add: { [used]: -1 }, if: 'attribute_exists(pk)' }),
      // Who has no seat has no hand up.
      ...(place.kind === 'seat' ? [this.table.deleteIf(keys.hand(place, place.user), {})] : []),
    ]);
    return failed.size === 0;
  }

  /** Removes a place in a session that is gone, and its counters with it. */
  async abandon(place: Place): Promise<void> {
    await this.table.transact([
      this.table.deleteIf(keyOf(place.kind, place, place.user), {
        if: '#index = :index',
        names: ['index'],
        values: { index: place.index },
      }),
      this.table.checkAbsent(keys.session(place)),
    ]);
  }

  /** Notes that a connection came or went, if that is news. */
  async noteConnection(place: Place, at: number, lost: boolean): Promise<boolean> {
    return this.table.update(keyOf(place.kind, place, place.user), {
      set: { newsAt: at, ...(lost && { leftAt: at }) },
      remove: lost ? [] : ['leftAt'],
      if: '#state = :taken AND #attendee.#AttendeeId = :attendeeId AND (attribute_not_exists(#newsAt) OR #newsAt < :newsAt)',
      names: ['state', 'attendee', 'AttendeeId'],
      values: { taken: 'taken', attendeeId: place.attendee!.AttendeeId },
    });
  }

  private async highest(
    session: GenerationAddress & Pick<SessionItem, 'index'>,
    kind: PlaceKind,
    count: number,
  ): Promise<number> {
    const item = await this.table.get<SessionItem>(keys.session(session));
    return (item?.[COUNTERS[kind][1]] ?? 0) - count;
  }
}

function keyOf(kind: PlaceKind, generation: GenerationAddress, user: string): string {
  return kind === 'seat' ? keys.seat(generation, user) : keys.stage(generation, user);
}

function groupOf(kind: PlaceKind, session: GenerationAddress & { readonly index: number }): string {
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
