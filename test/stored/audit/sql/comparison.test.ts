import {
  comparisonQuery,
  parseComparisonRow,
  REASONS,
  ResultRecord,
  Scope,
} from '../../../../src/stored/audit/runtime/sql';
import { Copies, mistakesOf } from '../../../e2e/support/audit-engine';
import {
  at,
  Expected,
  Kind,
  ONE_WAY,
  plant,
  Planted,
  Random,
  Scenario,
  TAGGED,
  TWO_WAY,
} from '../../../simulators/inventory';

const SCENARIOS = { 'one way': ONE_WAY, 'two ways': TWO_WAY, 'a tagged rule': TAGGED };

async function passesOf(copies: Copies, count: number, scope: Scope = {}): Promise<ResultRecord[][]> {
  const passes: ResultRecord[][] = [];
  for (let index = 0; index < count; index++) {
    passes.push(await copies.engine.query(comparisonQuery(copies.comparison(scope), { index, count })));
  }
  return passes;
}

async function withCopies<T>(
  scenario: Scenario,
  planted: Planted,
  run: (copies: Copies) => Promise<T>,
  bulk = 3000,
): Promise<T> {
  const copies = await Copies.create(scenario, planted, { bulk });
  try {
    return await run(copies);
  } finally {
    copies.close();
  }
}

/** The reasons for the versions of one key, as `<side> <reason>`. */
async function reasonsOf(put: Kind['plant'], facts: Partial<Scenario> = {}): Promise<string[]> {
  const empty: Scenario = { source: {}, target: {}, rules: { forward: {} }, kinds: {}, ...facts };
  const scenario = { ...empty, kinds: { one: { plant: put } } };
  return withCopies(scenario, plant(scenario, 1, new Random(1)), async (copies) => {
    const rows = (await passesOf(copies, 1)).flat().map(parseComparisonRow);
    return rows.flatMap(({ kind, side, reason }) => (kind === 'total' ? [] : `${side} ${reason}`)).sort();
  });
}

describe('comparisonQuery', () => {
  test.each(Object.entries(SCENARIOS))('finds and explains every difference: %s', async (_name, scenario) => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = new Random(seed);
      const planted = plant(scenario, () => random.integer(1, 60), random);
      await withCopies(scenario, planted, async (copies) => {
        expect(mistakesOf(await passesOf(copies, 1), planted.expected)).toEqual([]);
        expect(mistakesOf(await passesOf(copies, 3), planted.expected)).toEqual([]);
      });
    }
  });

  test('plants every reason', () => {
    const planted = Object.values(SCENARIOS).flatMap((scenario) => plant(scenario, 1, new Random(1)).expected);

    expect(new Set(planted.map(({ reason }) => reason))).toEqual(new Set(Object.keys(REASONS)));
  });

  test('finds nothing in identical copies', async () => {
    const none: Planted = { source: [], target: [], expected: [] };

    await withCopies(ONE_WAY, none, async (copies) => expect(mistakesOf(await passesOf(copies, 2), [])).toEqual([]));
  });

  test.each<[string, Scope, (one: Expected) => boolean]>([
    ['a prefix', { prefix: "media/o'clock/" }, ({ key }) => key.startsWith("media/o'clock/")],
    ['a prefix with wildcards', { prefix: 'media/%' }, ({ key }) => key.startsWith('media/%')],
    ['a prefix with a wildcard for one character', { prefix: 'media/_' }, ({ key }) => key.startsWith('media/_')],
    ['a prefix in another script', { prefix: 'media/動' }, ({ key }) => key.startsWith('media/動')],
    ['a prefix with a new line', { prefix: 'media/new\n' }, ({ key }) => key.startsWith('media/new\n')],
    ['a prefix that ends a statement', { prefix: "media/';--" }, ({ key }) => key.startsWith("media/';--")],
    ['a time', { since: at(30) }, ({ modified }) => modified >= new Date(at(30))],
    [
      'both',
      { prefix: 'media/tmp/', since: at(30) },
      ({ key, modified }) => key.startsWith('media/tmp/') && modified >= new Date(at(30)),
    ],
  ])('limits the comparison to %s', async (_name, scope, within) => {
    const planted = plant(ONE_WAY, 20, new Random(5));
    const expected = planted.expected.filter(within);

    expect(expected.length).toBeGreaterThan(0);
    await withCopies(ONE_WAY, planted, async (copies) => {
      expect(mistakesOf(await passesOf(copies, 2, scope), expected)).toEqual([]);
    });
  });

  test('counts the rows and files of both copies in every pass', async () => {
    const planted = plant(TAGGED, 3, new Random(1));

    await withCopies(TAGGED, planted, async (copies) => {
      for (const pass of await passesOf(copies, 2, { prefix: 'nothing' })) {
        const totals = pass.map(parseComparisonRow).filter(({ kind }) => kind === 'total');
        expect(totals.map(({ side, versions, files }) => [side, versions - 3000, files]).sort()).toEqual([
          ['source', planted.source.length, 1],
          ['target', planted.target.length, 1],
        ]);
      }
    });
  });

  test('returns no totals of a partition that is not there', async () => {
    await withCopies(TAGGED, plant(TAGGED, 3, new Random(1)), async (copies) => {
      const { target, ...comparison } = copies.comparison();
      const moved = { ...comparison, target: { ...target, dt: '2026-03-09-01-00' } };
      const rows = (await copies.engine.query(comparisonQuery(moved, { index: 0, count: 1 }))).map(parseComparisonRow);

      const total = rows.find(({ kind, side }) => kind === 'total' && side === 'target');
      expect(total).toMatchObject({ versions: 0, files: 0 });
    });
  });

  test('gives the same result twice', async () => {
    await withCopies(ONE_WAY, plant(ONE_WAY, 5, new Random(1)), async (copies) => {
      const [first, second] = [(await passesOf(copies, 1)).flat(), (await passesOf(copies, 1)).flat()];
      const sorted = (rows: ResultRecord[]) => rows.map((row) => JSON.stringify(row)).sort();

      expect(sorted(first)).toEqual(sorted(second));
    });
  });

  test('works on copies without versions', async () => {
    const lost = plant(
      { ...TWO_WAY, kinds: { one: { plant: (p) => p.onlySource('missing', { age: 5 }) } } },
      9,
      new Random(1),
    );

    await withCopies(
      TWO_WAY,
      lost,
      async (copies) => {
        expect(copies.inventory('target').data).toEqual([]);
        expect(mistakesOf(await passesOf(copies, 1), lost.expected)).toEqual([]);
      },
      0,
    );
  });
});

describe('the edges of the reasons', () => {
  test.each([
    [10, 'source lifecycle'],
    // A day less, because S3 deletes versions while it lists the bucket.
    [9.01, 'source lifecycle'],
    [8.9, 'source missing'],
  ])('a noncurrent version of 10 days is explained by lifecycle after %d days', async (age, reason) => {
    // The target's inventory is two hours later.
    const facts = { target: { lifecycle: [{ noncurrentDays: 10 }] } };
    const reasons = await reasonsOf((p) => {
      p.onlySource('missing', { age: 100 });
      p.both({ age });
    }, facts);

    expect(reasons).toEqual([reason]);
  });

  test('a lifecycle rule of the other copy does not explain a current version', async () => {
    const facts = {
      source: { lifecycle: [{ expirationDays: 1, noncurrentDays: 1 }] },
      target: { lifecycle: [{ noncurrentDays: 1 }] },
    };

    expect(await reasonsOf((p) => p.onlySource('missing', { age: 100 }), facts)).toEqual(['source missing']);
  });

  test('an expired delete marker is only removed when no version is left', async () => {
    const facts = { target: { lifecycle: [{ expiredDeleteMarkers: true }] } };
    const reasons = await reasonsOf((p) => {
      p.both({ age: 100 });
      p.onlySource('missing', { age: 50, marker: true });
    }, facts);

    expect(reasons).toEqual(['source missing']);
  });

  test('a gap includes its start and not its end', async () => {
    const facts = { rules: { forward: { gaps: [{ from: at(20), to: at(10) }] } } };
    const reasons = async (age: number) => reasonsOf((p) => p.onlySource('missing', { age, status: '' }), facts);

    expect(await reasons(20)).toEqual(['source not-backfilled']);
    expect(await reasons(10)).toEqual(['source missing']);
  });

  test('delete markers are explained if the rule does not replicate them', async () => {
    const facts = { rules: { forward: { deleteMarkers: false } } };
    const reasons = await reasonsOf((p) => {
      p.both({ age: 100 });
      p.onlySource('missing', { age: 50, marker: true });
    }, facts);

    expect(reasons).toEqual(['source delete-marker']);
  });

  test('a replica of a replica is missing, not deleted, if other buckets replicate to the copy', async () => {
    const rules = { forward: {}, backward: {} };
    const put: Kind['plant'] = (p) => p.onlySource('missing', { age: 5, status: 'REPLICA' });

    expect(await reasonsOf(put, { rules })).toEqual(['source deleted-version']);
    expect(await reasonsOf(put, { rules, source: { receivesFromOthers: true } })).toEqual(['source missing']);
  });

  test('any of several prefixes is within the rule', async () => {
    const rules = { forward: { prefixes: ['other/', 'media/'] } };

    expect(await reasonsOf((p) => p.onlySource('missing', { age: 5 }), { rules })).toEqual(['source missing']);
  });

  test('ETags are compared on demand', async () => {
    const put: Kind['plant'] = (p) => p.both({ age: 5 }, { etag: 'another' });

    expect(await reasonsOf(put)).toEqual([]);
    expect(await reasonsOf(put, { rules: { forward: {}, compareEtags: true } })).toEqual(['both different']);
  });
});
