import { Duration, Token } from 'aws-cdk-lib';
import { DEFAULT_MAX_LINK_SECONDS, MAX_DELAY_SECONDS, MAX_LINK_SECONDS, REASONS } from './contract';
import { IMediaRouter } from './i-media-router';
import { formatIpRange, parseIpRange } from './ip-address';
import { IpRanges } from './ip-ranges';
import { MediaIpRange, MediaRouterOptions } from './props';
import { invalid, Problems } from '../../private/problems';

/** The regions of the copies that a router links to. */
export interface CopyRegions {
  readonly primary: string;
  readonly replicas: readonly string[];
}

const LIFETIME_LIMIT =
  'Presigned links are valid for up to 7 days: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html';

export function validateRouter(problems: Problems, options: MediaRouterOptions, regions: CopyRegions): void {
  const copies = [regions.primary, ...regions.replicas];
  const { drainedRegions = [], ipRanges = [], endpoints = {}, regionWeights = {} } = options;
  drainedRegions.forEach((region, index) =>
    expectRegion(problems, `drainedRegions[${index}]`, region, regions.replicas, 'a replica'),
  );
  ipRanges.forEach(({ region }, index) =>
    expectRegion(problems, `ipRanges[${index}].region`, region, copies, 'the primary or a replica'),
  );
  validateRanges(problems, ipRanges);
  for (const region of Object.keys(endpoints)) {
    expectRegion(problems, `endpoints.${region}`, region, copies, 'the primary or a replica');
  }
  for (const [region, weight] of Object.entries(regionWeights)) {
    const property = `regionWeights.${region}`;
    if (!expectRegion(problems, property, region, regions.replicas, 'a replica')) continue;
    problems.expect(Token.isUnresolved(weight) || (weight >= 0 && weight <= 100), {
      property,
      got: weight,
      expected: 'a percentage from 0 to 100',
      fix: 'Specify 100 if the replica is to serve all of its objects, and 0 if it is to serve none.',
    });
  }
  validateDurations(problems, options);
}

/** A metric of an unknown region or reason would never have data. */
export function validateMetric(router: IMediaRouter, dimensions: { copyRegion: string; reason: string }): void {
  const known = {
    copyRegion: [router.primaryRegion, ...router.replicaRegions],
    reason: REASONS as readonly string[],
  };
  for (const property of ['copyRegion', 'reason'] as const) {
    const [got, values] = [dimensions[property], known[property]];
    if (isAnyUnresolved(got, ...values) || values.includes(got)) continue;
    throw invalid(router, {
      property,
      got,
      expected: `one of ${values.join(', ')}`,
      fix: 'Specify one of these: the router creates no other links.',
    });
  }
}

function expectRegion(
  problems: Problems,
  property: string,
  region: string,
  known: readonly string[],
  owner: string,
): boolean {
  return problems.expect(isAnyUnresolved(region, ...known) || known.includes(region), {
    property,
    got: region,
    expected: `the region of ${owner} (${known.join(', ')})`,
    fix: 'Specify one of these regions, or add a replica in that region.',
  });
}

function validateRanges(problems: Problems, ipRanges: readonly MediaIpRange[]): void {
  const ranges = new IpRanges();
  ipRanges.forEach(({ cidr, region }, index) => {
    if (Token.isUnresolved(cidr)) return;
    const property = `ipRanges[${index}].cidr`;
    const range = parseIpRange(cidr);
    const isRange = problems.expect(range !== undefined, {
      property,
      got: cidr,
      expected: 'a range in CIDR notation',
      fix: 'Specify a range like 10.20.0.0/16 or 2001:db8::/32, or a single address like 10.20.1.5/32.',
    });
    if (!isRange) return;
    const other = ranges.add(range!, region);
    problems.expect(other === undefined || other === region, {
      property,
      got: cidr,
      expected: `a range of one region only, but ${formatIpRange(range!)} belongs to ${other} and ${region}`,
      fix: 'Remove one of the two ranges, or give one of them a longer prefix.',
    });
  });
}

function validateDurations(problems: Problems, options: MediaRouterOptions): void {
  const { linkLifetime, maxLinkLifetime, replicationDelay } = options;
  expectSeconds(
    problems,
    'replicationDelay',
    replicationDelay,
    [0, MAX_DELAY_SECONDS],
    'Use ReadinessMode.EXACT if replication takes longer.',
  );
  const isMaxValid = expectSeconds(problems, 'maxLinkLifetime', maxLinkLifetime, [1, MAX_LINK_SECONDS], LIFETIME_LIMIT);
  if (!isMaxValid || maxLinkLifetime?.isUnresolved()) return;
  const max = maxLinkLifetime?.toSeconds() ?? DEFAULT_MAX_LINK_SECONDS;
  expectSeconds(
    problems,
    'linkLifetime',
    linkLifetime,
    [1, max],
    'Specify a shorter linkLifetime, or a longer maxLinkLifetime.',
  );
}

function expectSeconds(
  problems: Problems,
  property: string,
  value: Duration | undefined,
  [min, max]: readonly [min: number, max: number],
  fix: string,
): boolean {
  if (!value || value.isUnresolved()) return true;
  const seconds = value.toSeconds({ integral: false });
  return problems.expect(Number.isInteger(seconds) && seconds >= min && seconds <= max, {
    property,
    got: value.toString(),
    expected: `whole seconds, from ${min} to ${max}`,
    fix,
  });
}

function isAnyUnresolved(...values: readonly string[]): boolean {
  return values.some((value) => Token.isUnresolved(value));
}
