import * as fc from 'fast-check';
import { isUserId } from '../../../src/live/meeting/contract';
import { canHost, CONTROL_REGIONS, distance, MEDIA_REGIONS } from '../../../src/live/meeting/regions';
import { tiers } from '../../../src/live/meeting/runtime/seats/session-choice';
import * as simulator from '../../simulators/chime/regions';

describe('regions', () => {
  test('are those that the simulator knows from the documentation', () => {
    expect([...CONTROL_REGIONS].sort()).toEqual([...simulator.CONTROL_REGIONS].sort());
    expect([...MEDIA_REGIONS].sort()).toEqual([...simulator.MEDIA_REGIONS].sort());
  });

  const region = fc.constantFrom(...MEDIA_REGIONS);

  test('have symmetric distances of at most half the circumference of the earth', () => {
    fc.assert(
      fc.property(region, region, (a, b) => {
        expect(distance(a, b)).toBeCloseTo(distance(b, a));
        expect(distance(a, b)).toBeLessThanOrEqual(20_040);
        expect(distance(a, a)).toBe(0);
      }),
    );
  });

  test.each([
    ['eu-west-2', ['eu-west-3', 'eu-west-1', 'eu-central-1', 'us-east-1', 'ap-southeast-2']],
    ['us-west-1', ['us-west-2', 'us-east-2', 'us-east-1', 'eu-west-1', 'ap-southeast-1']],
    ['ap-northeast-1', ['ap-northeast-2', 'ap-southeast-1', 'us-west-2', 'eu-central-1', 'sa-east-1']],
  ])('are sorted by distance from %s', (from, expected) => {
    expect([...expected].sort((a, b) => distance(from, a) - distance(from, b))).toEqual(expected);
  });

  test('can only be combined within a partition', () => {
    expect(canHost('us-gov-west-1', 'us-gov-east-1')).toBe(true);
    expect(canHost('us-gov-west-1', 'us-east-1')).toBe(false);
    expect(canHost('us-east-1', 'us-gov-west-1')).toBe(false);
    expect(canHost('us-east-1', 'af-south-1')).toBe(true);
    expect(canHost('af-south-1', 'us-east-1')).toBe(false);
    for (const each of CONTROL_REGIONS) expect(MEDIA_REGIONS.some((media) => canHost(each, media))).toBe(true);
  });
});

describe('tiers', () => {
  const session = fc.record({ index: fc.nat(40), mediaRegion: fc.constantFrom(...MEDIA_REGIONS) });
  const sessions = fc.array(session, { maxLength: 41 });

  test('contain every session once', () => {
    fc.assert(
      fc.property(sessions, fc.option(fc.constantFrom(...MEDIA_REGIONS), { nil: undefined }), (all, region) => {
        expect(tiers(all, region).flat().sort(byIndex)).toEqual([...all].sort(byIndex));
      }),
    );
  });

  test('are sorted by distance, and contain the sessions of one distance', () => {
    fc.assert(
      fc.property(sessions, fc.constantFrom(...MEDIA_REGIONS), (all, region) => {
        const distances = tiers(all, region).map((tier) =>
          tier.map(({ mediaRegion }) => distance(region, mediaRegion)),
        );
        for (const tier of distances) expect(new Set(tier).size).toBe(1);
        const nearest = distances.map(([first]) => first);
        expect(nearest).toEqual([...new Set(nearest)].sort((a, b) => a - b));
      }),
    );
  });

  test('are one without a region', () => {
    expect(tiers([{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'us-east-1' }], undefined)).toHaveLength(1);
  });

  test('are shuffled', () => {
    const all = [1, 2, 3].map((index) => ({ index, mediaRegion: 'eu-west-1' }));
    const first = new Set(Array.from({ length: 200 }, () => tiers(all, 'eu-west-1')[0][0].index));
    expect(first.size).toBe(3);
  });

  const byIndex = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
});

describe('isUserId', () => {
  test.each(['ab', 'anna@example.com', 'Änne Müller', '{a}[b](c)/«d».:|\'"#', 'x'.repeat(64)])('accepts %j', (user) => {
    expect(isUserId(user)).toBe(true);
  });

  test.each(['a', '', 'x'.repeat(65), 'aws:me', 'AWS:me', '日本', 'a<b', undefined, 7, ['ab']])(
    'rejects %j',
    (user) => {
      expect(isUserId(user)).toBe(false);
    },
  );
});
