import {
  BucketDigest,
  BUCKETS,
  compareDigests,
  digestQuery,
  DigestScope,
  fingerprint,
  parseDigestRow,
} from '../../../../src/stored/audit/runtime/sql';
import { Copies } from '../../../e2e/support/audit-engine';
import {
  at,
  ONE_WAY,
  plant,
  Planted,
  Plant,
  Random,
  Scenario,
  SOURCE_AS_OF,
  Version,
} from '../../../simulators/inventory';

const VERSION: Version = {
  key: 'media/clip.mp4',
  versionId: 'v1',
  latest: true,
  marker: false,
  size: 7,
  modified: new Date(at(5)),
  etag: 'e',
  storageClass: 'STANDARD',
  status: 'COMPLETED',
  encryption: 'SSE-S3',
  tier: '',
};

async function digestsOf(planted: Planted, scope?: DigestScope): Promise<[BucketDigest[], BucketDigest[]]> {
  const copies = await Copies.create(ONE_WAY, planted, { bulk: 3000 });
  try {
    const read = async (side: 'source' | 'target') =>
      (await copies.engine.query(digestQuery(copies.copy(side), scope))).map(parseDigestRow);
    return [await read('source'), await read('target')];
  } finally {
    copies.close();
  }
}

/** The number of buckets in which the digests of two lists of versions differ. */
async function differing(source: readonly Version[], target: readonly Version[], scope?: DigestScope): Promise<number> {
  const [first, second] = await digestsOf({ source, target, expected: [] }, scope);
  expect(fingerprint(first) === fingerprint(second)).toBe(compareDigests(first, second).differing.length === 0);
  return compareDigests(first, second).differing.length;
}

describe('digestQuery', () => {
  test('says that nothing changed, in any order of the rows', async () => {
    const kinds = Object.fromEntries(Object.entries(ONE_WAY.kinds).filter(([name]) => name.startsWith('identical')));
    const scenario: Scenario = { ...ONE_WAY, kinds };
    const { source, target } = plant(scenario, 50, new Random(3));

    expect(await differing(source, [...target].reverse())).toBe(0);
  });

  test.each<[string, Version[]]>([
    ['a version that was deleted', []],
    ['a version that was added', [VERSION, { ...VERSION, versionId: 'v2' }]],
    ['another version id', [{ ...VERSION, versionId: 'v2' }]],
    ['a null version', [{ ...VERSION, versionId: '' }]],
    ['another size', [{ ...VERSION, size: 8 }]],
    ['a delete marker', [{ ...VERSION, size: 0, marker: true }]],
    ['a version twice', [VERSION, VERSION]],
    ['two versions that were swapped', [{ ...VERSION, versionId: '7', size: 1 }, VERSION]],
  ])('notices %s', async (_name, changed) => {
    expect(await differing([VERSION], changed)).toBe(1);
  });

  test('notices another key', async () => {
    expect(await differing([VERSION], [{ ...VERSION, key: 'media/clip2.mp4' }])).toBe(2);
  });

  test.each<[string, Partial<Version>]>([
    ['the ETag', { etag: 'f', encryption: 'SSE-KMS' }],
    ['the storage class', { storageClass: 'GLACIER' }],
    ['the replication status', { status: 'REPLICA' }],
  ])('does not depend on %s', async (_name, changed) => {
    expect(await differing([VERSION], [{ ...VERSION, ...changed }])).toBe(0);
  });

  test('notices every kind of differences between copies', async () => {
    for (const [name, kind] of Object.entries(ONE_WAY.kinds)) {
      const one = new Plant(name, `${kind.folder ?? 'media/'}clip`, new Random(1), SOURCE_AS_OF);
      kind.plant(one);
      // Digests have no ETags.
      const same = one.expected.length === 0 || name === 'other content';
      expect([name, await differing(one.source, one.target)]).toEqual([name, same ? 0 : 1]);
    }
  }, 120_000);

  test('leaves out other prefixes and later versions', async () => {
    const later = { ...VERSION, versionId: 'v2', modified: new Date(at(1)) };
    const other = { ...VERSION, key: "o'clock/%" };

    expect(await differing([VERSION], [VERSION, later], { until: at(1.1) })).toBe(0);
    expect(await differing([VERSION], [VERSION, later], { until: at(1) })).toBe(1);
    expect(await differing([VERSION], [VERSION, other], { prefix: 'media/' })).toBe(0);
    expect(await differing([VERSION], [VERSION, other], { prefix: "o'clock/%" })).toBe(1);
  });

  test('has buckets from 0 to 65,535, and counts the versions', async () => {
    const [digests] = await digestsOf({ source: [VERSION], target: [], expected: [] });
    const buckets = digests.map(({ bucket }) => bucket);

    expect(Math.max(...buckets)).toBeLessThan(BUCKETS);
    expect(Math.max(...buckets)).toBeGreaterThan(BUCKETS / 2);
    expect(new Set(buckets).size).toBe(buckets.length);
    expect(compareDigests(digests, []).versions).toEqual([3001, 0]);
  });
});
