import fc from 'fast-check';
import {
  comparisonQuery,
  digestQuery,
  inFlightAfter,
  OPTIONAL_FIELDS,
  parseComparisonRow,
  parseDigestRow,
  parseTotals,
  passesFor,
  totalsProblem,
  totalsQuery,
} from '../../../../src/stored/audit/runtime/sql';
import { text } from '../../../../src/stored/audit/runtime/sql/literals';
import { Copies, DuckDbEngine } from '../../../e2e/support/audit-engine';
import { ONE_WAY, plant, Random } from '../../../simulators/inventory';

const COPY = { database: 'audit', table: 'primary', dt: '2026-03-10-01-00', asOf: '2026-03-10T01:00:00.000Z' };

describe('literals', () => {
  test('any text stays what it is', async () => {
    const engine = await DuckDbEngine.create();
    try {
      const texts = fc.string({
        unit: fc.oneof(
          fc.constantFrom("'", '"', '\\', '%', '_', ';', '\n', '-'),
          fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        ),
      });
      await fc.assert(
        fc.asyncProperty(texts, async (value) => {
          // DuckDB cannot have this character in a statement.
          fc.pre(!value.includes('\0'));
          const [row] = await engine.query(`SELECT ${text(value)} AS value`);
          expect(row.value).toBe(value);
        }),
        { numRuns: 300 },
      );
    } finally {
      engine.close();
    }
  });

  test('fails on values that are no times and no numbers', () => {
    const comparison = { source: COPY, target: COPY, forward: {}, inFlightAfter: "now' OR TRUE" };
    const pass = { index: 0, count: 1 };

    expect(() => comparisonQuery(comparison, pass)).toThrow(/Invalid time "now' OR TRUE". Expected ISO 8601/);
    expect(() => comparisonQuery({ ...comparison, inFlightAfter: COPY.asOf }, { index: 0.5, count: 2 })).toThrow(
      /Invalid number/,
    );
    expect(() => comparisonQuery({ ...comparison, inFlightAfter: COPY.asOf }, pass)).not.toThrow();
    expect(() => digestQuery(COPY, { until: 'yesterday' })).toThrow(/Invalid time/);
  });

  test('quotes names and partitions', () => {
    const query = totalsQuery({ ...COPY, database: 'my"db', table: 'media-eu', dt: "it's" });

    expect(query).toContain(`FROM "my""db"."media-eu" WHERE dt = 'it''s'`);
  });
});

describe('totals', () => {
  test('are those of the manifest', async () => {
    const copies = await Copies.create(ONE_WAY, plant(ONE_WAY, 1, new Random(1)), { bulk: 30_000, rowsInFile: 8192 });
    try {
      const [row] = await copies.engine.query(totalsQuery(copies.copy('source')));
      const files = copies.inventory('source').data.length;

      expect(files).toBeGreaterThan(2);
      expect(totalsProblem(parseTotals(row), files)).toBeUndefined();
      expect(totalsProblem(parseTotals(row), files + 1)).toMatch(
        /contains rows of \d+ data files, and the manifest lists/,
      );
      const [absent] = await copies.engine.query(totalsQuery({ ...copies.copy('source'), dt: 'x' }));
      expect(parseTotals(absent)).toEqual({ versions: 0, files: 0 });
      expect(totalsProblem(parseTotals(absent), files)).toBeDefined();
    } finally {
      copies.close();
    }
  });

  test('of a bucket without versions are not a problem', () => {
    expect(totalsProblem({ versions: 0, files: 0 }, 0)).toBeUndefined();
    expect(totalsProblem({ versions: 0, files: 0 }, 1)).toBeDefined();
  });
});

describe('parsing', () => {
  const record = {
    kind: 'group',
    side: 'source',
    reason: 'missing',
    versions: '1',
    bytes: '7',
    files: '0',
    samples: '',
  };

  test('reads what both engines encode', () => {
    const samples = 'a+b%2Bc%2F%25,v1,7,2026-03-10T01:00:00.000,,FAILED a%20~*,,0,2026-03-10T01:00:00,d,';

    expect(parseComparisonRow({ ...record, samples }).samples).toEqual([
      {
        key: 'a b+c/%',
        versionId: 'v1',
        size: 7,
        lastModified: '2026-03-10T01:00:00.000Z',
        deleteMarker: false,
        replicationStatus: 'FAILED',
      },
      {
        key: 'a ~*',
        versionId: '',
        size: 0,
        lastModified: '2026-03-10T01:00:00.000Z',
        deleteMarker: true,
        replicationStatus: '',
      },
    ]);
  });

  test.each([
    ['a column is missing', () => parseTotals({ versions: '1' })],
    ['a number is empty', () => parseTotals({ versions: '', files: '1' })],
    ['a number is none', () => parseDigestRow({ bucket: 'x', versions: '1', hash: '2' })],
    ['the reason is unknown', () => parseComparisonRow({ ...record, reason: 'bored' })],
  ])('fails when %s', (_name, parse) => {
    expect(parse).toThrow('Unexpected result of a query');
  });
});

describe('plan', () => {
  test('everything younger than the older inventory minus the margin is in flight', () => {
    const later = { ...COPY, asOf: '2026-03-10T03:00:00Z' };

    expect(inFlightAfter(COPY, later, 60)).toBe('2026-03-10T00:00:00.000Z');
    expect(inFlightAfter(later, COPY, 15)).toBe('2026-03-10T00:45:00.000Z');
  });

  test('makes passes of at most 200 million versions', () => {
    expect([0, 1, 200_000_000, 200_000_001, 2_000_000_000].map((versions) => passesFor(versions))).toEqual([
      1, 1, 1, 2, 10,
    ]);
  });

  test('makes more passes if a copy lacks many versions', () => {
    expect(passesFor(100_000_000, 20_000_000)).toBe(1);
    expect(passesFor(100_000_000, 90_000_000)).toBe(5);
  });

  test('the inventory has the fields that the columns need', () => {
    expect(OPTIONAL_FIELDS).toEqual(
      expect.arrayContaining(['Size', 'LastModifiedDate', 'ReplicationStatus', 'StorageClass']),
    );
  });
});
