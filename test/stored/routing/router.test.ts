import * as fc from 'fast-check';
import {
  DEFAULT_DELAY_SECONDS,
  ObjectRequest,
  PreferencesDocument,
  Readiness as Mode,
  Reason,
} from '../../../src/stored/routing/contract';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { Router, RouterProps } from '../../../src/stored/routing/runtime/router';

const NOW = Date.UTC(2026, 5, 1, 12);
const PRIMARY = mediaCopy('primary', ['us-east-1', 'media-us'], {});
const EU = mediaCopy('replica', ['eu-west-1', 'media-eu', 'https://media.eu.example.com'], {});
const APAC = mediaCopy('replica', ['ap-southeast-2', 'media-ap'], {});
const HOSTS = [
  'media-us.s3.us-east-1.amazonaws.com',
  'media.eu.example.com',
  'media-ap.s3.ap-southeast-2.amazonaws.com',
];

const arrivals = { inReplica: jest.fn(), originals: jest.fn() };

function newRouter(props: Partial<RouterProps> = {}, document: PreferencesDocument = {}, mode: Mode = 'delay'): Router {
  const regions = [PRIMARY, EU, APAC].map(({ region }) => region);
  return new Router({
    primary: PRIMARY,
    replicas: [EU, APAC],
    readiness: new Readiness({ mode, timeoutMs: 1000, arrivals, hasSeveralReplicas: true }),
    uploads: true,
    linkSeconds: 3600,
    maxLinkSeconds: 21_600,
    preferences: async () => parsePreferences(JSON.stringify(document), regions),
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' }),
    now: () => NOW,
    ...props,
  });
}

const request = (objects: ObjectRequest[], more = {}) => ({ operation: 'ResolveLinks', objects, ...more });
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

async function reasons(router: Router, payload: object): Promise<[source: string, region: string, reason: Reason][]> {
  const { links } = await router.resolveLinks(payload);
  return links.map(({ source, region, reason }) => [source, region, reason]);
}

describe('with a paused replica', () => {
  test.each(['delay', 'exact'] as const)('links point to the primary, in the mode %s', async (readiness) => {
    const router = newRouter({ paused: ['eu-west-1'] }, {}, readiness);
    const payload = request([{ key: 'old', createdAt: ago(DEFAULT_DELAY_SECONDS) }], { region: 'eu-west-1' });
    expect(await reasons(router, payload)).toEqual([['primary', 'us-east-1', 'replica-paused']]);
    expect(arrivals.inReplica).not.toHaveBeenCalled();
  });
});

describe('with ReadinessMode.DELAY', () => {
  test('links to old objects point to the replica, links to new ones to the primary', async () => {
    const objects = [
      { key: 'old', createdAt: ago(DEFAULT_DELAY_SECONDS) },
      { key: 'new', createdAt: ago(DEFAULT_DELAY_SECONDS - 1) },
    ];
    expect(await reasons(newRouter(), request(objects, { preference: 'yes' }))).toEqual([
      ['replica', 'eu-west-1', 'delay-over'],
      ['primary', 'us-east-1', 'too-new'],
    ]);
    expect(arrivals.originals).not.toHaveBeenCalled();
  });

  test('reads the age of objects from the primary only if the request does not specify it', async () => {
    arrivals.originals.mockResolvedValue([
      { createdAt: NOW - DEFAULT_DELAY_SECONDS * 1000 },
      { createdAt: NOW },
      { reason: 'not-in-primary' },
      { reason: 'primary-not-answering' },
    ]);
    const objects = ['a', 'b', 'c', 'd'].map((key) => ({ key }));
    const payload = request([{ key: 'dated', createdAt: ago(5) }, ...objects], { region: 'ap-southeast-2' });
    expect((await reasons(newRouter(), payload)).map(([, , reason]) => reason)).toEqual([
      'too-new',
      'delay-over',
      'too-new',
      'not-in-primary',
      'primary-not-answering',
    ]);
    expect(arrivals.originals.mock.calls[0][0].map(({ key }: ObjectRequest) => key)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the delay of the preferences applies, even if it is zero', async () => {
    const payload = request([{ key: 'a', createdAt: ago(0) }], { preference: 'yes' });
    expect(await reasons(newRouter({}, { replicationDelaySeconds: 0 }), payload)).toEqual([
      ['replica', 'eu-west-1', 'delay-over'],
    ]);
  });
});

describe('with ReadinessMode.EXACT', () => {
  test.each<[Reason, string]>([
    ['in-replica', 'replica'],
    ['not-in-replica', 'primary'],
    ['replica-slow', 'primary'],
    ['replica-failing', 'primary'],
    ['not-in-primary', 'primary'],
    ['primary-not-answering', 'primary'],
  ])('%s: the link points to the %s, regardless of the age', async (reason, source) => {
    arrivals.inReplica.mockResolvedValue([reason]);
    const payload = request([{ key: 'a', createdAt: ago(0) }], { preference: 'yes' });
    const [[from, , why]] = await reasons(newRouter({}, {}, 'exact'), payload);
    expect([from, why]).toEqual([source, reason]);
  });

  test('sends no requests to S3 if the links point to the primary anyway', async () => {
    await newRouter({}, {}, 'exact').resolveLinks(request([{ key: 'a' }], { preference: 'no' }));
    await newRouter({}, {}, 'exact').resolveLinks(request([{ key: 'a' }], { method: 'put' }));
    expect(arrivals.inReplica).not.toHaveBeenCalled();
    expect(arrivals.originals).not.toHaveBeenCalled();
  });
});

describe('a link', () => {
  const old = { key: 'a b.mov', createdAt: ago(9999) };

  test('uses the proxy of the replica', async () => {
    const { links } = await newRouter().resolveLinks(request([old], { preference: 'yes' }));
    expect(links[0].url).toMatch(/^https:\/\/media\.eu\.example\.com\/a%20b\.mov\?X-Amz-Algorithm=AWS4-HMAC-SHA256&/);
    expect(links[0].url).toContain('eu-west-1%2Fs3%2Faws4_request');
  });

  test('contains the requested version and response headers', async () => {
    const object = { ...old, versionId: 'v1', contentDisposition: 'attachment', contentType: 'video/mp4' };
    const { links } = await newRouter().resolveLinks(request([object]));
    const query = new URL(links[0].url).searchParams;
    expect([
      query.get('versionId'),
      query.get('response-content-disposition'),
      query.get('response-content-type'),
    ]).toEqual(['v1', 'attachment', 'video/mp4']);
  });

  test('is stable for a while', async () => {
    const at = async (now: number) => (await newRouter({ now: () => now }).resolveLinks(request([old]))).links[0].url;
    expect(await at(NOW + 899_000)).toBe(await at(NOW));
    expect(await at(NOW + 900_000)).not.toBe(await at(NOW));
  });

  test('for an upload points to the primary, regardless of the viewer', async () => {
    const payload = request([{ key: 'a', contentType: 'video/mp4' }], { method: 'put', region: 'eu-west-1' });
    const { links } = await newRouter().resolveLinks(payload);
    expect(links[0]).toMatchObject({ source: 'primary', region: 'us-east-1', reason: 'upload' });
    expect(new URL(links[0].url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
  });

  test('for an upload is rejected if uploads are disabled', async () => {
    const router = newRouter({ uploads: false });
    await expect(router.resolveLinks(request([{ key: 'a' }], { method: 'put' }))).rejects.toThrow(/^method: got "put"/);
  });

  test('is rejected if its path could lead out of the bucket', async () => {
    const inPath = mediaCopy('primary', ['us-east-1', 'media.us'], {});
    for (const key of ['..', '../other/x', 'a/../../b', 'a/.']) {
      const asked = newRouter({ primary: inPath }).resolveLinks(request([{ key: 'fine' }, { key }]));
      await expect(asked).rejects.toThrow(/^objects\[1\].key: got /);
    }
    await expect(newRouter({ primary: inPath }).resolveLinks(request([{ key: 'a/...b/.c' }]))).resolves.toBeDefined();
  });

  test('expires with the credentials', async () => {
    const expiration = new Date(NOW + 60_000);
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b', expiration });
    const { links } = await newRouter({ credentials }).resolveLinks(request([old], { expiresInSeconds: 3600 }));
    expect(Number(new URL(links[0].url).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(60 + 900);
  });
});

test('caches may store a redirect for less than the remaining lifetime of its link', async () => {
  for (const expiresInSeconds of [1, 10, 3600]) {
    const payload = { operation: 'Redirect', object: { key: 'a b' }, expiresInSeconds };
    const { statusCode, headers } = await newRouter({ now: () => NOW + 123_456 }).redirect(payload);
    const query = new URL(headers.location).searchParams;
    const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get('X-Amz-Date')!)!;
    const signedAt = Date.parse(`${date.replace(/(....)(..)/, '$1-$2-')}T${time.replace(/(..)(..)/, '$1:$2:')}Z`);
    const remaining = (signedAt - NOW - 123_456) / 1000 + Number(query.get('X-Amz-Expires'));
    const [, age] = /^private, max-age=(\d+)$/.exec(headers['cache-control'])!;
    expect(statusCode).toBe(307);
    expect(Number(age)).toBeLessThan(remaining);
  }
});

test('with a weight of 0, all links point to the primary with the reason region-weighted', async () => {
  const payload = request([{ key: 'a', createdAt: ago(9999) }], { preference: 'yes' });
  expect(await reasons(newRouter({}, { regionWeights: { 'eu-west-1': 0 } }), payload)).toEqual([
    ['primary', 'us-east-1', 'region-weighted'],
  ]);
});

describe('any request', () => {
  const key = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
  const object = fc.record(
    { key, versionId: fc.constantFrom('v1', 'null'), createdAt: fc.integer({ min: 0, max: 3000 }).map(ago) },
    { requiredKeys: ['key'] },
  );

  test('returns links in the order of the objects, and none to a replica before the delay is over', async () => {
    arrivals.originals.mockImplementation(async (objects: unknown[]) => objects.map(() => ({ createdAt: NOW - 1 })));
    const payload = fc.record({
      preference: fc.constantFrom('no', 'yes', 'auto', undefined),
      region: fc.constantFrom(undefined, 'us-east-1', 'eu-west-1', 'ap-southeast-2'),
      clientIp: fc.constantFrom(undefined, '10.0.0.1'),
      objects: fc.array(object, { maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(payload, async ({ objects, ...more }) => {
        const { links } = await newRouter({}, { ipRanges: { 'eu-west-1': ['10.0.0.0/8'] } }).resolveLinks(
          request(objects as ObjectRequest[], more),
        );
        expect(links.map((link) => link.key)).toEqual(objects.map((each) => each.key));
        links.forEach(({ source, url }, index) => {
          const { createdAt } = objects[index];
          const isOld = createdAt !== undefined && Date.parse(createdAt) <= NOW - DEFAULT_DELAY_SECONDS * 1000;
          if (source === 'replica') expect([isOld, more.preference]).not.toContain('no');
          if (source === 'replica') expect(isOld).toBe(true);
          expect(HOSTS).toContain(new URL(url).host);
        });
      }),
    );
  });

  test('fails with a ValidationError, or returns links to the buckets only', async () => {
    const junk = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
    const field = fc.oneof(junk, fc.constantFrom('no', 'yes', 'auto', 'eu-west-1', '10.0.0.1', 60, 'get', 'put', null));
    const weird = fc.oneof(
      junk,
      fc.record(
        { key: fc.oneof(fc.string({ unit: 'binary' }), junk), versionId: field, createdAt: field, contentType: field },
        { requiredKeys: [] },
      ),
    );
    const payload = fc.oneof(
      junk,
      fc.record(
        {
          operation: fc.constant('ResolveLinks'),
          method: field,
          preference: field,
          region: field,
          clientIp: field,
          expiresInSeconds: field,
          objects: fc.oneof(fc.array(weird, { maxLength: 4 }), junk),
        },
        { requiredKeys: [] },
      ),
    );
    arrivals.originals.mockImplementation(async (objects: unknown[]) => objects.map(() => ({ createdAt: 0 })));
    await fc.assert(
      fc.asyncProperty(payload, async (asked) => {
        try {
          const { links } = await newRouter().resolveLinks(asked);
          for (const { url } of links) expect(HOSTS).toContain(new URL(url).host);
        } catch (error) {
          expect((error as Error).name).toBe('ValidationError');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
