import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_DELAY_SECONDS, PreferencesDocument } from './contract';
import { formatIpRange, parseIpRange } from './ip-address';
import { IpRanges } from './ip-ranges';
import { MediaRouterProps } from './props';
import { invalid } from '../../private/problems';
import { sorted } from '../../private/sorted';

/** The document that the props stand for. */
export function initialPreferences(scope: Construct, props: MediaRouterProps): PreferencesDocument {
  return {
    defaultPreference: props.defaultPreference ?? 'no',
    replicationDelaySeconds: props.replicationDelay?.toSeconds({ integral: false }) ?? DEFAULT_DELAY_SECONDS,
    ipRanges: rangesByRegion(scope, props),
    drainedRegions: props.drainedRegions ?? [],
    regionWeights: sorted(props.regionWeights),
  };
}

/** The same without the ranges that are known at deployment only: a file can't hold those. */
export function withoutTokens({ ipRanges = {}, ...document }: PreferencesDocument): PreferencesDocument {
  const literal = Object.entries(ipRanges).map(([region, cidrs]) => [
    region,
    cidrs.filter((cidr) => !Token.isUnresolved(cidr)),
  ]);
  return { ...document, ipRanges: Object.fromEntries(literal) };
}

function rangesByRegion(scope: Construct, { ipRanges = [] }: MediaRouterProps): Record<string, string[]> {
  const byRegion: Record<string, string[]> = {};
  const seen = new IpRanges();
  ipRanges.forEach(({ cidr, region }, index) => {
    const list = (byRegion[region] ??= []);
    if (Token.isUnresolved(cidr)) {
      list.push(cidr);
      return;
    }
    const property = `ipRanges[${index}].cidr`;
    const range = parseIpRange(cidr);
    if (!range) {
      throw invalid(scope, {
        property,
        got: cidr,
        expected: 'a range in CIDR notation',
        fix: 'Write it like 10.20.0.0/16 or 2001:db8::/32, and a single address like 10.20.1.5/32.',
      });
    }
    const written = formatIpRange(range);
    if (range.hadHostBits) {
      Annotations.of(scope).addInfo(`${property}: ${cidr} names an address within a range; ${written} is used.`);
    }
    const taken = seen.add(range, region);
    if (taken && taken !== region) {
      throw invalid(scope, {
        property,
        got: `${cidr} for ${region}`,
        expected: `a range that no other region has, but ${written} is that of ${taken} too`,
        fix: 'Leave one of the two out, or make one of them longer.',
      });
    }
    if (!taken) list.push(written);
  });
  return byRegion;
}
