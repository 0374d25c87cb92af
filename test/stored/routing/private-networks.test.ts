import { CopySettings, PreferencesDocument, ProxySettings, Reason } from '../../../src/stored/routing/contract';
import { parseIpAddress } from '../../../src/stored/routing/ip-address';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { PrivateNetworks } from '../../../src/stored/routing/runtime/private-networks';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { Router } from '../../../src/stored/routing/runtime/router';

const NOW = Date.UTC(2026, 5, 1, 12);
const PRIMARY: CopySettings = ['us-east-1', 'media-us'];
const REPLICAS: CopySettings[] = [
  ['eu-west-1', 'media-eu', 'https://media.eu.example.com'],
  ['ap-southeast-2', 'media-ap', 'https://media.ap.example.com'],
  ['sa-east-1', 'media-sa'],
];
const REGIONS = [PRIMARY, ...REPLICAS].map(([region]) => region);
const STUDIO = { clients: ['10.20.0.0/16'], primary: 'https://primary.eu.example.com' };

/** The names in links, by host name. */
const NAMES: { [host: string]: string } = {
  'media-us.s3.us-east-1.amazonaws.com': 'public primary',
  'primary.eu.example.com': 'primary at eu',
  'primary.ap.example.com': 'primary at ap',
  'media.eu.example.com': 'eu at its proxy',
  'media.ap.example.com': 'ap at its proxy',
  'media-eu.s3.eu-west-1.amazonaws.com': 'public eu',
  'media-sa.s3.sa-east-1.amazonaws.com': 'public sa',
};

const INSIDE = '10.20.1.5';
const OUTSIDE = '203.0.113.9';

interface Case {
  readonly eu?: ProxySettings;
  readonly ap?: ProxySettings;
  readonly paused?: string[];
  readonly preferences?: PreferencesDocument;
}

function routerWith({ eu = STUDIO, ap, paused, preferences = {} }: Case): Router {
  const settings = {
    primary: PRIMARY,
    replicas: REPLICAS,
  };
  const proxies = { 'eu-west-1': eu, ...(ap && { 'ap-southeast-2': ap }) };
  return new Router({
    primary: mediaCopy('primary', PRIMARY, {}),
    replicas: REPLICAS.map((replica) => mediaCopy('replica', replica, {})),
    networks: PrivateNetworks.from(settings, proxies, {}),
    paused,
    readiness: new Readiness({
      mode: 'delay',
      timeoutMs: 1000,
      arrivals: { inReplica: jest.fn(), originals: jest.fn() },
      hasSeveralReplicas: true,
    }),
    uploads: true,
    linkSeconds: 3600,
    maxLinkSeconds: 21_600,
    preferences: async () =>
      parsePreferences(JSON.stringify({ ipRanges: { 'eu-west-1': ['10.20.0.0/16'] }, ...preferences }), REGIONS),
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    now: () => NOW,
  });
}

/** The copies and names that links to an old and to a new object use. */
async function linksOf(viewer: object, given: Case = {}): Promise<[name: string, reason: Reason][]> {
  const objects = [
    { key: 'old', createdAt: new Date(NOW - 1e8).toISOString() },
    { key: 'new', createdAt: new Date(NOW).toISOString() },
  ];
  const { links } = await routerWith(given).resolveLinks({ operation: 'ResolveLinks', objects, ...viewer });
  for (const { url, source, region } of links) {
    expect([source, region]).toEqual([/primary/.test(nameIn(url)) ? 'primary' : 'replica', regionIn(url)]);
  }
  return links.map(({ url, reason }) => [nameIn(url), reason]);
}

const nameIn = (url: string) => NAMES[new URL(url).host] ?? url;
const regionIn = (url: string) => /%2F([a-z]{2}-[a-z]+-\d)%2Fs3/.exec(url)![1];

describe('links for a viewer in the network of a proxy', () => {
  test.each<[string, object, Case, [string, Reason][]]>([
    [
      'by the address, yes',
      { preference: 'yes', clientIp: INSIDE },
      {},
      [
        ['eu at its proxy', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
    [
      'by the address, auto',
      { preference: 'auto', clientIp: INSIDE },
      {},
      [
        ['eu at its proxy', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
    [
      'by the region',
      { region: 'eu-west-1' },
      {},
      [
        ['eu at its proxy', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
    [
      'by the address, no',
      { preference: 'no', clientIp: INSIDE },
      {},
      [
        ['primary at eu', 'preference-no'],
        ['primary at eu', 'preference-no'],
      ],
    ],
    [
      'by the region, no',
      { preference: 'no', region: 'eu-west-1' },
      {},
      [
        ['primary at eu', 'preference-no'],
        ['primary at eu', 'preference-no'],
      ],
    ],
    [
      'that requests the primary',
      { region: 'us-east-1', clientIp: INSIDE },
      {},
      [
        ['primary at eu', 'primary-chosen'],
        ['primary at eu', 'primary-chosen'],
      ],
    ],
    [
      'whose region is drained',
      { preference: 'yes', clientIp: INSIDE },
      { preferences: { drainedRegions: ['eu-west-1'] } },
      [
        ['primary at eu', 'region-drained'],
        ['primary at eu', 'region-drained'],
      ],
    ],
    [
      'whose replica is paused',
      { preference: 'yes', clientIp: INSIDE },
      { paused: ['eu-west-1'] },
      [
        ['primary at eu', 'replica-paused'],
        ['primary at eu', 'replica-paused'],
      ],
    ],
    [
      'whose replica serves no objects',
      { preference: 'yes', clientIp: INSIDE },
      { preferences: { regionWeights: { 'eu-west-1': 0 } } },
      [
        ['primary at eu', 'region-weighted'],
        ['primary at eu', 'region-weighted'],
      ],
    ],
    [
      'that requests a replica without a proxy',
      { region: 'sa-east-1', clientIp: INSIDE },
      {},
      [
        ['public sa', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
    [
      'that requests the replica of another network',
      { region: 'ap-southeast-2', clientIp: INSIDE },
      { ap: { primary: 'https://primary.ap.example.com' } },
      [
        ['ap at its proxy', 'delay-over'],
        ['primary at ap', 'too-new'],
      ],
    ],
    [
      'in no range, without a region: the first replica',
      { preference: 'yes', clientIp: '192.168.1.1' },
      { eu: { primary: 'https://primary.eu.example.com' } },
      [
        ['eu at its proxy', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
    [
      'whose proxy does not serve the primary',
      { preference: 'yes', clientIp: INSIDE },
      { eu: { clients: ['10.20.0.0/16'] } },
      [
        ['eu at its proxy', 'delay-over'],
        ['public primary', 'too-new'],
      ],
    ],
    [
      'of an isolated replica',
      { preference: 'yes', clientIp: INSIDE },
      { eu: { ...STUDIO, isolated: 1 } },
      [
        ['eu at its proxy', 'delay-over'],
        ['primary at eu', 'too-new'],
      ],
    ],
  ])('%s', async (_viewer, viewer, given, expected) => {
    expect(await linksOf(viewer, given)).toEqual(expected);
  });
});

describe('links for a viewer who is not known to be in the network of a proxy', () => {
  const isolated: Case = { eu: { ...STUDIO, isolated: 1 } };
  const outside: [string, Reason] = ['public primary', 'outside-proxy-network'];

  test.each<[string, object, Case, [string, Reason][]]>([
    [
      'yes, without an address',
      { preference: 'yes' },
      {},
      [
        ['public eu', 'delay-over'],
        ['public primary', 'too-new'],
      ],
    ],
    [
      'yes, with an address',
      { preference: 'yes', clientIp: OUTSIDE },
      {},
      [
        ['public eu', 'delay-over'],
        ['public primary', 'too-new'],
      ],
    ],
    [
      'with a region and an address',
      { region: 'eu-west-1', clientIp: OUTSIDE },
      {},
      [
        ['public eu', 'delay-over'],
        ['public primary', 'too-new'],
      ],
    ],
    [
      'with an IPv6 address',
      { region: 'eu-west-1', clientIp: '2001:db8::1' },
      {},
      [
        ['public eu', 'delay-over'],
        ['public primary', 'too-new'],
      ],
    ],
    ['yes, without an address, isolated', { preference: 'yes' }, isolated, [outside, outside]],
    [
      'with a region and an address, isolated',
      { region: 'eu-west-1', clientIp: OUTSIDE },
      isolated,
      [outside, outside],
    ],
    [
      'no',
      { preference: 'no', clientIp: OUTSIDE },
      isolated,
      [
        ['public primary', 'preference-no'],
        ['public primary', 'preference-no'],
      ],
    ],
  ])('%s', async (_viewer, viewer, given, expected) => {
    expect(await linksOf(viewer, given)).toEqual(expected);
  });

  test('in the range of a region, but not a client of its proxy', async () => {
    const preferences = { ipRanges: { 'eu-west-1': [`${OUTSIDE}/32`] } };
    const viewer = { preference: 'auto', clientIp: OUTSIDE };
    expect(await linksOf(viewer, { preferences })).toEqual([
      ['public eu', 'delay-over'],
      ['public primary', 'too-new'],
    ]);
    expect(await linksOf(viewer, { preferences, ...isolated })).toEqual([outside, outside]);
  });

  test('an isolated replica is not asked for its objects', async () => {
    const router = routerWith(isolated);
    const { links } = await router.resolveLinks({
      operation: 'ResolveLinks',
      preference: 'yes',
      objects: [{ key: 'without a time' }],
    });
    expect(links[0].reason).toBe('outside-proxy-network');
  });
});

test('uploads use S3’s public endpoint, because proxies are read-only', async () => {
  const { links } = await routerWith({}).resolveLinks({
    operation: 'ResolveLinks',
    method: 'put',
    clientIp: INSIDE,
    objects: [{ key: 'a' }],
  });
  expect(nameIn(links[0].url)).toBe('public primary');
});

test('links to the primary at a proxy are signed for S3’s host name', async () => {
  const sign = async (given: Case) => {
    const { links } = await routerWith(given).resolveLinks({
      operation: 'ResolveLinks',
      preference: 'no',
      clientIp: INSIDE,
      objects: [{ key: 'a b' }],
    });
    return links[0].url;
  };
  const publicLink = await sign({ eu: {} });
  const proxied = await sign({});
  expect(proxied).toBe(publicLink.replace('media-us.s3.us-east-1.amazonaws.com', 'primary.eu.example.com'));
});

test('without settings, each viewer can read each copy by its own name', () => {
  const networks = new PrivateNetworks();
  const replica = mediaCopy('replica', REPLICAS[0], {});
  expect(networks.replicaFor({ address: parseIpAddress(OUTSIDE) }, replica)).toBe(replica);
});
