import { comparisonQuery, parseComparisonRow } from '../../../../src/stored/audit/runtime/sql';
import { Copies } from '../../../e2e/support/audit-engine';
import { live, Random, Scenario } from '../../../simulators/inventory';

/** What a comparison reports besides lifecycle, gaps and permanent deletions, which are what these copies went through. */
async function alarmsOf(seed: number): Promise<{ found: string[]; lost: string[] }> {
  const { source, target, lifecycle, gaps, lost } = live(new Random(seed));
  const scenario: Scenario = {
    source: { lifecycle: lifecycle.source },
    target: { lifecycle: lifecycle.target },
    rules: { forward: { gaps } },
    kinds: {},
  };
  const copies = await Copies.create(scenario, { source, target, expected: [] });
  try {
    const rows = await copies.engine.query(comparisonQuery(copies.comparison(), { index: 0, count: 1 }));
    const explained = ['lifecycle', 'not-backfilled', 'deleted-version', undefined];
    const found = rows
      .map(parseComparisonRow)
      .filter(({ reason }) => !explained.includes(reason))
      .flatMap(({ reason, side, samples }) =>
        samples.map(({ key, versionId }) => `${reason} ${side} ${key} ${versionId}`),
      );
    return { found, lost: lost.map(({ key, versionId }) => `missing source ${key} ${versionId}`) };
  } finally {
    copies.close();
  }
}

/** Seeds that found mistakes, with those of rare histories. */
const SEEDS = [71, 120, 194, 219, 289, 299, 448, 487];

describe('copies that lived for months', () => {
  test('have no false alarms, and every loss is found', async () => {
    for (const seed of [...Array.from({ length: 30 }, (_, index) => index + 1), ...SEEDS]) {
      const { found, lost } = await alarmsOf(seed);
      expect({ seed, found }).toEqual({ seed, found: lost });
    }
  }, 120_000);
});
