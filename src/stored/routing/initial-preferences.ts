import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_DELAY_SECONDS, DEFAULT_PREFERENCE, PreferencesDocument } from './contract';
import { formatIpRange, parseIpRange } from './ip-address';
import { MediaRouterOptions } from './props';
import { sorted } from '../../private/sorted';

/** Converts options that were found to be valid to a document of preferences. */
export function initialPreferences(scope: Construct, options: MediaRouterOptions): PreferencesDocument {
  return {
    defaultPreference: options.defaultPreference ?? DEFAULT_PREFERENCE,
    replicationDelaySeconds: options.replicationDelay?.toSeconds() ?? DEFAULT_DELAY_SECONDS,
    ipRanges: rangesByRegion(scope, options),
    drainedRegions: options.drainedRegions ?? [],
    regionWeights: sorted(options.regionWeights),
  };
}

/** Removes the ranges that are known only at deployment, which a file cannot contain. */
export function withoutTokens({ ipRanges = {}, ...document }: PreferencesDocument): PreferencesDocument {
  const literal = Object.entries(ipRanges).map(([region, cidrs]) => [
    region,
    cidrs.filter((cidr) => !Token.isUnresolved(cidr)),
  ]);
  return { ...document, ipRanges: Object.fromEntries(literal) };
}

function rangesByRegion(scope: Construct, { ipRanges = [] }: MediaRouterOptions): Record<string, string[]> {
  const byRegion: Record<string, Set<string>> = {};
  ipRanges.forEach(({ cidr, region }, index) => {
    const range = Token.isUnresolved(cidr) ? undefined : parseIpRange(cidr);
    const canonical = range ? formatIpRange(range) : cidr;
    (byRegion[region] ??= new Set()).add(canonical);
    if (range?.hadHostBits) {
      const message = `ipRanges[${index}].cidr: ${cidr} is an address within a range. The range ${canonical} is used.`;
      Annotations.of(scope).addInfo(message);
    }
  });
  return Object.fromEntries(Object.entries(byRegion).map(([region, cidrs]) => [region, [...cidrs]]));
}
