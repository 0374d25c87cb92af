import { randomBytes } from 'node:crypto';
import { DynamoDbTable, Item, Write } from '../../../../private/runtime/dynamodb-table';
import { Attendee } from '../chime/chime';
import { garbageAt, GenerationAddress, keys, Pool, SessionAddress } from '../store/keys';

/** The item of a free seat, or of a free place on the stage. */
export interface FreePlace {
  readonly pk: string;
  readonly number: number;
  /** The attendee that was created ahead. */
  readonly attendeeId?: string;
}

/** The item of a free seat whose attendee was created ahead. */
export interface PooledSeat extends FreePlace {
  /** Includes the join token, which is a secret. */
  readonly attendee: Attendee;
}

/** Some free places of a pool, as they were listed. */
interface Window {
  readonly places: FreePlace[];
  /** The estimated share of free places, 0 to 1. */
  share: number;
  /** Whether the window contained all free places. */
  readonly isWhole: boolean;
  readonly until: number;
}

/** The capacity of a session. */
interface Capacity {
  readonly index: number;
  /** The number of seats. */
  readonly cap: number;
  /** The number of places on the stage. */
  readonly stageCap: number;
}

export interface Fill {
  /** The number of seats that are taken. */
  readonly used: number;
  /** The number of places on the stage that are taken. */
  readonly stageUsed: number;
}

/** Items of this size fit into one read unit. */
const WINDOW = 25;
const WINDOW_MS = 2_000;
/** Longer than the index lags behind the table. */
const PICKED_MS = 10_000;
const MOST_WINDOWS = 1_000;
const MOST_PICKED = 5_000;
/** The id of a place's first item, so that creating the places can be repeated. */
export const FIRST = 'first';

/**
 * Free seats and free places on the stage: one item for each of them, which no other call writes at the same time. An
 * instance of a function lists a few of them in advance, from a random position, and chooses at random, so that
 * concurrent calls rarely try the same one. Lists are only hints: the transaction that takes a place decides.
 */
export class FreePlaces {
  private readonly windows = new Map<string, Window>();
  /** The keys that this instance has tried, and until when it does not try them again. */
  private readonly picked = new Map<string, number>();

  constructor(private readonly table: DynamoDbTable) {}

  /** Creates all places of a pool. Can be repeated until the pool is in use. */
  async mint(pool: Pool, size: number): Promise<void> {
    await this.table.writeAll({ puts: Array.from({ length: size }, (_, number) => freeOf(pool, number, FIRST)) });
  }

  /** Deletes all free places of a pool. Afterwards, no place can be taken. */
  async clear(pool: Pool): Promise<void> {
    await this.table.writeAll({ deletes: (await this.list(pool)).map(({ pk }) => pk) });
  }

  /** All free places. Eventually consistent. */
  async list(pool: Pool): Promise<FreePlace[]> {
    return (await this.table.list<Listed>(keys.frees(pool))).map(placeOf);
  }

  /** The number of taken places of each session. Eventually consistent. */
  fill<T extends Capacity>({ uid, generation }: GenerationAddress, sessions: readonly T[]): Promise<(T & Fill)[]> {
    return Promise.all(
      sessions.map(async (session) => {
        const { index, cap, stageCap } = session;
        const address: SessionAddress = { uid, generation, index };
        const [used, stageFree] = await Promise.all([
          this.table.count(keys.users(address)),
          stageCap === 0 ? 0 : this.table.count(keys.frees({ ...address, kind: 'stage' })),
        ]);
        return { ...session, used: Math.min(used, cap), stageUsed: Math.max(0, stageCap - stageFree) };
      }),
    );
  }

  /** Whether this instance has just found that the pool has no free places. */
  isKnownToBeEmpty(pool: Pool): boolean {
    return this.known(pool)?.places.length === 0;
  }

  /** The estimated share of free places, 0 to 1. */
  async share(pool: Pool, size: number): Promise<number> {
    return (this.known(pool) ?? (await this.read(pool, size))).share;
  }

  /** A free place to try. @returns undefined if a list of all free places was empty */
  async pick(pool: Pool, size: number): Promise<FreePlace | undefined> {
    const known = this.next(this.known(pool), size);
    if (known) return known;
    const window = await this.read(pool, size);
    return this.next(window, size) ?? (window.isWhole ? undefined : this.next(await this.readAll(pool, size), size));
  }

  /** Allows this instance to try the place again. */
  putBack({ pk }: FreePlace): void {
    this.picked.delete(pk);
  }

  take({ pk }: FreePlace): Write {
    return this.table.deleteIf(pk, { if: 'attribute_exists(pk)' });
  }

  /**
   * Under a new key, so that a call that has seen the old one does not match it.
   *
   * @param pooled whether the place is free only after the pool has created its attendee
   */
  free(pool: Pool, number: number, pooled = false): Write {
    const id = randomBytes(8).toString('hex');
    if (pooled) return this.table.putIf(refillOf(pool, number, id), {});
    const group = keys.frees(pool);
    if (this.windows.get(group)?.places.length === 0) this.windows.delete(group);
    return this.table.putIf(freeOf(pool, number, id), {});
  }

  private next(window: Window | undefined, size: number): FreePlace | undefined {
    if (!window) return undefined;
    const { places } = window;
    while (places.length > 0) {
      const [place] = places.splice(Math.floor(Math.random() * places.length), 1);
      if ((this.picked.get(place.pk) ?? 0) > Date.now()) continue;
      if (this.picked.size >= MOST_PICKED) this.picked.clear();
      this.picked.set(place.pk, Date.now() + PICKED_MS);
      window.share = Math.max(0, window.share - 1 / size);
      return place;
    }
    return undefined;
  }

  private known(pool: Pool): Window | undefined {
    const window = this.windows.get(keys.frees(pool));
    return window && window.until > Date.now() ? window : undefined;
  }

  private async read(pool: Pool, size: number): Promise<Window> {
    const group = keys.frees(pool);
    const start = size <= WINDOW ? 0 : Math.floor(Math.random() * size);
    const pageFrom = async (number: number) =>
      (await this.table.page<Listed>(group, { from: orderOf(number), limit: WINDOW })).items.map(placeOf);
    const places = await pageFrom(start);
    let span = places.length < WINDOW ? size - start : places[WINDOW - 1].number - start + 1;
    let isWhole = places.length < WINDOW && start === 0;
    if (places.length < WINDOW && start > 0) {
      const before = (await pageFrom(0)).filter(({ number }) => number < start);
      isWhole = before.length < WINDOW;
      span += isWhole ? start : before[WINDOW - 1].number + 1;
      places.push(...before);
    }
    return this.remember(pool, places, isWhole, places.length / span);
  }

  private async readAll(pool: Pool, size: number): Promise<Window> {
    const places = await this.list(pool);
    return this.remember(pool, places, true, places.length / size);
  }

  private remember(pool: Pool, places: FreePlace[], isWhole: boolean, share: number): Window {
    const window = { places, isWhole, share: Math.min(1, share), until: Date.now() + WINDOW_MS };
    if (this.windows.size >= MOST_WINDOWS) this.windows.clear();
    this.windows.set(keys.frees(pool), window);
    return window;
  }
}

interface Listed {
  readonly pk: string;
  readonly ord: string;
  readonly seat?: { readonly attendeeId: string };
}

function placeOf({ pk, ord, seat }: Listed): FreePlace {
  return { pk, number: Number(ord), ...seat };
}

/** The item of a free place. */
export function freeOf(pool: Pool, number: number, id: string, attendee?: Attendee): Item {
  const seat = attendee && { attendeeId: attendee.AttendeeId };
  const listed = { grp: keys.frees(pool), ord: orderOf(number), seat };
  return { pk: keys.free(pool, number, id), ...listed, attendee, expiresAt: garbageAt() };
}

/** The item of a free seat that has no attendee yet. */
export function refillOf(session: SessionAddress, number: number, id: string): Item {
  const listed = { grp: keys.refills(session), ord: orderOf(number) };
  return { pk: keys.refill(session, number, id), ...listed, expiresAt: garbageAt() };
}

function orderOf(number: number): string {
  return String(number).padStart(4, '0');
}
