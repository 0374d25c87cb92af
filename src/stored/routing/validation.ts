import { Duration, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { DEFAULT_MAX_LINK_SECONDS, MAX_DELAY_SECONDS, MAX_LINK_SECONDS, REASONS, USER_KEY } from './contract';
import { IMediaRouter } from './i-media-router';
import { formatIpRange, parseIpRange } from './ip-address';
import { IpRanges } from './ip-ranges';
import { MediaIpRange, MediaRouterOptions, UserPreferencesOptions } from './props';
import { validateAccess } from './validation-access';
import { mayBeOneOf } from '../../private/one-of';
import { Problems } from '../../private/problems';

/** The regions of the copies that a router links to. */
export interface CopyRegions {
  readonly primary: string;
  readonly replicas: readonly string[];
}

/** The values that an option can have. */
interface Choice {
  readonly known: readonly string[];
  readonly what: string;
  readonly fix: string;
}

const REGION_FIX = 'Specify one of these regions, or add a replica in that region.';
const METRIC_FIX = 'Specify one of these: the router creates no other links.';
const LIFETIME_LIMIT =
  'Presigned links are valid for up to 7 days: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html';

export function validateRouter(problems: Problems, options: MediaRouterOptions, regions: CopyRegions): void {
  const replicas = { known: regions.replicas, what: 'the region of a replica', fix: REGION_FIX };
  const copies = copiesOf(regions, REGION_FIX);
  const { drainedRegions = [], ipRanges = [], endpoints = {}, regionWeights = {}, standby } = options;
  drainedRegions.forEach((region, index) => expectOneOf(problems, `drainedRegions[${index}]`, region, replicas));
  if (standby) expectOneOf(problems, 'standby.region', standby.region, replicas);
  ipRanges.forEach(({ region }, index) => expectOneOf(problems, `ipRanges[${index}].region`, region, copies));
  validateRanges(problems, ipRanges);
  for (const region of Object.keys(endpoints)) expectOneOf(problems, `endpoints.${region}`, region, copies);
  for (const [region, weight] of Object.entries(regionWeights)) {
    const property = `regionWeights.${region}`;
    if (!expectOneOf(problems, property, region, replicas)) continue;
    problems.expect(Token.isUnresolved(weight) || (weight >= 0 && weight <= 100), {
      property,
      got: weight,
      expected: 'a percentage from 0 to 100',
      fix: 'Specify 100 if the replica is to serve all of its objects, and 0 if it is to serve none.',
    });
  }
  validateDurations(problems, options);
  validateAccess(problems, options);
  if (options.userPreferences) validateUserPreferences(problems.within('userPreferences'), options.userPreferences);
}

function validateUserPreferences(problems: Problems, { table, removalPolicy }: UserPreferencesOptions): void {
  problems.expect(!table || removalPolicy === undefined, {
    property: 'removalPolicy',
    got: removalPolicy,
    expected: 'no value with `table`',
    fix: 'Remove one of the two: an existing table is not modified.',
  });
  // An imported table has no resource, so only a table of this app can be validated.
  const { keySchema, attributeDefinitions } = (table?.node.defaultChild ?? {}) as Partial<dynamodb.CfnTable>;
  if (!Array.isArray(keySchema) || !Array.isArray(attributeDefinitions)) return;
  const types = (attributeDefinitions as dynamodb.CfnTable.AttributeDefinitionProperty[]).map(
    ({ attributeName, attributeType }) => [attributeName, attributeType] as const,
  );
  const keys = (keySchema as dynamodb.CfnTable.KeySchemaProperty[]).map(
    ({ attributeName }) => `${attributeName} (${new Map(types).get(attributeName)})`,
  );
  const expected = `${USER_KEY} (${dynamodb.AttributeType.STRING})`;
  problems.expect(keys.join() === expected, {
    property: 'table',
    got: `a table with the key ${keys.join(', ')}`,
    expected: `a table with the partition key ${expected} and no sort key`,
    fix: 'Create a table with this key, or remove `table` so that the router creates one.',
  });
}

/** A metric of an unknown region or reason would never have data. */
export function validateMetric(router: IMediaRouter, copyRegion: string, reason: string): void {
  const problems = new Problems(router);
  const copies = copiesOf({ primary: router.primaryRegion, replicas: router.replicaRegions }, METRIC_FIX);
  expectOneOf(problems, 'copyRegion', copyRegion, copies);
  expectOneOf(problems, 'reason', reason, { known: REASONS, what: 'a reason', fix: METRIC_FIX });
  problems.throwIfAny();
}

function copiesOf({ primary, replicas }: CopyRegions, fix: string): Choice {
  return { known: [primary, ...replicas], what: 'the region of the primary or a replica', fix };
}

function expectOneOf(problems: Problems, property: string, got: string, { known, what, fix }: Choice): boolean {
  const expected = `${what} (${known.join(', ')})`;
  return problems.expect(mayBeOneOf(known, got), { property, got, expected, fix });
}

function validateRanges(problems: Problems, ipRanges: readonly MediaIpRange[]): void {
  const ranges = new IpRanges();
  ipRanges.forEach(({ cidr, region }, index) => {
    if (Token.isUnresolved(cidr)) return;
    const finding = { property: `ipRanges[${index}].cidr`, got: cidr };
    const range = parseIpRange(cidr);
    if (!range) {
      problems.add({
        ...finding,
        expected: 'a range in CIDR notation',
        fix: 'Specify a range like 10.20.0.0/16 or 2001:db8::/32, or a single address like 10.20.1.5/32.',
      });
      return;
    }
    const other = ranges.add(range, region);
    problems.expect(other === undefined || other === region, {
      ...finding,
      expected: `a range of one region only, but ${formatIpRange(range)} belongs to ${other} and ${region}`,
      fix: 'Remove one of the two ranges, or give one of them a longer prefix.',
    });
  });
}

function validateDurations(problems: Problems, options: MediaRouterOptions): void {
  const { linkLifetime, maxLinkLifetime, replicationDelay } = options;
  const expectSeconds = (property: string, value: Duration | undefined, [min, max]: [number, number], fix: string) => {
    if (!value || value.isUnresolved()) return true;
    const seconds = value.toSeconds({ integral: false });
    const expected = `whole seconds, from ${min} to ${max}`;
    const isInRange = Number.isInteger(seconds) && seconds >= min && seconds <= max;
    return problems.expect(isInRange, { property, got: value.toString(), expected, fix });
  };
  const delayFix = 'Use ReadinessMode.EXACT if replication takes longer.';
  expectSeconds('replicationDelay', replicationDelay, [0, MAX_DELAY_SECONDS], delayFix);
  const isMaxValid = expectSeconds('maxLinkLifetime', maxLinkLifetime, [1, MAX_LINK_SECONDS], LIFETIME_LIMIT);
  if (!isMaxValid || maxLinkLifetime?.isUnresolved()) return;
  const max = maxLinkLifetime?.toSeconds() ?? DEFAULT_MAX_LINK_SECONDS;
  const lifetimeFix = 'Specify a shorter linkLifetime, or a longer maxLinkLifetime.';
  expectSeconds('linkLifetime', linkLifetime, [1, max], lifetimeFix);
}
