import { isDeepStrictEqual } from 'node:util';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { SeatPools } from '../pool/seat-pools';
import { Room } from '../rooms/rooms';
import { SessionItem } from '../rooms/sessions';
import { FreePlace, FreePlaces } from '../seats/free-places';
import { Places } from '../seats/places';
import { keys, PlaceKind, Pool } from '../store/keys';

/** A place that is neither free nor taken, or one that is both. */
type Difference =
  | { readonly pool: Pool; readonly pooled: boolean; readonly missing: number }
  | { readonly pool: Pool; readonly number: number; readonly surplus: string };

/** Longer than the index lags behind the table. */
const PAUSE_MS = 1_000;

/**
 * Verifies that the free and the taken places of a session add up to its capacity, and repairs what a function that was
 * frozen for minutes could have broken. Lists are eventually consistent, and places move while they are listed, so only
 * differences that two lists show are repaired.
 */
export class Balance {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly free: FreePlaces,
    private readonly places: Places,
    private readonly pools: SeatPools,
  ) {}

  /** @returns the number of differences that were repaired */
  async restore(room: Room, sessions: readonly SessionItem[]): Promise<number> {
    const first = await this.differences(room, sessions);
    if (first.length === 0) return 0;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    const second = await this.differences(room, sessions);
    const lasting = second.filter((each) => first.some((other) => isDeepStrictEqual(each, other)));
    for (const difference of lasting) {
      if ('surplus' in difference) await this.table.delete(difference.surplus);
      else await this.table.transact([this.free.free(difference.pool, difference.missing, difference.pooled)]);
    }
    return lasting.length;
  }

  /**
   * A place goes from empty to free to taken, and back. The lists follow this order and end as they began, so that a
   * place that moves in the meantime is in at least one of them.
   */
  private async differences({ uid, generation }: Room, sessions: readonly SessionItem[]): Promise<Difference[]> {
    const poolOf = (index: number, kind: PlaceKind): Pool => ({ uid, generation, index, kind });
    const before = await this.taken(poolOf, sessions);
    const listed = [];
    for (const { index, cap, stageCap, pooled } of sessions) {
      const pool = poolOf(index, 'seat');
      const empty = pooled ? await this.pools.emptySeats(pool, cap) : [];
      listed.push({ pool, pooled, size: cap, empty, free: await this.free.list(pool) });
      if (stageCap === 0) continue;
      const stage = poolOf(index, 'stage');
      listed.push({ pool: stage, pooled: false, size: stageCap, empty: [], free: await this.free.list(stage) });
    }
    const after = await this.taken(poolOf, sessions);
    return listed.flatMap(({ pool, pooled, size, empty, free }) => {
      const key = keys.frees(pool);
      const taken = [...empty, ...(after.get(key) ?? [])];
      return [
        ...surplusOf(pool, free, taken),
        ...missingOf(pool, pooled, size, [...taken, ...free.map(({ number }) => number), ...(before.get(key) ?? [])]),
      ];
    });
  }

  /** The numbers of the taken places of each pool, by the key of its group. */
  private async taken(
    poolOf: (index: number, kind: PlaceKind) => Pool,
    sessions: readonly SessionItem[],
  ): Promise<Map<string, number[]>> {
    const taken = new Map<string, number[]>();
    const add = (pool: Pool, number: number) =>
      taken.set(keys.frees(pool), [...(taken.get(keys.frees(pool)) ?? []), number]);
    for (const { index } of sessions) {
      for (const { seat, stage } of await this.places.list(poolOf(index, 'seat'))) {
        if (seat) add(poolOf(index, 'seat'), seat.number);
        if (stage) add(poolOf(0, 'stage'), stage.number);
      }
    }
    return taken;
  }
}

function surplusOf(pool: Pool, free: readonly FreePlace[], taken: readonly number[]): Difference[] {
  const seen = new Set(taken);
  return free.flatMap(({ pk, number }) => {
    const isSurplus = seen.has(number);
    seen.add(number);
    return isSurplus ? [{ pool, number, surplus: pk }] : [];
  });
}

function missingOf(pool: Pool, pooled: boolean, size: number, present: readonly number[]): Difference[] {
  const seen = new Set(present);
  return Array.from({ length: size }, (_, number) => number)
    .filter((number) => !seen.has(number))
    .map((missing) => ({ pool, pooled, missing }));
}
