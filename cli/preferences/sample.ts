import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Fields } from './edits';
import { IpAddress, parseIpAddress, parseIpRange } from '../../src/stored/routing/ip-address';
import type { Preferences } from '../../src/stored/routing/runtime/preferences';
import { destinationOf, Regions } from '../../src/stored/routing/runtime/rule';
import { show } from '../config/words';
import { ConfigError, UsageError } from '../problems';

/** The number of addresses that a change moves to another region, for requests with the same preference. */
export interface Moves {
  /** `default` for requests without a preference. */
  readonly preference: 'default' | 'auto' | 'yes';
  readonly addresses: number;
  readonly moved: number;
  readonly moves: readonly { readonly from: string; readonly to: string; readonly addresses: number }[];
}

const PREFERENCES: readonly Moves['preference'][] = ['default', 'auto', 'yes'];

/** Returns the first address of each range in the documents. */
export function addressesOfRanges(...documents: readonly Fields[]): IpAddress[] {
  const cidrs = documents.flatMap(({ ipRanges = {} }) => Object.values<string[]>(ipRanges).flat());
  return [...new Set(cidrs.map((cidr) => parseIpRange(cidr)!.start))];
}

/** Reads the addresses in a file, one per line. */
export function addressesIn(file: string, cwd: string): IpAddress[] {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Specify a file with --addresses.`,
    );
  }
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: line.trim() }));
  const found = lines
    .filter((each) => each.text !== '')
    .map((each) => ({ ...each, address: parseIpAddress(each.text) }));
  const problems = found.flatMap(({ line, text: got, address }) => {
    const message = `got ${show(got)}, expected an IPv4 or IPv6 address. Remove the line, or correct it.`;
    return address === undefined ? { file, line, column: 1, path: '', message } : [];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return found.map(({ address }) => address!);
}

/** Applies the router's rule to each address, before and after the change. */
export function movesBetween(
  before: Preferences,
  after: Preferences,
  regions: Regions,
  addresses: readonly IpAddress[],
): Moves[] {
  return PREFERENCES.map((preference) => {
    const regionOf = (address: IpAddress, preferences: Preferences) => {
      const viewer = { address, preference: preference === 'default' ? undefined : preference };
      const destination = destinationOf(viewer, preferences, regions);
      return 'replica' in destination ? destination.replica : regions.primary;
    };
    const counts = new Map<string, number>();
    for (const address of addresses) {
      const [from, to] = [regionOf(address, before), regionOf(address, after)];
      if (from !== to) counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
    }
    const moves = [...counts].map(([names, count]) => {
      const [from, to] = names.split(' ');
      return { from, to, addresses: count };
    });
    const moved = moves.reduce((sum, { addresses: count }) => sum + count, 0);
    return { preference, addresses: addresses.length, moved, moves };
  });
}
