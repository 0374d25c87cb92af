import { ValidationError } from '../../../private/validation-error';
import {
  DEFAULT_DELAY_SECONDS,
  DEFAULT_PREFERENCE,
  MAX_DELAY_SECONDS,
  Preference,
  PREFERENCES,
  PreferencesDocument,
} from '../contract';
import { parseIpRange } from '../ip-address';
import { IpRanges } from '../ip-ranges';

/** Preferences that were parsed and found to be valid. */
export interface Preferences {
  readonly defaultPreference: Preference;
  readonly replicationDelaySeconds: number;
  readonly ranges: IpRanges;
  readonly drained: ReadonlySet<string>;
  /** Percentages by region; 100 for regions that are not in the map. */
  readonly weights: ReadonlyMap<string, number>;
}

const FIELDS = ['defaultPreference', 'replicationDelaySeconds', 'ipRanges', 'drainedRegions', 'regionWeights'];

/**
 * Parses a document of preferences. A document with any invalid field is rejected as a whole.
 *
 * @param copies the regions of the copies, the primary's first
 * @throws ValidationError that names the field
 */
export function parsePreferences(text: string, copies: readonly string[]): Preferences {
  const document = parseJson(text);
  for (const field of Object.keys(document)) {
    if (!FIELDS.includes(field)) throw new ValidationError(field, document[field], `one of ${FIELDS.join(', ')}`);
  }
  const { defaultPreference, replicationDelaySeconds, ipRanges, drainedRegions, regionWeights } =
    document as PreferencesDocument;
  return {
    defaultPreference: preference(defaultPreference ?? DEFAULT_PREFERENCE),
    replicationDelaySeconds: delay(replicationDelaySeconds ?? DEFAULT_DELAY_SECONDS),
    ranges: rangesOf(ipRanges ?? {}, copies),
    drained: drainedOf(drainedRegions ?? [], copies),
    weights: weightsOf(regionWeights ?? {}, copies),
  };
}

function parseJson(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ValidationError('preferences', text, `JSON (${(error as Error).message})`);
  }
  return objectIn('preferences', document);
}

function preference(value: unknown): Preference {
  if (!PREFERENCES.includes(value as Preference)) {
    throw new ValidationError('defaultPreference', value, `one of ${PREFERENCES.join(', ')}`);
  }
  return value as Preference;
}

function delay(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_DELAY_SECONDS)) {
    throw new ValidationError('replicationDelaySeconds', value, `seconds from 0 to ${MAX_DELAY_SECONDS}`);
  }
  return value;
}

function rangesOf(value: unknown, copies: readonly string[]): IpRanges {
  const ranges = new IpRanges();
  for (const [region, list] of Object.entries(objectIn('ipRanges', value))) {
    expectCopy(`ipRanges.${region}`, region, copies);
    listIn(`ipRanges.${region}`, list).forEach((cidr, index) => {
      const field = `ipRanges.${region}[${index}]`;
      const range = typeof cidr === 'string' ? parseIpRange(cidr) : undefined;
      if (!range) {
        throw new ValidationError(field, cidr, 'a range in CIDR notation, like 10.20.0.0/16 or 2001:db8::/32');
      }
      const taken = ranges.add(range, region);
      if (taken && taken !== region) {
        throw new ValidationError(field, cidr, `a range of one region only, but it belongs to ${taken} too`);
      }
    });
  }
  return ranges;
}

function drainedOf(value: unknown, copies: readonly string[]): Set<string> {
  const regions = listIn('drainedRegions', value);
  regions.forEach((region, index) => expectReplica(`drainedRegions[${index}]`, region, copies));
  return new Set(regions as string[]);
}

function weightsOf(value: unknown, copies: readonly string[]): Map<string, number> {
  const weights = Object.entries(objectIn('regionWeights', value));
  for (const [region, weight] of weights) {
    expectReplica(`regionWeights.${region}`, region, copies);
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 100)) {
      throw new ValidationError(`regionWeights.${region}`, weight, 'a percentage from 0 to 100');
    }
  }
  return new Map(weights as [string, number][]);
}

function objectIn(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ValidationError(field, value, 'an object');
  }
  return value as Record<string, unknown>;
}

function listIn(field: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ValidationError(field, value, 'a list');
  return value;
}

function expectCopy(field: string, region: unknown, copies: readonly string[]): void {
  if (!copies.includes(region as string)) {
    throw new ValidationError(field, region, `a region with a copy (${copies.join(', ')})`);
  }
}

function expectReplica(field: string, region: unknown, [, ...replicas]: readonly string[]): void {
  if (!replicas.includes(region as string)) {
    throw new ValidationError(field, region, `the region of a replica (${replicas.join(', ')})`);
  }
}
