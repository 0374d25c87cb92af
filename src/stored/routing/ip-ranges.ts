import { IpAddress, IpRange, maskIpv4, maskIpv6 } from './ip-address';

/** The ranges of one prefix length. */
interface Level<T> {
  readonly prefixLength: number;
  readonly regions: Map<T, string>;
}

/**
 * Finds the region of an address: that of the range with the longest prefix. There is one map for each prefix length, so
 * that the time of a lookup does not depend on the number of ranges.
 */
export class IpRanges {
  private readonly ipv4: Level<number>[] = [];
  private readonly ipv6: Level<bigint>[] = [];

  /** Adds a range, or returns the region that the same range already belongs to. */
  add({ start, prefixLength }: IpRange, region: string): string | undefined {
    return start.bits === 32
      ? addTo(this.ipv4, start.value, prefixLength, region)
      : addTo(this.ipv6, start.value, prefixLength, region);
  }

  regionOf(address: IpAddress): string | undefined {
    if (address.bits === 32) {
      for (const { prefixLength, regions } of this.ipv4) {
        const region = regions.get(maskIpv4(address.value, prefixLength));
        if (region) return region;
      }
    } else {
      for (const { prefixLength, regions } of this.ipv6) {
        const region = regions.get(maskIpv6(address.value, prefixLength));
        if (region) return region;
      }
    }
    return undefined;
  }
}

function addTo<T>(levels: Level<T>[], start: T, prefixLength: number, region: string): string | undefined {
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
