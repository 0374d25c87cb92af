import { createHandler } from '../../../src/stored/routing/runtime/handler';
import { HttpAccess } from '../../../src/stored/routing/runtime/http-access';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { Router, RouterProps } from '../../../src/stored/routing/runtime/router';
import { Telemetry } from '../../../src/stored/routing/runtime/telemetry';
import { UserPreferences } from '../../../src/stored/routing/runtime/user-preferences';
import { UserTable } from '../../../src/stored/routing/runtime/user-table';
import { DynamoDbItems } from '../../support/dynamodb-items';

const REGIONS = ['us-east-1', 'eu-west-1'];
const OLD = '2020-01-01T00:00:00Z';
const BROKEN = { inReplica: jest.fn(), originals: jest.fn().mockRejectedValue(new Error('broken inside')) };
let written: string;
let handle: (event: unknown) => Promise<any>;
/** Of a router that stores no preferences of users. */
let handleWithoutUsers: typeof handle;
const dynamo = new DynamoDbItems('user');

beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

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
  dynamo.reset();
  const telemetry = new Telemetry();
  const userPreferences = new UserPreferences({ table: new UserTable('users'), regions: REGIONS, events: telemetry });
  const props: RouterProps = {
    primary: mediaCopy('primary', ['us-east-1', 'media-us'], {}),
    replicas: [mediaCopy('replica', ['eu-west-1', 'media-eu'], {})],
    uploads: true,
    linkSeconds: 3600,
    maxLinkSeconds: 3600,
    preferences: async () => parsePreferences('{"ipRanges":{"eu-west-1":["10.0.0.0/8"]}}', REGIONS),
    credentials,
    now: Date.now,
    readiness: new Readiness({ mode: 'delay', timeoutMs: 1000, arrivals: BROKEN, hasSeveralReplicas: false }),
  };
  const access = new HttpAccess({ settings: {}, credentials });
  handle = createHandler(new Router({ ...props, userPreferences }), telemetry, access, userPreferences);
  handleWithoutUsers = createHandler(new Router(props), telemetry, access);
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

describe('the preference of a user', () => {
  const objects = [{ key: 'a', createdAt: OLD }];
  const as = (routeKey: string, subject: string | undefined, more: object = {}) =>
    http(routeKey, {
      ...more,
      requestContext: { http: { sourceIp: '203.0.113.9' }, authorizer: { jwt: { claims: { sub: subject } } } },
    });
  const answer = async (event: object) => {
    const { statusCode, body } = await handle(event);
    return [statusCode, JSON.parse(body)];
  };
  const put = (subject: string | undefined, request: object) =>
    answer(as('PUT /preference', subject, { body: JSON.stringify(request) }));
  const regionFor = async (more: object) =>
    (await handle({ operation: 'ResolveLinks', objects, ...more })).links[0].region;

  test('applies to links and redirects for this user', async () => {
    await handle({ operation: 'PutPreference', user: 'anna', preference: 'yes' });
    expect(await handle({ operation: 'GetPreference', user: 'anna' })).toEqual({ user: 'anna', preference: 'yes' });
    expect(await regionFor({ user: 'anna' })).toBe('eu-west-1');
    expect(await regionFor({ user: 'bert' })).toBe('us-east-1');
    expect(await regionFor({ user: 'anna', preference: 'no' })).toBe('us-east-1');
    expect(await regionFor({ user: 'bert', region: 'eu-west-1' })).toBe('eu-west-1');
    const { headers } = await handle({ operation: 'Redirect', user: 'anna', object: objects[0] });
    expect(headers.location).toContain('media-eu');
  });

  test('auto uses the region of the user for addresses in the ranges only', async () => {
    await handle({ operation: 'PutPreference', user: 'anna', preference: 'auto', region: 'eu-west-1' });
    expect(await regionFor({ user: 'anna', clientIp: '10.0.0.1' })).toBe('eu-west-1');
    expect(await regionFor({ user: 'anna', clientIp: '11.0.0.1' })).toBe('us-east-1');
  });

  test('is not read for uploads', async () => {
    const { links } = await handle({ operation: 'ResolveLinks', method: 'put', user: 'anna', objects: [{ key: 'a' }] });
    expect(links[0].reason).toBe('upload');
    expect(dynamo.requests).toEqual([]);
  });

  test('over HTTP is that of the caller, whatever the body and the query contain', async () => {
    expect(await put('anna', { preference: 'yes', user: 'bert', operation: 'GetPreference' })).toEqual([
      200,
      { user: 'anna', preference: 'yes' },
    ]);
    const get = (subject: string) => answer(as('GET /preference', subject, { rawQueryString: 'user=anna' }));
    expect(await get('anna')).toEqual([200, { user: 'anna', preference: 'yes' }]);
    expect(await get('bert')).toEqual([200, { user: 'bert' }]);
    const links = async (subject?: string) =>
      (await answer(as('POST /links', subject, { body: JSON.stringify({ objects, user: 'anna' }) })))[1].links[0]
        .region;
    expect(await Promise.all(['anna', 'bert', undefined].map(links))).toEqual(['eu-west-1', 'us-east-1', 'us-east-1']);
    const query = new URLSearchParams({ key: 'a', createdAt: OLD, user: 'anna' }).toString();
    const redirect = async (subject: string) =>
      (await handle(as('GET /media', subject, { rawQueryString: query }))).headers.location;
    expect(await redirect('anna')).toContain('media-eu');
    expect(await redirect('bert')).toContain('media-us');
  });

  test('over HTTP is that of the IAM principal, if IAM authorizes callers', async () => {
    const event = {
      ...http('GET /preference'),
      requestContext: { http: { sourceIp: '10.0.0.1' }, authorizer: { iam: { userId: 'AIDA1' } } },
    };
    expect(await answer(event)).toEqual([200, { user: 'AIDA1' }]);
  });

  test.each(['GET /preference', 'PUT /preference'])(
    '%s is not allowed without a subject that can be a user',
    async (routeKey) => {
      for (const subject of [undefined, '', 'a\n', 'a'.repeat(257)]) {
        const body = JSON.stringify({ preference: 'yes', user: 'anna' });
        expect(await answer(as(routeKey, subject, { body }))).toEqual([
          403,
          { code: 'NotAllowed', message: expect.any(String) },
        ]);
      }
      expect(dynamo.requests).toEqual([]);
    },
  );

  test('is rejected if it is invalid', async () => {
    expect(await put('anna', { preference: 'maybe' })).toEqual([
      400,
      { code: 'ValidationError', message: expect.stringMatching(/^preference: /) },
    ]);
    await expect(handle({ operation: 'ResolveLinks', user: 5, objects })).rejects.toMatchObject({
      message: /^user: got 5/,
    });
    await expect(handle({ operation: 'Redirect', user: '', object: objects[0] })).rejects.toMatchObject({
      message: /^user: got ""/,
    });
  });

  test('does not fail links if the table hangs, and is counted', async () => {
    dynamo.mode = 'hangs';
    expect(await regionFor({ user: 'anna' })).toBe('us-east-1');
    expect(written).toContain('"UserPreferencesUnavailable":1');
  });

  test('reveals users in the audit record only', async () => {
    await put('anna-secret', { preference: 'yes' });
    await put('anna-secret', { preference: 'maybe' });
    await regionFor({ user: 'anna-secret' });
    dynamo.mode = 'hangs';
    await regionFor({ user: 'bert-secret' });
    const records = written.split('\n').filter((line) => /"message":"(completed|links (issued|refused))"/.test(line));
    const others = written.split('\n').filter((line) => !records.includes(line));
    expect(others.join()).toContain('UserPreferencesUnavailable');
    expect(others.join()).not.toContain('secret');
    expect(records.join()).toContain('PutPreference');
  });

  test('is not stored by a router without `userPreferences`, which accepts users', async () => {
    for (const operation of ['GetPreference', 'PutPreference']) {
      await expect(handleWithoutUsers({ operation, user: 'anna', preference: 'yes' })).rejects.toMatchObject({
        message: `operation: got "${operation}", expected one of ResolveLinks, Redirect`,
      });
    }
    const { links } = await handleWithoutUsers({ operation: 'ResolveLinks', user: 'anna', objects });
    expect(links[0].reason).toBe('preference-no');
    expect(dynamo.requests).toEqual([]);
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
