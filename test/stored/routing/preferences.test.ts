import { DEFAULT_DELAY_SECONDS, DEFAULT_PREFERENCE } from '../../../src/stored/routing/contract';
import { parseIpAddress } from '../../../src/stored/routing/ip-address';
import { handler } from '../../../src/stored/routing/preferences-validator.lambda';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';

const COPIES = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const parse = (document: unknown) => parsePreferences(JSON.stringify(document), COPIES);

describe('parsePreferences', () => {
  test('applies the defaults to an empty document', () => {
    const { defaultPreference, replicationDelaySeconds, drained, weights } = parse({});
    expect([defaultPreference, replicationDelaySeconds, drained.size, weights.size]).toEqual([
      DEFAULT_PREFERENCE,
      DEFAULT_DELAY_SECONDS,
      0,
      0,
    ]);
  });

  test.each<[document: unknown, message: RegExp]>([
    [[], /^preferences: got a list of 0, expected an object/],
    [null, /^preferences: got nothing/],
    [{ ipRange: {} }, /^ipRange: .* expected one of defaultPreference, /],
    [{ defaultPreference: 'maybe' }, /^defaultPreference: got "maybe", expected one of no, yes, auto/],
    [{ replicationDelaySeconds: -1 }, /^replicationDelaySeconds: got -1, expected seconds from 0/],
    [{ replicationDelaySeconds: '60' }, /^replicationDelaySeconds: got "60"/],
    [{ replicationDelaySeconds: 1e9 }, /^replicationDelaySeconds/],
    [{ ipRanges: [] }, /^ipRanges: got a list of 0, expected an object/],
    [{ ipRanges: { 'eu-west-1': '10.0.0.0/8' } }, /^ipRanges.eu-west-1: got "10.0.0.0\/8", expected a list/],
    [{ ipRanges: { 'eu-west-3': [] } }, /^ipRanges.eu-west-3: .* a region with a copy \(us-east-1, eu-west-1/],
    [{ ipRanges: { 'eu-west-1': ['10.0.0.0/8', '10.0.0.0/40'] } }, /^ipRanges.eu-west-1\[1\]: got "10.0.0.0\/40"/],
    [{ ipRanges: { 'eu-west-1': [7] } }, /^ipRanges.eu-west-1\[0\]: got 7, expected a range in CIDR notation/],
    [
      { ipRanges: { 'eu-west-1': ['10.0.0.0/8'], 'us-east-1': ['10.1.0.0/8'] } },
      /^ipRanges.us-east-1\[0\]: .* a range of one region only, but it belongs to eu-west-1 too/,
    ],
    [{ drainedRegions: 'eu-west-1' }, /^drainedRegions: .* a list/],
    [{ drainedRegions: ['us-east-1'] }, /^drainedRegions\[0\]: got "us-east-1", expected the region of a replica/],
    [{ regionWeights: { 'eu-west-1': 101 } }, /^regionWeights.eu-west-1: got 101, expected a percentage/],
    [{ regionWeights: { 'us-east-1': 1 } }, /^regionWeights.us-east-1: .* the region of a replica/],
    [{ regionWeights: { 'eu-west-1': '50' } }, /^regionWeights.eu-west-1: got "50"/],
  ])('fails when the document is %j', (document, message) => {
    expect(() => parse(document)).toThrow(message);
  });

  test('fails when the document is not JSON', () => {
    expect(() => parsePreferences('{', COPIES)).toThrow(/^preferences: got "{", expected JSON/);
  });

  test('accepts duplicate ranges of one region, and host bits', () => {
    const { ranges } = parse({ ipRanges: { 'eu-west-1': ['10.0.0.0/8', '10.1.2.3/8'] } });
    expect(ranges.regionOf(parseIpAddress('10.200.0.1')!)).toBe('eu-west-1');
  });

  test('accepts 10,000 ranges', () => {
    const cidrs = Array.from({ length: 10_000 }, (_, index) => `10.${Math.floor(index / 256)}.${index % 256}.0/24`);
    const { ranges } = parse({ ipRanges: { 'eu-west-1': cidrs } });
    expect(ranges.regionOf(parseIpAddress('10.39.15.77')!)).toBe('eu-west-1');
    expect(ranges.regionOf(parseIpAddress('10.39.16.77')!)).toBeUndefined();
  });
});

describe('the validator', () => {
  const call = (text: string) => {
    process.env.MEDIA_REGIONS = JSON.stringify(COPIES);
    return handler({ content: Buffer.from(text).toString('base64') });
  };

  test('accepts a valid document', async () => {
    await expect(call('{"drainedRegions":["eu-west-1"]}')).resolves.toBeUndefined();
  });

  test('fails when the document is invalid', async () => {
    await expect(call('{"drainedRegions":["mars-1"]}')).rejects.toThrow(/^drainedRegions\[0\]: got "mars-1"/);
  });
});
