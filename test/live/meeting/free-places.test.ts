import { FreePlace, FreePlaces } from '../../../src/live/meeting/runtime/seats/free-places';
import { Pool } from '../../../src/live/meeting/runtime/store/keys';
import { DynamoDbTable } from '../../../src/private/runtime/dynamodb-table';

const POOL: Pool = { uid: 'room', generation: 1, index: 1, kind: 'seat' };
const SIZE = 250;

/** The part of the table that lists free places, in memory. */
class Listing {
  readonly items = new Map<string, { pk: string; ord: string }>();
  pages = 0;

  async writeAll({ puts = [] }: { puts?: { pk: string; ord: string }[] }): Promise<void> {
    for (const item of puts) this.items.set(item.pk, item);
  }

  async page(_: string, { from = '', limit = Infinity } = {}) {
    this.pages++;
    return { items: (await this.list()).filter(({ ord }) => ord >= from).slice(0, limit) };
  }

  async list() {
    return [...this.items.values()].sort((a, b) => a.ord.localeCompare(b.ord));
  }

  putIf(item: { pk: string; ord: string }) {
    this.items.set(item.pk, item);
    return {};
  }
}

async function setUp(size = SIZE) {
  const table = new Listing();
  const free = new FreePlaces(table as unknown as DynamoDbTable);
  await free.mint(POOL, size);
  const take = async (): Promise<FreePlace | undefined> => {
    const place = await free.pick(POOL, size);
    if (place) table.items.delete(place.pk);
    return place;
  };
  return { table, free, take };
}

describe('FreePlaces', () => {
  test('returns every place once, and then none', async () => {
    const { take } = await setUp();
    const numbers = [];
    for (let place = await take(); place; place = await take()) numbers.push(place.number);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: SIZE }, (_, number) => number));
  });

  test('lists about one page for 25 places', async () => {
    const { table, take } = await setUp();
    for (let count = 0; count < 100; count++) await take();
    expect(table.pages).toBeLessThanOrEqual(2 * (100 / 25));
  });

  test('returns a place that could not be taken again, but not before the others', async () => {
    const { free } = await setUp(2);
    const first = (await free.pick(POOL, 2))!;
    const second = (await free.pick(POOL, 2))!;
    expect(second.pk).not.toBe(first.pk);
    expect(await free.pick(POOL, 2)).toBeUndefined();
    free.putBack(first);
    expect(await free.pick(POOL, 2)).toEqual(first);
  });

  test('knows that a pool is empty until a place is freed, whose key is new', async () => {
    const { free, take } = await setUp(1);
    const { pk, number } = (await take())!;
    expect(await take()).toBeUndefined();
    expect(free.isKnownToBeEmpty(POOL)).toBe(true);
    free.free(POOL, number);
    expect(free.isKnownToBeEmpty(POOL)).toBe(false);
    const again = (await take())!;
    expect(again.number).toBe(number);
    expect(again.pk).not.toBe(pk);
  });

  test('estimates the share of free places from a few of them', async () => {
    for (const left of [0.1, 0.5, 0.9]) {
      const { table, free } = await setUp();
      for (const pk of [...table.items.keys()]) if (Math.random() > left) table.items.delete(pk);
      const share = await free.share(POOL, SIZE);
      expect(Math.abs(share - table.items.size / SIZE)).toBeLessThan(0.4);
    }
  });
});
