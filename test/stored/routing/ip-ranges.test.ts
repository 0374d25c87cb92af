import * as fc from 'fast-check';
import { formatIpRange, IpAddress, parseIpAddress, parseIpRange } from '../../../src/stored/routing/ip-address';
import { IpRanges } from '../../../src/stored/routing/ip-ranges';

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));
const ipv6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((each) => each.toString(16)).join(':'))
  .filter((address) => !address.startsWith('0:0:0:0:0:ffff:')); // IPv4-mapped addresses

/** Converts an address to a string of bits, without the code under test. */
function bitsOf(address: string): string {
  return address.includes(':')
    ? address
        .split(':')
        .map((part) => parseInt(part, 16).toString(2).padStart(16, '0'))
        .join('')
    : address
        .split('.')
        .map((part) => Number(part).toString(2).padStart(8, '0'))
        .join('');
}

describe('parseIpAddress', () => {
  test.each([
    ['10.20.1.5', 0x0a140105],
    ['255.255.255.255', 0xffffffff],
    ['0.0.0.0', 0],
    ['::ffff:10.0.0.1', 0x0a000001],
    ['::ffff:a00:1', 0x0a000001],
    ['::', 0n],
    ['::1', 1n],
    ['2001:db8::', 0x20010db8n * 2n ** 96n],
    ['2001:DB8::10.0.0.1', 0x20010db8n * 2n ** 96n + 0x0a000001n],
    ['1:2:3:4:5:6:7:8', 0x00010002000300040005000600070008n],
  ])('parses %s', (text, address) => {
    expect(parseIpAddress(text)).toEqual(address);
  });

  test.each([
    ['octal', '010.0.0.1'],
    ['hexadecimal', '0x7f.0.0.1'],
    ['short', '10.1'],
    ['a number', '2130706433'],
    ['with a port', '10.0.0.1:80'],
    ['IPv6 with a port', '[::1]:80'],
    ['with a zone', 'fe80::1%eth0'],
    ['with spaces', ' 10.0.0.1'],
    ['with a range', '10.0.0.0/8'],
    ['too large', '10.0.0.256'],
    ['two gaps', '1::2::3'],
    ['a name', 'localhost'],
    ['nothing', ''],
    ['a list', '10.0.0.1, 10.0.0.2'],
  ])('rejects an address: %s', (_, text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

describe('parseIpRange', () => {
  test.each([
    ['10.20.0.0/16', '10.20.0.0/16', false],
    ['10.20.1.5/16', '10.20.0.0/16', true],
    ['0.0.0.0/0', '0.0.0.0/0', false],
    ['10.0.0.1/32', '10.0.0.1/32', false],
    ['2001:db8::1/32', '2001:db8::/32', true],
    ['::/0', '::/0', false],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8', false],
    ['::ffff:10.0.0.1/64', '::/64', true],
    ['1:0:0:2::/128', '1:0:0:2::/128', false],
  ])('parses %s as %s', (text, written, hadHostBits) => {
    const range = parseIpRange(text)!;
    expect([formatIpRange(range), range.hadHostBits]).toEqual([written, hadHostBits]);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '010.0.0.0/8',
    '/8',
    '',
  ])('rejects %p', (text) => expect(parseIpRange(text)).toBeUndefined());

  test('an IPv6 range that contains the IPv4-mapped addresses does not match IPv4 addresses', () => {
    const ranges = new IpRanges();
    ranges.add(parseIpRange('::/0')!, 'v6');
    expect(ranges.regionOf(parseIpAddress('::ffff:10.0.0.1')!)).toBeUndefined();
    expect(ranges.regionOf(parseIpAddress('::1')!)).toBe('v6');
  });
});

describe('IpRanges', () => {
  test.each([
    ['IPv4', ipv4, 32],
    ['IPv6', ipv6, 128],
  ])('finds the longest prefix, like a linear search: %s', (_, address, bits) => {
    const range = fc.tuple(address, fc.integer({ min: 0, max: bits }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), address, fc.nat(), (list, anywhere, pick) => {
        // Half of the addresses are the start of a range, because random addresses are rarely in any range.
        const requested = list.length && pick % 2 ? list[pick % list.length][0] : anywhere;
        const ranges = new IpRanges();
        const naive: [prefix: string, region: string][] = [];
        list.forEach(([start, length], index) => {
          ranges.add(parseIpRange(`${start}/${length}`)!, `region-${index}`);
          naive.push([bitsOf(start).slice(0, length), `region-${index}`]);
        });
        const best = naive
          .filter(([prefix]) => bitsOf(requested).startsWith(prefix))
          .reduce<[string, string] | undefined>((a, b) => (a && a[0].length >= b[0].length ? a : b), undefined);
        expect(ranges.regionOf(parseIpAddress(requested) as IpAddress)).toBe(best?.[1]);
      }),
      { numRuns: 300 },
    );
  });

  test('returns the region that the same range already belongs to', () => {
    const ranges = new IpRanges();
    expect(ranges.add(parseIpRange('10.1.2.3/8')!, 'a')).toBeUndefined();
    expect(ranges.add(parseIpRange('10.0.0.0/8')!, 'b')).toBe('a');
    expect(ranges.regionOf(parseIpAddress('10.9.9.9')!)).toBe('a');
  });
});
