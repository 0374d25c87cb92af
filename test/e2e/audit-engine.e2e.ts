import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Copies, mistakesOf, TrinoEngine } from './support/audit-engine';
import {
  compareDigests,
  comparisonQuery,
  digestQuery,
  fingerprint,
  parseComparisonRow,
  parseDigestRow,
  parseTotals,
  ResultRecord,
  totalsProblem,
  totalsQuery,
} from '../../src/stored/audit/runtime/sql';
import { ONE_WAY, plant, Planted, Random, Scenario, TAGGED, TWO_WAY } from '../simulators/inventory';

const SIDES = ['source', 'target'] as const;
/**
 * The versions in each of the two regions, the memory of Trino in gigabytes, and the passes. By hand:
 * `AUDIT_VERSIONS=100000000 AUDIT_HEAP=8 AUDIT_PASSES=4 npm run test:e2e -- audit-engine`
 */
const VERSIONS = Number(process.env.AUDIT_VERSIONS ?? 10_000_000);
const HEAP = Number(process.env.AUDIT_HEAP ?? 4);
const PASSES = Number(process.env.AUDIT_PASSES ?? 1);

interface World {
  readonly copies: Copies;
  readonly planted: Planted;
}

let root: string;
let trino: TrinoEngine;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'audit-engine-'));
  trino = await TrinoEngine.start(root, HEAP);
}, 240_000);

afterAll(async () => {
  await trino?.stop();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

/** The inventories of two copies, with tables in both engines. */
async function inBoth(
  scenario: Scenario,
  times: number,
  bulk: number,
  run: (world: World) => Promise<void>,
): Promise<void> {
  const seed = Date.now();
  const planted = plant(scenario, times, new Random(seed));
  const copies = await Copies.create(scenario, planted, { bulk, rowsInFile: 1_000_000, root });
  copies.addTo(trino);
  try {
    await run({ copies, planted });
  } catch (error) {
    console.error(`The seed of the differences is ${seed}`);
    throw error;
  } finally {
    copies.close();
  }
}

/** The rows without the differences that their readers do not see. */
function sorted(rows: readonly ResultRecord[]): string[] {
  return rows.map((row) => JSON.stringify('kind' in row ? parseComparisonRow(row) : row)).sort();
}

describe('the engine of the audit', () => {
  test(
    'finds and explains every difference between two copies with 10 million versions',
    async () => {
      await inBoth(ONE_WAY, 200, VERSIONS, async ({ copies, planted }) => {
        const passes: (readonly ResultRecord[])[] = [];
        const judged: ResultRecord[][] = [];
        for (let index = 0; index < PASSES; index++) {
          const query = comparisonQuery(copies.comparison(), { index, count: PASSES });
          const { rows, stats } = await trino.query(query);
          // A full join of these copies does not fit this memory.
          expect(stats.peakMemoryBytes).toBeLessThan(HEAP * 0.75 * 2 ** 30);
          for (const side of SIDES) {
            const total = rows.map(parseComparisonRow).find((row) => row.kind === 'total' && row.side === side)!;
            expect(total.versions).toBeGreaterThanOrEqual(VERSIONS);
            expect(totalsProblem(total, copies.inventory(side).data.length)).toBeUndefined();
          }
          passes.push(rows);
          judged.push(await copies.engine.query(query));
        }
        expect(mistakesOf(passes, planted.expected)).toEqual([]);
        expect(mistakesOf(judged, planted.expected)).toEqual([]);
        // In several passes, the samples differ.
        if (PASSES === 1) expect(sorted(judged[0])).toEqual(sorted(passes[0]));
      });
    },
    900_000 * PASSES,
  );

  test.each([
    ['one way', ONE_WAY],
    ['two ways', TWO_WAY],
    ['a tagged rule', TAGGED],
  ])(
    'finds the same differences in passes: %s',
    async (_name, scenario) => {
      await inBoth(scenario, 130, 20_000, async ({ copies, planted }) => {
        const passes: (readonly ResultRecord[])[] = [];
        const judged: ResultRecord[][] = [];
        for (let index = 0; index < 3; index++) {
          const query = comparisonQuery(copies.comparison(), { index, count: 3 });
          passes.push((await trino.query(query)).rows);
          // Another hash: the same keys, in other passes.
          judged.push(await copies.engine.query(query));
        }

        expect(mistakesOf(passes, planted.expected)).toEqual([]);
        expect(mistakesOf(judged, planted.expected)).toEqual([]);
      });
    },
    240_000,
  );

  test('computes the same digests in both engines, and refuses incomplete inventories', async () => {
    await inBoth(ONE_WAY, 3, 200_000, async ({ copies }) => {
      const digests = async (side: 'source' | 'target', until?: string) => {
        const query = digestQuery(copies.copy(side), { until });
        const { rows } = await trino.query(query);
        expect(fingerprint((await copies.engine.query(query)).map(parseDigestRow))).toBe(
          fingerprint(rows.map(parseDigestRow)),
        );
        return rows.map(parseDigestRow);
      };
      const [source, target] = [await digests('source'), await digests('target')];
      expect(compareDigests(source, source).differing).toEqual([]);
      const { differing } = compareDigests(source, target);
      expect(differing.length).toBeGreaterThan(100);
      // Some of the differences are in flight.
      const { inFlightAfter: until } = copies.comparison();
      const older = compareDigests(await digests('source', until), await digests('target', until));
      expect(older.differing.length).toBeLessThan(differing.length);
      expect(differing).toEqual(expect.arrayContaining([...older.differing]));

      const totals = async (dt: string) =>
        parseTotals((await trino.query(totalsQuery({ ...copies.copy('source'), dt }))).rows[0]);
      const { dt, data, symlink } = copies.inventory('source');
      expect(totalsProblem(await totals(dt), data.length)).toBeUndefined();
      // Athena finds no rows in a partition without files, so the totals are what reports it.
      expect(totalsProblem(await totals('2026-03-09-01-00'), data.length)).toBeDefined();

      const list = join(copies.folder, symlink);
      const lines = readFileSync(list, 'utf8');
      writeFileSync(list, lines.split('\n').slice(1).join('\n'));
      expect(totalsProblem(await totals(dt), data.length)).toBeDefined();
      writeFileSync(list, lines);
      rmSync(join(copies.folder, data[0]));
      await expect(totals(dt)).rejects.toThrow();
    });
  }, 240_000);
});
