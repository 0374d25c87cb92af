import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplicaSummary } from '../../../src/stored/backfill/contract';
import {
  PreferencesDocument,
  ProxySettings,
  Readiness as Mode,
  ReplicaHoldings,
} from '../../../src/stored/routing/contract';
import { Original } from '../../../src/stored/routing/runtime/arrivals';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { PrivateNetworks } from '../../../src/stored/routing/runtime/private-networks';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { Router } from '../../../src/stored/routing/runtime/router';

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PAGE = readFileSync(join(__dirname, '../../../docs/stored/routing-api.md'), 'utf8');
const REGIONS = ['us-east-1', 'eu-west-1'];
const CURRENT: ReplicaSummary = { trackedFrom: 0, readAt: NOW };
const OLD = NOW - 60 * MINUTE;

interface Situation {
  readonly request?: object;
  readonly preferences?: PreferencesDocument;
  readonly paused?: boolean;
  readonly proxy?: ProxySettings;
  readonly mode?: Mode;
  readonly holdings?: ReplicaHoldings;
  readonly summary?: ReplicaSummary;
  readonly lacks?: boolean;
  readonly isStateUnknown?: boolean;
  readonly isFailedOver?: boolean;
  readonly createdAt?: number;
  /** The primary's answer. */
  readonly original?: Original;
  /** The replica's answer, which the router asks for only without records. */
  readonly replica?: 'in-replica' | 'not-in-replica' | 'replica-slow' | 'replica-failing';
}

async function linkFor(situation: Situation): Promise<{ reason: string; copy: string }> {
  const { mode = 'delay', holdings, summary = CURRENT, lacks = false, createdAt, original, replica } = situation;
  const { request = { region: 'eu-west-1' }, preferences = {}, paused, proxy } = situation;
  const state = { summary, lacks: () => lacks };
  const arrivals = {
    originals: async (objects: readonly unknown[]) => objects.map(() => original!),
    inReplica: async (objects: readonly unknown[]) => objects.map(() => replica!),
  };
  const states = { of: async () => (situation.isStateUnknown ? undefined : state) };
  const networks = { primary: ['us-east-1', 'media-us'] as any, replicas: [['eu-west-1', 'media-eu']] as any };
  const dublin = mediaCopy('replica', ['eu-west-1', 'media-eu'], {});
  const successor = { replica: dublin, uploads: dublin, readiness: { of: async () => [] } };
  const router = new Router({
    primary: mediaCopy('primary', ['us-east-1', 'media-us'], {}),
    replicas: [mediaCopy('replica', ['eu-west-1', 'media-eu'], {}, holdings)],
    networks: PrivateNetworks.from(networks, proxy ? { 'eu-west-1': proxy } : {}, {}),
    failover: { active: async () => (situation.isFailedOver ? successor : undefined) },
    paused: paused ? ['eu-west-1'] : [],
    readiness: new Readiness({
      mode,
      timeoutMs: 1000,
      arrivals,
      states: replica ? undefined : states,
      hasSeveralReplicas: false,
    }),
    uploads: true,
    linkSeconds: 60,
    maxLinkSeconds: 60,
    preferences: async () => parsePreferences(JSON.stringify(preferences), REGIONS),
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    now: () => NOW,
  });
  const object = { key: 'films/1.mp4', createdAt: createdAt && new Date(createdAt).toISOString() };
  const { links } = await router.resolveLinks({ operation: 'ResolveLinks', objects: [object], ...request });
  return { reason: links[0].reason, copy: `the ${links[0].source}` };
}

const pending: Original = { createdAt: NOW - MINUTE, versionId: 'v1', status: 'PENDING', isInParts: false };

/** A situation for each row of the documented table. */
const SITUATIONS: Readonly<Record<string, readonly Situation[]>> = {
  'delay-over': [{ createdAt: OLD }],
  'in-replica': [
    { mode: 'exact', createdAt: OLD },
    { mode: 'exact', createdAt: NOW - MINUTE, original: { ...pending, status: 'COMPLETED' } },
    { mode: 'exact', replica: 'in-replica', createdAt: OLD },
  ],
  failover: [
    { isFailedOver: true, request: { method: 'put' } },
    { isFailedOver: true, request: { preference: 'no' }, createdAt: OLD },
    { isFailedOver: true, request: { region: 'us-east-1' }, createdAt: OLD },
  ],
  upload: [{ request: { method: 'put' } }],
  'preference-no': [
    { request: { preference: 'no', region: 'eu-west-1' }, createdAt: OLD },
    { request: {}, preferences: { defaultPreference: 'no' }, createdAt: OLD },
  ],
  'address-missing': [{ request: { preference: 'auto' }, createdAt: OLD }],
  'address-outside-ranges': [{ request: { preference: 'auto', clientIp: '192.0.2.1' }, createdAt: OLD }],
  'primary-chosen': [
    { request: { region: 'us-east-1' }, createdAt: OLD },
    {
      request: { preference: 'yes', clientIp: '10.0.0.1' },
      preferences: { ipRanges: { 'us-east-1': ['10.0.0.0/8'] } },
      createdAt: OLD,
    },
  ],
  'region-drained': [{ preferences: { drainedRegions: ['eu-west-1'] }, createdAt: OLD }],
  'region-weighted': [{ preferences: { regionWeights: { 'eu-west-1': 0 } }, createdAt: OLD }],
  'replica-paused': [{ paused: true, createdAt: OLD }],
  'outside-proxy-network': [
    { proxy: { isolated: 1 }, request: { region: 'eu-west-1', clientIp: '192.0.2.1' }, createdAt: OLD },
  ],
  'not-replicated': [
    { holdings: { prefix: 'posters/' }, createdAt: OLD },
    { holdings: { archived: true }, createdAt: OLD },
    { holdings: { days: 1 }, createdAt: NOW - DAY },
  ],
  'not-backfilled': [{ summary: { ...CURRENT, gapFrom: 0, gapTo: NOW }, createdAt: OLD }],
  'replication-failed': [{ lacks: true, createdAt: OLD }],
  'too-new': [{ createdAt: NOW - MINUTE }, { original: { ...pending, createdAt: OLD, isInParts: true } }],
  'not-in-replica': [
    { mode: 'exact', createdAt: NOW - MINUTE, original: pending },
    { mode: 'exact', replica: 'not-in-replica', createdAt: OLD },
  ],
  'not-in-primary': [{ original: { reason: 'not-in-primary' } }],
  'replica-slow': [{ mode: 'exact', replica: 'replica-slow', createdAt: OLD }],
  'replica-failing': [{ mode: 'exact', replica: 'replica-failing', createdAt: OLD }],
  'primary-not-answering': [{ original: { reason: 'primary-not-answering' } }],
  'state-unknown': [{ isStateUnknown: true, createdAt: OLD }],
};

describe('the table of reasons in docs/stored/routing-api.md', () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z-]+)` \| (the (?:primary|replica)) \| /gm)].map(([, ...row]) => row);

  test('has a row for each situation', () => {
    expect(Object.keys(SITUATIONS)).toEqual(rows.map(([reason]) => reason));
  });

  test.each(rows)('%s: the link points to %s', async (reason, copy) => {
    for (const situation of SITUATIONS[reason]) expect(await linkFor(situation)).toEqual({ reason, copy });
  });
});

describe('the table of private networks in docs/stored/routing-api.md', () => {
  const rows = [...PAGE.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)].map(([, ...row]) => row);
  const proxy = { primary: 'https://origin.eu.example.com' };
  const INSIDE = { preference: 'yes', clientIp: '10.20.0.1' };
  const viewers: Readonly<Record<string, Situation>> = {
    '`clientIp` in `clientCidrs`': { request: INSIDE, proxy },
    "no `clientIp`, `region` is the replica's": { request: { region: 'eu-west-1' }, proxy },
    'no `clientIp`, no `region`': { request: { preference: 'yes' }, proxy },
    '`clientIp` outside `clientCidrs`': { request: { preference: 'yes', clientIp: '192.0.2.1' }, proxy },
    'either of the last two, and the replica is isolated': {
      request: { preference: 'yes', clientIp: '192.0.2.1' },
      proxy: { ...proxy, isolated: 1 },
    },
  };

  test.each(Object.entries(viewers))('%s', async (viewer, situation) => {
    const [, documented] = rows.find(([first]) => first === viewer)!;
    const { copy, reason } = await linkFor({ ...situation, createdAt: OLD });
    expect(documented.includes('of the primary') ? 'the primary' : 'the replica').toBe(copy);
    expect(documented.includes('outside-proxy-network')).toBe(reason === 'outside-proxy-network');
  });
});
