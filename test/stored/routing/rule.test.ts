import * as fc from 'fast-check';
import { PREFERENCES, Preference, PreferencesDocument } from '../../../src/stored/routing/contract';
import { parseIpAddress } from '../../../src/stored/routing/ip-address';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { byDelay, destinationOf, isInShare } from '../../../src/stored/routing/runtime/rule';

const REGIONS = { primary: 'us-east-1', replicas: ['eu-west-1', 'ap-southeast-2'] };
const ALL = [REGIONS.primary, ...REGIONS.replicas];
const RANGES = { 'eu-west-1': ['10.20.0.0/16'], 'ap-southeast-2': ['10.20.30.0/24'], 'us-east-1': ['10.9.0.0/16'] };

const preferences = (document: PreferencesDocument = {}) =>
  parsePreferences(JSON.stringify({ ipRanges: RANGES, ...document }), ALL);

/** `eu-west-1` for a replica, or the reason for the primary. */
function decide(
  viewer: { preference?: Preference; region?: string; ip?: string },
  document?: PreferencesDocument,
): string {
  const address = viewer.ip === undefined ? undefined : parseIpAddress(viewer.ip);
  const found = destinationOf({ ...viewer, address }, preferences(document), REGIONS);
  return 'replica' in found ? found.replica : found.reason;
}

const EU = '10.20.1.5';
const APAC = '10.20.30.5';
const HOME = '10.9.0.1';
const ELSEWHERE = '203.0.113.9';

describe('the copy that a viewer reads from', () => {
  test.each<[preference: Preference, region: string | undefined, ip: string | undefined, expected: string]>([
    ['no', undefined, undefined, 'preference-no'],
    ['no', undefined, EU, 'preference-no'],
    ['no', 'eu-west-1', EU, 'preference-no'],
    ['yes', undefined, undefined, 'eu-west-1'],
    ['yes', undefined, ELSEWHERE, 'eu-west-1'],
    ['yes', undefined, EU, 'eu-west-1'],
    ['yes', undefined, APAC, 'ap-southeast-2'],
    ['yes', undefined, HOME, 'primary-chosen'],
    ['yes', 'ap-southeast-2', EU, 'ap-southeast-2'],
    ['yes', 'us-east-1', EU, 'primary-chosen'],
    ['auto', undefined, undefined, 'address-missing'],
    ['auto', undefined, ELSEWHERE, 'address-outside-ranges'],
    ['auto', undefined, EU, 'eu-west-1'],
    ['auto', undefined, APAC, 'ap-southeast-2'],
    ['auto', undefined, HOME, 'primary-chosen'],
    ['auto', 'eu-west-1', APAC, 'eu-west-1'],
    ['auto', 'eu-west-1', ELSEWHERE, 'address-outside-ranges'],
    ['auto', 'eu-west-1', undefined, 'address-missing'],
    ['auto', 'us-east-1', EU, 'primary-chosen'],
  ])('%s, region %s, from %s: %s', (preference, region, ip, expected) => {
    expect(decide({ preference, region, ip })).toBe(expected);
  });

  test.each<[region: string | undefined, ip: string | undefined, expected: string]>([
    [undefined, undefined, 'ap-southeast-2'],
    [undefined, ELSEWHERE, 'ap-southeast-2'],
    [undefined, EU, 'region-drained'],
    ['eu-west-1', APAC, 'region-drained'],
    [undefined, APAC, 'ap-southeast-2'],
  ])('yes with eu-west-1 drained, region %s, from %s: %s', (region, ip, expected) => {
    expect(decide({ preference: 'yes', region, ip }, { drainedRegions: ['eu-west-1'] })).toBe(expected);
  });

  test('no replica is left where all are drained', () => {
    expect(decide({ preference: 'yes' }, { drainedRegions: REGIONS.replicas })).toBe('region-drained');
    expect(decide({ preference: 'auto', ip: EU }, { drainedRegions: REGIONS.replicas })).toBe('region-drained');
  });

  test.each<[Preference | undefined, string]>([
    [undefined, 'preference-no'],
    ['no', 'preference-no'],
    ['yes', 'eu-west-1'],
    ['auto', 'eu-west-1'],
  ])('without a preference the default holds: %s', (defaultPreference, expected) => {
    expect(decide({ ip: EU }, { defaultPreference })).toBe(expected);
  });

  test('to name a region is to prefer it, whatever the default', () => {
    for (const defaultPreference of PREFERENCES) {
      expect(decide({ region: 'ap-southeast-2' }, { defaultPreference })).toBe('ap-southeast-2');
    }
  });

  test('is never a replica for who prefers none, and never a drained one', () => {
    const viewer = fc.record({
      preference: fc.constantFrom<Preference | undefined>(undefined, ...PREFERENCES),
      region: fc.constantFrom(undefined, ...ALL),
      ip: fc.constantFrom(undefined, EU, APAC, HOME, ELSEWHERE, '2001:db8::1'),
    });
    fc.assert(
      fc.property(viewer, fc.subarray(REGIONS.replicas), fc.constantFrom(...PREFERENCES), (who, drained, standard) => {
        const decision = decide(who, { drainedRegions: drained, defaultPreference: standard });
        const isReplica = REGIONS.replicas.includes(decision);
        const preference = who.preference ?? (who.region ? 'yes' : standard);
        expect(isReplica && (preference === 'no' || drained.includes(decision))).toBe(false);
        expect(isReplica && preference === 'auto' && ![EU, APAC, HOME].includes(who.ip!)).toBe(false);
      }),
    );
  });
});

describe('the delay', () => {
  test.each([
    [899_999, 'too-new'],
    [900_000, 'delay-over'],
    [900_001, 'delay-over'],
    [-5, 'too-new'],
  ])('of 15 minutes after %i ms: %s', (age, reason) => {
    expect(byDelay(1_000_000, 1_000_000 + age, preferences())).toBe(reason);
  });

  test('of nothing is over at once', () => {
    expect(byDelay(1000, 1000, preferences({ replicationDelaySeconds: 0 }))).toBe('delay-over');
  });
});

describe('a weight', () => {
  const keys = Array.from({ length: 4000 }, (_, index) => `shots/${index}.jpg`);
  const share = (weight: number) =>
    keys.filter((key) => isInShare(key, 'eu-west-1', preferences({ regionWeights: { 'eu-west-1': weight } })));

  test.each([
    [0, 0, 0],
    [100, 4000, 4000],
    [20, 700, 900],
    [0.5, 5, 45],
  ])('of %d percent sends about that many to the replica', (weight, least, most) => {
    const { length } = share(weight);
    expect(length).toBeGreaterThanOrEqual(least);
    expect(length).toBeLessThanOrEqual(most);
  });

  test('that grows only adds objects', () => {
    const larger = new Set(share(30));
    expect(share(20).filter((key) => !larger.has(key))).toEqual([]);
  });

  test('is 100 for a region that has none', () => {
    expect(isInShare('a', 'ap-southeast-2', preferences({ regionWeights: { 'eu-west-1': 0 } }))).toBe(true);
  });
});
