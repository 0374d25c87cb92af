import { firstAddress, IpAddress, IpRange } from './ip-address';

/** The ranges of one prefix length. */
interface Level {
  readonly prefixLength: number;
  readonly regions: Map<IpAddress, string>;
}

/**
 * Finds the region of an address: that of the range with the longest prefix. There is one map for each prefix length, so
 * that the time of a lookup does not depend on the number of ranges.
 */
export class IpRanges {
  /** By the type of addresses (IPv4 or IPv6), longest prefix first. */
  private readonly levels = { number: [] as Level[], bigint: [] as Level[] };

  /** Adds a range, or returns the region that the same range already belongs to. */
  add({ start, prefixLength }: IpRange, region: string): string | undefined {
    const levels = this.levels[typeof start as 'number' | 'bigint'];
    let level = levels.find((each) => each.prefixLength === prefixLength);
    if (!level) {
      level = { prefixLength, regions: new Map() };
      levels.push(level);
      levels.sort((a, b) => b.prefixLength - a.prefixLength);
    }
    const taken = level.regions.get(start);
    if (!taken) level.regions.set(start, region);
    return taken;
  }

  regionOf(address: IpAddress): string | undefined {
    for (const { prefixLength, regions } of this.levels[typeof address as 'number' | 'bigint']) {
      const region = regions.get(firstAddress(address, prefixLength));
      if (region) return region;
    }
    return undefined;
  }
}
