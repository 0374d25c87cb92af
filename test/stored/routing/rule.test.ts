import * as fc from 'fast-check';
import {
  DEFAULT_DELAY_SECONDS,
  PREFERENCES,
  Preference,
  PreferencesDocument,
} from '../../../src/stored/routing/contract';
import { parseIpAddress } from '../../../src/stored/routing/ip-address';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { byDelay, destinationOf, isInShare } from '../../../src/stored/routing/runtime/rule';

const REGIONS = { primary: 'us-east-1', replicas: ['eu-west-1', 'ap-southeast-2'], paused: [] };
const ALL = [REGIONS.primary, ...REGIONS.replicas];
const RANGES = { 'eu-west-1': ['10.20.0.0/16'], 'ap-southeast-2': ['10.20.30.0/24'], 'us-east-1': ['10.9.0.0/16'] };

const preferences = (document: PreferencesDocument = {}) =>
  parsePreferences(JSON.stringify({ ipRanges: RANGES, ...document }), ALL);

/** Returns the region of the replica, or the reason for the primary. */
function decide(
  viewer: { preference?: Preference; region?: string; ip?: string },
  document?: PreferencesDocument,
  paused: string[] = [],
): string {
  const address = viewer.ip === undefined ? undefined : parseIpAddress(viewer.ip);
  const found = destinationOf({ ...viewer, address }, preferences(document), { ...REGIONS, paused });
  return 'replica' in found ? found.replica : found.reason;
}

const EU = '10.20.1.5';
const APAC = '10.20.30.5';
const NEAR_PRIMARY = '10.9.0.1';
const ELSEWHERE = '203.0.113.9';

describe('destinationOf', () => {
  test.each<[preference: Preference, region: string | undefined, ip: string | undefined, expected: string]>([
    ['no', undefined, undefined, 'preference-no'],
    ['no', undefined, EU, 'preference-no'],
    ['no', 'eu-west-1', EU, 'preference-no'],
    ['yes', undefined, undefined, 'eu-west-1'],
    ['yes', undefined, ELSEWHERE, 'eu-west-1'],
    ['yes', undefined, EU, 'eu-west-1'],
    ['yes', undefined, APAC, 'ap-southeast-2'],
    ['yes', undefined, NEAR_PRIMARY, 'primary-chosen'],
    ['yes', 'ap-southeast-2', EU, 'ap-southeast-2'],
    ['yes', 'us-east-1', EU, 'primary-chosen'],
    ['auto', undefined, undefined, 'address-missing'],
    ['auto', undefined, '0.0.0.0', 'address-outside-ranges'],
    ['auto', undefined, '::', 'address-outside-ranges'],
    ['auto', undefined, ELSEWHERE, 'address-outside-ranges'],
    ['auto', undefined, EU, 'eu-west-1'],
    ['auto', undefined, APAC, 'ap-southeast-2'],
    ['auto', undefined, NEAR_PRIMARY, 'primary-chosen'],
    ['auto', 'eu-west-1', APAC, 'eu-west-1'],
    ['auto', 'eu-west-1', ELSEWHERE, 'address-outside-ranges'],
    ['auto', 'eu-west-1', undefined, 'address-missing'],
    ['auto', 'us-east-1', EU, 'primary-chosen'],
  ])('preference %s, region %s, address %s: %s', (preference, region, ip, expected) => {
    expect(decide({ preference, region, ip })).toBe(expected);
  });

  test.each<[region: string | undefined, ip: string | undefined, expected: string]>([
    [undefined, undefined, 'ap-southeast-2'],
    [undefined, ELSEWHERE, 'ap-southeast-2'],
    [undefined, EU, 'region-drained'],
    ['eu-west-1', APAC, 'region-drained'],
    [undefined, APAC, 'ap-southeast-2'],
  ])('preference yes with eu-west-1 drained, region %s, address %s: %s', (region, ip, expected) => {
    expect(decide({ preference: 'yes', region, ip }, { drainedRegions: ['eu-west-1'] })).toBe(expected);
  });

  test('returns the primary if all replicas are drained', () => {
    expect(decide({ preference: 'yes' }, { drainedRegions: REGIONS.replicas })).toBe('region-drained');
    expect(decide({ preference: 'auto', ip: EU }, { drainedRegions: REGIONS.replicas })).toBe('region-drained');
  });

  test.each<[region: string | undefined, ip: string | undefined, drained: string[], expected: string]>([
    [undefined, undefined, [], 'ap-southeast-2'],
    [undefined, ELSEWHERE, [], 'ap-southeast-2'],
    [undefined, EU, [], 'replica-paused'],
    ['eu-west-1', APAC, [], 'replica-paused'],
    [undefined, APAC, [], 'ap-southeast-2'],
    [undefined, undefined, ['ap-southeast-2'], 'replica-paused'],
    [undefined, EU, ['eu-west-1'], 'region-drained'],
  ])('preference yes with eu-west-1 paused, region %s, address %s, %j drained: %s', (region, ip, drained, expected) => {
    expect(decide({ preference: 'yes', region, ip }, { drainedRegions: drained }, ['eu-west-1'])).toBe(expected);
  });

  test.each<[Preference | undefined, string]>([
    [undefined, 'preference-no'],
    ['no', 'preference-no'],
    ['yes', 'eu-west-1'],
    ['auto', 'eu-west-1'],
  ])('applies the default preference: %s', (defaultPreference, expected) => {
    expect(decide({ ip: EU }, { defaultPreference })).toBe(expected);
  });

  test('prefers a requested region, regardless of the default preference', () => {
    for (const defaultPreference of PREFERENCES) {
      expect(decide({ region: 'ap-southeast-2' }, { defaultPreference })).toBe('ap-southeast-2');
    }
  });

  test('never returns a replica for the preference no, and never one that is drained or paused', () => {
    const viewer = fc.record({
      preference: fc.constantFrom<Preference | undefined>(undefined, ...PREFERENCES),
      region: fc.constantFrom(undefined, ...ALL),
      ip: fc.constantFrom(undefined, EU, APAC, NEAR_PRIMARY, ELSEWHERE, '2001:db8::1'),
    });
    fc.assert(
      fc.property(
        viewer,
        fc.subarray(REGIONS.replicas),
        fc.subarray(REGIONS.replicas),
        fc.constantFrom(...PREFERENCES),
        (who, drained, paused, standard) => {
          const decision = decide(who, { drainedRegions: drained, defaultPreference: standard }, paused);
          const isReplica = REGIONS.replicas.includes(decision);
          const preference = who.preference ?? (who.region ? 'yes' : standard);
          expect(isReplica && (preference === 'no' || [...drained, ...paused].includes(decision))).toBe(false);
          expect(isReplica && preference === 'auto' && ![EU, APAC, NEAR_PRIMARY].includes(who.ip!)).toBe(false);
        },
      ),
    );
  });
});

describe('byDelay', () => {
  test.each([
    [DEFAULT_DELAY_SECONDS * 1000 - 1, 'too-new'],
    [DEFAULT_DELAY_SECONDS * 1000, 'delay-over'],
    [DEFAULT_DELAY_SECONDS * 1000 + 1, 'delay-over'],
    [-5, 'too-new'],
  ])('with the default delay, after %i ms: %s', (age, reason) => {
    expect(byDelay(1_000_000, 1_000_000 + age, preferences())).toBe(reason);
  });

  test('with a delay of 0, new objects are ready', () => {
    expect(byDelay(1000, 1000, preferences({ replicationDelaySeconds: 0 }))).toBe('delay-over');
  });
});

describe('isInShare', () => {
  const keys = Array.from({ length: 4000 }, (_, index) => `shots/${index}.jpg`);
  const share = (weight: number) =>
    keys.filter((key) => isInShare(key, 'eu-west-1', preferences({ regionWeights: { 'eu-west-1': weight } })));

  test.each([
    [0, 0, 0],
    [100, 4000, 4000],
    [20, 700, 900],
    [0.5, 5, 45],
  ])('with a weight of %d percent, about that share of the objects is served by the replica', (weight, least, most) => {
    const { length } = share(weight);
    expect(length).toBeGreaterThanOrEqual(least);
    expect(length).toBeLessThanOrEqual(most);
  });

  test('a higher weight only adds objects', () => {
    const larger = new Set(share(30));
    expect(share(20).filter((key) => !larger.has(key))).toEqual([]);
  });

  test('the default weight is 100', () => {
    expect(isInShare('a', 'ap-southeast-2', preferences({ regionWeights: { 'eu-west-1': 0 } }))).toBe(true);
  });
});
