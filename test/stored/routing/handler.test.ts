import { createHandler } from '../../../src/stored/routing/runtime/handler';
import { HttpAccess } from '../../../src/stored/routing/runtime/http-access';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { Router } from '../../../src/stored/routing/runtime/router';
import { Telemetry } from '../../../src/stored/routing/runtime/telemetry';

const REGIONS = ['us-east-1', 'eu-west-1'];
const OLD = '2020-01-01T00:00:00Z';
const BROKEN = { inReplica: jest.fn(), originals: jest.fn().mockRejectedValue(new Error('broken inside')) };
let written: string;
let handle: (event: unknown) => Promise<any>;

beforeEach(() => {
  written = '';
  for (const stream of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, stream).mockImplementation((...parts) => void (written += parts.join(' ') + '\n'));
  }
  // Powertools uses its own console.
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((text) => Boolean((written += String(text))));
  }
  process.env.POWERTOOLS_SERVICE_NAME = 'router-1';
  const credentials = async () => ({
    accessKeyId: 'AKIDSECRET',
    secretAccessKey: 'secretkey',
    sessionToken: 'sessiontoken',
  });
  const router = new Router({
    primary: mediaCopy('primary', ['us-east-1', 'media-us'], {}),
    replicas: [mediaCopy('replica', ['eu-west-1', 'media-eu'], {})],
    uploads: false,
    linkSeconds: 3600,
    maxLinkSeconds: 3600,
    preferences: async () => parsePreferences('{"ipRanges":{"eu-west-1":["10.0.0.0/8"]}}', REGIONS),
    credentials,
    now: Date.now,
    readiness: new Readiness({ mode: 'delay', timeoutMs: 1000, arrivals: BROKEN, hasSeveralReplicas: false }),
  });
  handle = createHandler(router, new Telemetry(), new HttpAccess({ settings: {}, credentials }));
});
afterEach(() => jest.restoreAllMocks());

const http = (routeKey: string, more: object = {}) => ({
  version: '2.0',
  routeKey,
  headers: { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1', 'x-real-ip': '10.0.0.1' },
  requestContext: { http: { sourceIp: '203.0.113.9', method: 'POST' } },
  ...more,
});

describe('direct invocation', () => {
  test('returns links', async () => {
    const objects = [{ key: 'top/secret.mov', createdAt: OLD }];
    const answer = await handle({ operation: 'ResolveLinks', preference: 'auto', clientIp: '10.0.0.1', objects });
    expect(answer).toEqual({
      links: [
        {
          key: 'top/secret.mov',
          url: expect.stringMatching(/^https:\/\/media-eu\.s3\.eu-west-1\.amazonaws\.com\/top\/secret\.mov\?X-Amz-/),
          region: 'eu-west-1',
          source: 'replica',
          reason: 'delay-over',
        },
      ],
    });
  });

  test('returns a redirect as an HTTP response', async () => {
    const answer = await handle({ operation: 'Redirect', object: { key: 'a' } });
    expect(answer).toEqual({
      statusCode: 307,
      headers: { location: expect.any(String), 'cache-control': expect.any(String) },
    });
  });

  test.each([[{ operation: 'DeleteAll' }], [{}], [null], ['text'], [undefined]])(
    'fails when the event is %j',
    async (event) => {
      await expect(handle(event)).rejects.toMatchObject({ name: 'ValidationError', message: /^operation: got/ });
    },
  );
});

describe('invocation by an HTTP API', () => {
  const body = (request: object) => ({ body: JSON.stringify(request) });
  const linkOf = async (event: object) => JSON.parse((await handle(event)).body).links[0];
  const objects = [{ key: 'a', createdAt: OLD }];

  test('uses the source address of the connection, regardless of headers and body', async () => {
    const spoofed = http('POST /links', body({ preference: 'auto', clientIp: '10.0.0.1', objects }));
    expect((await linkOf(spoofed)).reason).toBe('address-outside-ranges');
    const near = { ...spoofed, requestContext: { http: { sourceIp: '10.9.9.9' } } };
    expect((await linkOf(near)).reason).toBe('delay-over');
  });

  test('uses the operation of the route', async () => {
    const { statusCode } = await handle(http('POST /links', body({ operation: 'Redirect', objects })));
    expect(statusCode).toBe(200);
  });

  test('prevents caches from storing links', async () => {
    expect((await handle(http('POST /links', body({ objects })))).headers['cache-control']).toBe('no-store');
  });

  test('accepts a base64-encoded body', async () => {
    const encoded = Buffer.from(JSON.stringify({ objects })).toString('base64');
    expect((await linkOf(http('POST /links', { body: encoded, isBase64Encoded: true }))).key).toBe('a');
  });

  test('decodes the query of a redirect', async () => {
    const query = new URLSearchParams({
      key: 'a b/c+d,é.mov',
      region: 'eu-west-1',
      createdAt: OLD,
      expiresInSeconds: '60',
    });
    const { statusCode, headers } = await handle(http('GET /media', { rawQueryString: query.toString() }));
    expect(statusCode).toBe(307);
    expect(headers.location).toContain('media-eu.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd%2C%C3%A9.mov?');
    expect(headers.location).toContain('X-Amz-Expires=60&');
  });

  test.each<[string, object, RegExp]>([
    ['POST /links', { body: '{' }, /^body: got/],
    ['POST /links', { body: '[]' }, /^body: got/],
    ['POST /links', {}, /^body: got "", expected a JSON object/],
    ['POST /links', { body: '{"objects":[{"key":""}]}' }, /^objects\[0\].key/],
    ['GET /media', {}, /^object.key: got nothing/],
    ['GET /media', { rawQueryString: 'key=a&expiresInSeconds=soon' }, /^expiresInSeconds/],
    ['GET /other', {}, /^route: got "GET \/other"/],
  ])('rejects %s with %j as a bad request', async (routeKey, more, message) => {
    const { statusCode, body: text } = await handle(http(routeKey, more));
    expect(statusCode).toBe(400);
    expect(JSON.parse(text)).toEqual({ code: 'ValidationError', message: expect.stringMatching(message) });
  });

  test('does not disclose internal errors', async () => {
    const { statusCode, body: text } = await handle(
      http('POST /links', body({ preference: 'yes', objects: [{ key: 'a' }] })),
    );
    expect(statusCode).toBe(500);
    expect(JSON.parse(text)).toEqual({ code: 'InternalError', message: expect.not.stringContaining('broken') });
    expect(written).toContain('broken inside');
  });
});

describe('telemetry', () => {
  test('counts links by region and reason, and in total', async () => {
    const objects = [
      { key: 'a', createdAt: OLD },
      { key: 'b', createdAt: OLD },
      { key: 'c', createdAt: new Date().toISOString() },
    ];
    await handle({ operation: 'ResolveLinks', preference: 'yes', objects });
    const blobs = written
      .split('\n')
      .filter((line) => line.includes('CloudWatchMetrics'))
      .map((line) => JSON.parse(line));
    const metrics = blobs.map(({ Region, Reason, Links, Fallbacks, service }) => ({
      Region,
      Reason,
      Links,
      Fallbacks,
      service,
    }));
    expect(metrics).toEqual(
      expect.arrayContaining<object>([
        { Region: 'eu-west-1', Reason: 'delay-over', Links: 2, service: 'router-1' },
        { Region: 'us-east-1', Reason: 'too-new', Links: 1, service: 'router-1' },
        { Links: 3, service: 'router-1' },
        { Fallbacks: 0, service: 'router-1' },
      ]),
    );
    expect(blobs[0]._aws.CloudWatchMetrics[0]).toMatchObject({
      Namespace: 'MediaReplication/Router',
      Dimensions: [['service', 'Region', 'Reason']],
    });
  });

  test('contains no key, address, link or credential, whether the request succeeds or not', async () => {
    const objects = [{ key: 'top/secret.mov', createdAt: OLD }];
    await handle({ operation: 'ResolveLinks', preference: 'auto', clientIp: '10.11.12.13', objects });
    await handle({ operation: 'Redirect', object: objects[0] });
    await handle({ operation: 'ResolveLinks', clientIp: 'evil-address', objects }).catch(() => undefined);
    await handle({ operation: 'ResolveLinks', objects: [{ key: 'x'.repeat(2000) + 'secret' }] }).catch(() => undefined);
    expect(written).toContain('refused');
    expect(written).not.toMatch(/secret|10\.11\.12|evil|X-Amz|AKID|amazonaws|xxx/);
  });
});
