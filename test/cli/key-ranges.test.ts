import * as fc from 'fast-check';
import { FakeSites, FakeVersion } from './fake-sites';
import { AwsError } from '../../cli/aws/aws-cli';
import type { Site } from '../../cli/failover/platform';
import { compareKeys, inRanges, middle } from '../../cli/failover/ranges';
import { eachKey } from '../../cli/failover/versions';

const pauses: number[] = [];
jest.mock('node:timers/promises', () => ({ setTimeout: async (pause: number) => void pauses.push(pause) }));
jest.mock('node:os', () => ({ ...jest.requireActual('node:os'), availableParallelism: () => 4 }));

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 60 });
/** Keys as they are in libraries of media: with long common beginnings. */
const mediaKeys = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('films/2026/', 'films/2025/11/', 'séries/'), fc.nat(400))
    .map(([path, id]) => `${path}${id}.mp4`),
  { minLength: 1, maxLength: 200 },
);

describe('the middle of two keys', () => {
  test('is between them', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const [low, high] = [one, other].sort(compareKeys);
        const found = middle(low, high);
        if (found === undefined) return;
        expect(compareKeys(low, found)).toBe(-1);
        expect(compareKeys(found, high)).toBe(-1);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is after the last key', () => {
    fc.assert(
      fc.property(key, (low) => {
        expect(compareKeys(low, middle(low)!)).toBe(-1);
      }),
    );
  });

  test.each([
    ['a', 'a'],
    ['a', 'a '],
    ['a', 'a\u0001'],
    ['b', 'a'],
    ['~'.repeat(1_024), undefined],
  ])('of %j and %j does not exist', (low, high) => expect(middle(low, high)).toBeUndefined());

  test('is a valid key: no half of a surrogate pair', () => {
    expect(middle('\ud700', '\ue100')).toBe('\ue000');
    expect(encodeURIComponent(middle('\ud7ff', '\ue000')!)).toMatch(/^%ED%9F%BF/);
  });

  test('reaches neighbours with a long common beginning after few steps', () => {
    const [low, target] = ['films/2026/11/22/clip-000001.mp4', 'films/2026/11/22/clip-500000.mp4'];
    let high: string | undefined;
    let steps = 0;
    for (; high === undefined || compareKeys(high, target) > 0; steps++) high = middle(low, high);
    expect(steps).toBeLessThan(200);
  });
});

/** Works on one key after the other, and offers to divide the range after each. */
async function workOn(all: readonly string[], workers: number) {
  const done: string[] = [];
  let active = 0;
  let most = 0;
  await inRanges(async (range, divide) => {
    most = Math.max(most, ++active);
    for (const each of all.filter((one) => range.after === undefined || compareKeys(one, range.after) > 0)) {
      await Promise.resolve();
      if (range.upTo !== undefined && compareKeys(each, range.upTo) > 0) break;
      done.push(each);
      divide(each);
    }
    active--;
  }, workers);
  return { done, most };
}

describe('ranges of keys', () => {
  test.each([
    ['any keys', keys],
    ['keys with common beginnings', mediaKeys],
  ])('cover %s exactly once, however they are divided', (_, arbitrary) =>
    fc.assert(
      fc.asyncProperty(arbitrary, fc.integer({ min: 1, max: 8 }), async (some, workers) => {
        const all = [...some].sort(compareKeys);
        const { done, most } = await workOn(all, workers);
        expect(done.sort(compareKeys)).toEqual(all);
        expect(most).toBeLessThanOrEqual(workers);
      }),
    ),
  );

  test('are worked on at the same time', async () => {
    const all = Array.from({ length: 500 }, (_, index) => `films/${String(index).padStart(6, '0')}.mp4`);
    expect((await workOn(all, 4)).most).toBe(4);
  });

  test('end with the first failure, and no other worker goes on', async () => {
    let after = 0;
    let isBroken = false;
    const broken = inRanges(async (_range, divide) => {
      for (let index = 0; index < 1_000; index++) {
        await Promise.resolve();
        if (isBroken) after++;
        if (index === 20) {
          isBroken = true;
          throw new Error('AccessDenied');
        }
        divide(`a${String(index).padStart(4, '0')}`);
      }
    }, 4);
    await expect(broken).rejects.toThrow('AccessDenied');
    expect(after).toBeLessThan(10);
  });
});

describe('the versions of two buckets', () => {
  const sites = new FakeSites('one', 'other');
  sites.pageSize = 400;
  const aws: any = {
    call: (service: string, operation: string, parameters: object) =>
      sites.run('us-east-1', service, operation, { 'cli-input-json': JSON.stringify(parameters) }),
    pages: (_service: string, _operation: string, options: any) => sites.pages('us-east-1', options),
  };
  const site = (bucket: string) => ({ aws, bucket }) as Site;
  const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();

  test('are visited key by key, with delete markers, over all pages and ranges', async () => {
    const all = Array.from({ length: 9_000 }, (_, index): FakeVersion => {
      const folder = index % 7 === 0 ? 'séries/ü' : 'films/2026';
      return { key: `${folder}/${index % 2_700}`, id: `v${index}`, at: at(index), marker: index % 3 === 0 };
    });
    sites.put('one', ...all.filter((_, index) => index % 10 !== 0));
    sites.put('other', ...all.filter((_, index) => index % 11 !== 0));
    const found: Record<string, string[]> = { one: [], other: [] };
    const visited: string[] = [];
    await eachKey([site('one'), site('other')], ([one, other]) => {
      visited.push((one[0] ?? other[0]).key);
      expect(new Set([...one, ...other].map((version) => version.key)).size).toBe(1);
      found.one.push(...one.map(({ id, size }) => `${id} ${size < 0}`));
      found.other.push(...other.map(({ id, size }) => `${id} ${size < 0}`));
    });
    expect(new Set(visited).size).toBe(visited.length);
    for (const bucket of ['one', 'other']) {
      const expected = sites.versions.get(bucket)!.map(({ id, marker }) => `${id} ${marker}`);
      expect(found[bucket].sort()).toEqual(expected.sort());
    }
    // Ranges start after a key, without a version.
    const starts = sites.listed.filter(({ KeyMarker, VersionIdMarker }) => KeyMarker && !VersionIdMarker);
    expect(starts.length).toBeGreaterThan(2);
  });

  describe('of which S3 does not return a page', () => {
    /** Lets some calls fail, after a few that have succeeded. */
    const fail = (code: string | undefined, times: number) => {
      let calls = 0;
      sites.onCall = (_call, effect) => {
        if (++calls > 5 && calls <= 5 + times) throw new AwsError('failed', code);
        return effect();
      };
    };
    const list = async () => {
      const ids: string[] = [];
      await eachKey([site('few')], ([versions]) => ids.push(...versions.map(({ id }) => id)));
      return ids.sort();
    };
    beforeAll(() => {
      sites.versions.set('few', sites.versions.get('one')!.slice(0, 4_000));
    });
    beforeEach(() => pauses.splice(0));
    afterEach(() => (sites.onCall = undefined));

    test.each([['SlowDown'], ['ServiceUnavailable'], [undefined]])('are complete after a while: %s', async (code) => {
      const expected = await list();
      fail(code, 4);
      expect(await list()).toEqual(expected);
      expect(pauses).toEqual([1_000, 5_000, 15_000, 60_000]);
    });

    test('end with its error if it lasts, or if it does not pass', async () => {
      fail('SlowDown', 5);
      await expect(list()).rejects.toThrow('failed');
      pauses.splice(0);
      fail('AccessDenied', 1);
      await expect(list()).rejects.toThrow('failed');
      expect(pauses).toEqual([]);
    });
  });
});
