import { BlockList } from 'node:net';
import { parseIpAddress, parseIpRange } from '../../src/stored/routing/ip-address';
import { IpRanges } from '../../src/stored/routing/ip-ranges';

const LOOKUPS = 2000;

function cidr(index: number): [start: string, length: number] {
  return [`10.${Math.floor(index / 256)}.${index % 256}.0`, 24];
}

function microseconds(work: (address: string) => void, addresses: string[]): number {
  const start = process.hrtime.bigint();
  for (const address of addresses) work(address);
  return Number(process.hrtime.bigint() - start) / 1e3 / addresses.length;
}

const results = [10, 1000, 10_000].map((count) => {
  const ranges = new IpRanges();
  const blockList = new BlockList();
  for (let index = 0; index < count; index++) {
    const [start, length] = cidr(index);
    ranges.add(parseIpRange(`${start}/${length}`)!, 'eu-west-1');
    blockList.addSubnet(start, length, 'ipv4');
  }
  // Half of the addresses are in a range.
  const addresses = Array.from({ length: LOOKUPS }, (_, index) => {
    const [start] = cidr((index * 7919) % (2 * count));
    return start.replace(/0$/, String(index % 256));
  });
  const ours = (address: string) => ranges.regionOf(parseIpAddress(address)!);
  const theirs = (address: string) => blockList.check(address, 'ipv4');
  for (const address of addresses) {
    if ((ours(address) !== undefined) !== theirs(address)) throw new Error(`The results for ${address} differ.`);
  }
  const rounds = Array.from({ length: 9 }, () => [microseconds(ours, addresses), microseconds(theirs, addresses)]);
  return { count, ours: rounds.map(([time]) => time), theirs: rounds.map(([, time]) => time) };
});
process.stdout.write(JSON.stringify(results));
