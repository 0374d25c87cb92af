import { asFields, Fields, oneOf } from './fields';
import { ValidationError } from '../../../private/validation-error';
import { DEFAULT_DELAY_SECONDS, DEFAULT_PREFERENCE, MAX_DELAY_SECONDS, Preference, PREFERENCES } from '../contract';
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
  const { defaultPreference, replicationDelaySeconds, ipRanges, drainedRegions, regionWeights } = document;
  const expectReplica = (field: string, region: unknown) =>
    oneOf(field, region, copies.slice(1), 'the region of a replica');
  const drained = listIn('drainedRegions', drainedRegions ?? []);
  const weights = Object.entries(asFields('regionWeights', regionWeights ?? {}));
  return {
    defaultPreference: oneOf('defaultPreference', defaultPreference ?? DEFAULT_PREFERENCE, PREFERENCES),
    replicationDelaySeconds: numberIn(
      'replicationDelaySeconds',
      replicationDelaySeconds ?? DEFAULT_DELAY_SECONDS,
      MAX_DELAY_SECONDS,
      'seconds',
    ),
    ranges: rangesOf(ipRanges ?? {}, copies),
    drained: new Set(drained.map((region, index) => expectReplica(`drainedRegions[${index}]`, region))),
    weights: new Map(
      weights.map(([region, weight]) => {
        const field = `regionWeights.${region}`;
        return [expectReplica(field, region), numberIn(field, weight, 100, 'a percentage')];
      }),
    ),
  };
}

function parseJson(text: string): Fields {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new ValidationError('preferences', text, `JSON (${(error as Error).message})`);
  }
  return asFields('preferences', document);
}

function numberIn(field: string, value: unknown, max: number, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= max)) {
    throw new ValidationError(field, value, `${what} from 0 to ${max}`);
  }
  return value;
}

function rangesOf(value: unknown, copies: readonly string[]): IpRanges {
  const ranges = new IpRanges();
  for (const [region, list] of Object.entries(asFields('ipRanges', value))) {
    oneOf(`ipRanges.${region}`, region, copies, 'a region with a copy');
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

function listIn(field: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ValidationError(field, value, 'a list');
  return value;
}
