import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_DELAY_SECONDS, DEFAULT_PREFERENCE, PreferencesDocument } from './contract';
import { formatIpRange, IpRange, parseIpRange } from './ip-address';
import { IpRanges } from './ip-ranges';
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

/** Ranges of private networks: RFC 1918, RFC 4193, and the shared address space of RFC 6598. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

function rangesByRegion(scope: Construct, { ipRanges = [], httpApi }: MediaRouterOptions): Record<string, string[]> {
  const byRegion: Record<string, Set<string>> = {};
  const privateNetworks = new IpRanges();
  for (const range of PRIVATE_RANGES) privateNetworks.add(parseIpRange(range)!, 'private');
  const isPrivate = ({ start }: IpRange) => privateNetworks.regionOf(start) !== undefined;
  ipRanges.forEach(({ cidr, region }, index) => {
    const range = Token.isUnresolved(cidr) ? undefined : parseIpRange(cidr);
    const canonical = range ? formatIpRange(range) : cidr;
    (byRegion[region] ??= new Set()).add(canonical);
    if (range?.hadHostBits) {
      const message = `ipRanges[${index}].cidr: ${cidr} is an address within a range. The range ${canonical} is used.`;
      Annotations.of(scope).addInfo(message);
    }
    if (httpApi && range && isPrivate(range)) {
      Annotations.of(scope).addWarningV2(
        'cdk-media-replication:private-range-over-http',
        `ipRanges[${index}].cidr: ${cidr} is private, but API Gateway sees the public addresses of clients only, so that ` +
          'requests over the HTTP API never match it. Add the public range of that network, or invoke the function from ' +
          'your own server with `clientIp`.',
      );
    }
  });
  return Object.fromEntries(Object.entries(byRegion).map(([region, cidrs]) => [region, [...cidrs]]));
}
