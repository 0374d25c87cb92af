import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 address is a number, and an IPv6 address is a bigint. */
export type IpAddress = number | bigint;

export interface IpRange {
  /** The first address: host bits are cleared. */
  readonly start: IpAddress;
  readonly prefixLength: number;
  /** Whether the input had host bits set, like `10.1.2.3/8`. */
  readonly hadHostBits: boolean;
}

const MAPPED = 0xffffn;

/**
 * Parses an address strictly: no octal, hexadecimal or short forms, no port, no zone. An IPv4-mapped IPv6 address
 * (`::ffff:10.0.0.1`) is equal to the IPv4 address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return ipv4Value(text);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const value = ipv6Value(text);
  return value >> 32n === MAPPED ? Number(value & 0xffff_ffffn) : value;
}

/** Parses a range in CIDR notation. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, address, length] = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  let parsed = address === undefined ? undefined : parseIpAddress(address);
  if (parsed === undefined) return undefined;
  let prefixLength = Number(length);
  if (typeof parsed === 'number' && address.includes(':')) {
    // The first 96 bits of `::ffff:10.0.0.0/104` mark it as IPv4. A shorter prefix also contains IPv6 addresses.
    if (prefixLength >= 96) prefixLength -= 96;
    else parsed = ipv6Value(address);
  }
  if (prefixLength > (typeof parsed === 'number' ? 32 : 128)) return undefined;
  const start = firstAddress(parsed, prefixLength);
  return { start, prefixLength, hadHostBits: start !== parsed };
}

/** Formats the range without host bits. */
export function formatIpRange({ start, prefixLength }: IpRange): string {
  return `${typeof start === 'number' ? formatIpv4(start) : formatIpv6(start)}/${prefixLength}`;
}

/** The first address of a range: all bits but those of the prefix are cleared. */
export function firstAddress(address: IpAddress, prefixLength: number): IpAddress {
  if (typeof address === 'number') return prefixLength === 0 ? 0 : (address & (-1 << (32 - prefixLength))) >>> 0;
  const hostBits = BigInt(128 - prefixLength);
  return (address >> hostBits) << hostBits;
}

/** Requires a valid address. */
function ipv4Value(text: string): number {
  let value = 0;
  let octet = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0) {
      octet = octet * 10 + digit;
    } else {
      value = value * 256 + octet;
      octet = 0;
    }
  }
  return value * 256 + octet;
}

function ipv6Value(text: string): bigint {
  const [head, tail] = text.split('::').map(groups);
  const zeros = tail ? Array<number>(8 - head.length - tail.length).fill(0) : [];
  const [a, b, c, d, e, f, g, h] = [...head, ...zeros, ...(tail ?? [])];
  const [w0, w1, w2, w3] = [a * 65536 + b, c * 65536 + d, e * 65536 + f, g * 65536 + h];
  return (BigInt(w0) << 96n) | (BigInt(w1) << 64n) | (BigInt(w2) << 32n) | BigInt(w3);
}

/** Parses the 16-bit groups on one side of `::`. The last two may be written as an IPv4 address. */
function groups(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    if (!group.includes('.')) return [parseInt(group, 16)];
    const value = ipv4Value(group);
    return [Math.floor(value / 65536), value % 65536];
  });
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `URL` compresses the longest run of zeros, as RFC 5952 requires. */
function formatIpv6(value: bigint): string {
  const text = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return new URL(`http://[${text.join(':')}]`).hostname.slice(1, -1);
}
