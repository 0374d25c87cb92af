import { isDeepStrictEqual } from 'node:util';
import { FreePlace, FreePlaces, PooledSeat } from './free-places';
import { CREDENTIALS, Place, placeOf, StoredPlace, UserItem } from './users';
import { Change, DynamoDbTable, Write } from '../../../../private/runtime/dynamodb-table';
import { Attendee } from '../chime/chime';
import { newLease } from '../rooms/rooms';
import { garbageAt, GenerationAddress, keys, PlaceKind, SessionAddress } from '../store/keys';

export type { Place, PlaceKind };

/**
 * `lost`: another call took the free place. `conflict`: another call is about to. `changed`: the user's item does not
 * allow it.
 */
export type Reservation = Place | 'lost' | 'conflict' | 'changed';

/** Longer than the timeout of the functions. */
const LEASE_MS = 35_000;
/** No item, or the item of an earlier generation, of a user who is not banned. */
export const VACANT =
  'attribute_not_exists(pk) OR ' +
  '(attribute_not_exists(#banned) AND (attribute_not_exists(#seat) OR #generation < :generation))';

/**
 * Stores the places of users. A place is moved, not counted: one transaction deletes the item of a free place and
 * writes it to the user's item, or the reverse. Free places and taken places therefore always add up to the capacity.
 */
export class Places {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly free: FreePlaces,
  ) {}

  /** The item of a user, who may have a seat in another generation. */
  item({ uid }: GenerationAddress, user: string): Promise<UserItem | undefined> {
    return this.table.get<UserItem>(keys.user(uid, user));
  }

  async find(kind: PlaceKind, { uid, generation }: GenerationAddress, user: string): Promise<Place | undefined> {
    const item = await this.item({ uid, generation }, user);
    return item?.generation === generation ? placeOf(kind, item) : undefined;
  }

  /** The places of several users, by user. */
  async findAll(
    kind: PlaceKind,
    { uid, generation }: GenerationAddress,
    users: readonly string[],
  ): Promise<Map<string, Place>> {
    const items = await this.table.getAll<UserItem>(users.map((user) => keys.user(uid, user)));
    const places = [...items.values()].map((item) =>
      item.generation === generation ? placeOf(kind, item) : undefined,
    );
    return new Map(places.flatMap((place) => (place ? [[place.user, place]] : [])));
  }

  /** The users who have a seat in a session. Eventually consistent, and without credentials. */
  async list({ uid, generation, index }: SessionAddress): Promise<UserItem[]> {
    const items = await this.table.list<UserItem>(keys.users({ uid, generation, index }));
    return items.map((item) => ({ ...item, uid, generation, index }));
  }

  /** Takes a free seat for a user who has none and is not banned. */
  async takeSeat(session: SessionAddress, free: FreePlace, user: string, role: Place['role']): Promise<Reservation> {
    const { uid, generation, index } = session;
    const seat = reservation(free);
    const item: UserItem = { uid, generation, index, user, role, seat };
    return this.seat(free, item);
  }

  /** Takes a free seat whose attendee was created ahead. */
  async takePooledSeat(session: SessionAddress, free: FreePlace, user: string): Promise<Reservation> {
    const { uid, generation, index } = session;
    const found = await this.table.getAll<PooledSeat & UserItem>([free.pk, keys.user(uid, user)]);
    if (!isVacant(found.get(keys.user(uid, user)), generation)) return 'changed';
    const { attendee } = found.get(free.pk) ?? {};
    if (!attendee) return 'lost';
    const seat: StoredPlace = {
      number: free.number,
      state: 'taken',
      since: Date.now(),
      attendeeId: attendee.AttendeeId!,
      pooled: true,
    };
    return this.seat(free, { uid, generation, index, user, role: 'participant', seat, attendee });
  }

  private async seat(free: FreePlace, item: UserItem): Promise<Reservation> {
    const { uid, generation, index, user } = item;
    const listed = { grp: keys.users({ uid, generation, index }), ord: user };
    const failed = await this.table.attempt([
      this.free.take(free),
      this.table.putIf(
        { ...item, ...listed, pk: keys.user(uid, user), expiresAt: garbageAt() },
        { if: VACANT, values: { generation } },
      ),
    ]);
    return outcomeOf(failed, placeOf('seat', item)!);
  }

  /** Takes a free place on the stage for a user whose seat is taken. */
  async takeStage(seat: Place, free: FreePlace): Promise<Reservation> {
    const { uid, generation, index, user, role } = seat;
    const stage = reservation(free);
    const failed = await this.table.attempt([
      this.free.take(free),
      this.table.updateIf(keys.user(uid, user), {
        set: { stage },
        if:
          '#generation = :generation AND #seat.#state = :taken AND ' +
          'attribute_not_exists(#stage) AND attribute_not_exists(#banned)',
        values: { generation, taken: 'taken' },
      }),
    ]);
    return outcomeOf(failed, placeOf('stage', { uid, generation, index, user, role, stage })!);
  }

  /** Takes over a reservation whose lease has expired. */
  takeOver(place: Place): Promise<Place | undefined> {
    return this.replace(place, { ...place.seen, lease: newLease(LEASE_MS) });
  }

  /**
   * @param more further writes of the same transaction
   * @returns whether the caller still held the reservation
   */
  async take(place: Place, attendee: Attendee, more: readonly Write[]): Promise<boolean> {
    const { lease, ...rest } = place.seen;
    const taken: StoredPlace = { ...rest, state: 'taken', attendeeId: attendee.AttendeeId! };
    const credentials = { set: { [CREDENTIALS[place.kind]]: attendee } };
    return (await this.replace(place, taken, credentials, more)) !== undefined;
  }

  /** Records that the user has accepted the promotion. @returns false if the place is not as it was seen */
  async accept(place: Place): Promise<boolean> {
    return (await this.replace(place, { ...place.seen, acceptedAt: Date.now() })) !== undefined;
  }

  /**
   * Afterwards, the credentials are no longer returned to anyone, and the user cannot be promoted. Also resumes an
   * interrupted leave.
   *
   * @returns undefined if the place is not as it was seen
   */
  async startLeaving(place: Place): Promise<Place | undefined> {
    return place.state === 'leaving' ? place : this.replace(place, { ...place.seen, state: 'leaving' });
  }

  /**
   * Removes a place from its user.
   *
   * @param discard whether the free place is not needed any more, because its session does not exist
   * @param more further writes of the same transaction
   */
  async release(place: Place, discard = false, more: readonly Write[] = []): Promise<boolean> {
    const { kind, uid, user, number } = place;
    const free = discard ? [] : [this.free.free(place, number, place.pooled)];
    if (kind === 'stage') {
      const remove = ['stage', CREDENTIALS.stage];
      return this.isDone([this.table.updateIf(keys.user(uid, user), { remove, ...asSeen(place) }), ...free, ...more]);
    }
    // A user without a seat has no raised hand.
    const rest = [...free, this.table.deleteIf(keys.hand(place, user), {}), ...more];
    const { if: seen, values } = asSeen(place, 'attribute_not_exists(#stage)');
    const notBanned = { if: `${seen} AND attribute_not_exists(#banned)`, values };
    if (await this.isDone([this.table.deleteIf(keys.user(uid, user), notBanned), ...rest])) return true;
    const banned = { if: `${seen} AND attribute_exists(#banned)`, values };
    return this.isDone([this.table.updateIf(keys.user(uid, user), { ...banOf(place), ...banned }), ...rest]);
  }

  /** Records that a connection was established or lost, unless a newer event is recorded. */
  async noteConnection(place: Place, at: number, lost: boolean): Promise<boolean> {
    let now: Place | undefined = place;
    while (now?.state === 'taken' && now.attendeeId === place.attendeeId && (now.lastEventAt ?? 0) < at) {
      const { leftAt, ...rest } = now.seen;
      if (await this.replace(now, { ...rest, lastEventAt: at, ...(lost && { leftAt: at }) })) return true;
      now = await this.find(place.kind, place, place.user);
    }
    return false;
  }

  /** Bans a user from the room, whether or not the user has a seat. The ban does not expire. */
  async ban(uid: string, user: string): Promise<void> {
    await this.table.update(keys.user(uid, user), {
      set: { user, banned: true },
      setOnce: { grp: keys.bans(uid), ord: user },
      remove: ['expiresAt'],
    });
  }

  /** Deletes the free places of an ended generation. */
  async clearFree(address: GenerationAddress, sessions: number): Promise<void> {
    await this.free.clear({ ...address, index: 0, kind: 'stage' });
    for (let index = 0; index < sessions; index++) await this.free.clear({ ...address, index, kind: 'seat' });
  }

  /** Deletes the users of an ended generation, with their places. Keeps bans. @returns whether any had a seat */
  async clearUsers(address: GenerationAddress, sessions: number): Promise<boolean> {
    let isAny = false;
    for (let index = 0; index < sessions; index++) {
      const items = await this.list({ ...address, index });
      const forgotten = await Promise.all(items.map((item) => this.forget(item)));
      isAny ||= forgotten.includes(true);
    }
    const waiting = await this.table.list<{ readonly user: string }>(keys.waiting(address));
    await Promise.all(waiting.map(({ user }) => this.forget({ ...address, user })));
    return isAny;
  }

  /** @returns whether the user was still in the generation */
  private async forget({ uid, generation, user }: GenerationAddress & Pick<UserItem, 'user'>): Promise<boolean> {
    const key = keys.user(uid, user);
    const old = { if: '#generation = :generation', values: { generation } };
    if (await this.table.delete(key, { ...old, if: `${old.if} AND attribute_not_exists(#banned)` })) return true;
    return this.table.update(key, { ...banOf({ uid, user }), ...old });
  }

  /** Replaces the place unless it has changed since it was read. */
  private async replace(
    place: Place,
    next: StoredPlace,
    { set }: Change = {},
    more: readonly Write[] = [],
  ): Promise<Place | undefined> {
    const { kind, uid, user } = place;
    const change = { set: { ...set, [kind]: next }, ...asSeen(place) };
    if (!(await this.table.update(keys.user(uid, user), change, more))) {
      // The SDK repeats a write whose response was lost. The repetition then finds the change itself.
      const now = await this.find(kind, place, user);
      if (!isDeepStrictEqual(now?.seen, next)) return undefined;
    }
    const { lease, leftAt, ...unchanged } = place;
    return { ...unchanged, ...next, seen: next };
  }

  private async isDone(writes: Parameters<DynamoDbTable['transact']>[0]): Promise<boolean> {
    return (await this.table.transact(writes)).size === 0;
  }
}

/** The same as the condition `VACANT`. */
function isVacant(item: UserItem | undefined, generation: number): boolean {
  return !item || (!item.banned && (!item.seat || item.generation < generation));
}

function reservation({ number }: FreePlace): StoredPlace {
  return { number, state: 'reserved', since: Date.now(), lease: newLease(LEASE_MS) };
}

/** @param failed what prevented the write of the free place (0) and of the user (1) */
function outcomeOf(failed: Map<number, 'unmet' | 'conflict'>, place: Place): Reservation {
  if (failed.size === 0) return place;
  if (failed.get(1) === 'unmet') return 'changed';
  return failed.get(0) === 'unmet' ? 'lost' : 'conflict';
}

/** The condition that a place is as it was read. */
function asSeen({ kind, generation, seen }: Place, ...more: string[]) {
  return {
    if: [`#${kind} = :seen`, '#generation = :generation', ...more].join(' AND '),
    values: { seen, generation },
  };
}

/** Leaves only the ban of a user. */
function banOf({ uid, user }: { readonly uid: string; readonly user: string }): Change {
  return {
    set: { grp: keys.bans(uid), ord: user },
    remove: ['generation', 'index', 'role', 'seat', 'attendee', 'stage', 'stageAttendee', 'expiresAt'],
  };
}
