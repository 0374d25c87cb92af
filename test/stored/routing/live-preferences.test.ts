import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { LivePreferences } from '../../../src/stored/routing/runtime/live-preferences';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';

const COPIES = ['us-east-1', 'eu-west-1'];
const STORE = ['app', 'env', 'profile'] as const;
const events = { unavailable: jest.fn(), refused: jest.fn() };
const initial = parsePreferences('{"replicationDelaySeconds": 1}', COPIES);

/** A local server with the API of AppConfig's data plane. */
let server: Server;
let document: string | undefined;
let broken: ((response: ServerResponse) => void) | undefined;
let calls: string[];
let token = 0;
let now = 0;

beforeAll((done) => {
  server = createServer((request, response) => {
    const [path] = request.url!.split('?');
    calls.push(`${request.method} ${path}`);
    if (broken) return broken(response);
    if (path === '/configurationsessions') {
      response.writeHead(201, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ InitialConfigurationToken: `t${++token}` }));
    }
    const used = new URL(request.url!, 'http://x').searchParams.get('configuration_token');
    if (used !== `t${token}`) return refuse(response);
    response.writeHead(200, {
      'content-type': 'application/json',
      'next-poll-configuration-token': `t${++token}`,
      'next-poll-interval-in-seconds': '30',
    });
    response.end(document);
    document = undefined; // AppConfig does not send an unchanged document again
    return undefined;
  }).listen(0, '127.0.0.1', () => {
    process.env.AWS_ENDPOINT_URL_APPCONFIGDATA = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    done();
  });
});
beforeEach(() => {
  calls = [];
  broken = undefined;
  now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());
afterAll((done) => {
  server.closeAllConnections();
  server.close(done);
});

function refuse(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'BadRequestException' });
  response.end('{"Message":"used"}');
}

const delayOf = async (live: LivePreferences) => (await live.get()).replicationDelaySeconds;

/** Polls until a refresh that took too long has finished. */
async function untilDelayIs(live: LivePreferences, seconds: number, attempts = 200): Promise<void> {
  for (let attempt = 0; (await delayOf(live)) !== seconds; attempt++) {
    if (attempt > attempts) throw new Error(`The delay is still ${await delayOf(live)}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('the first request uses the document in AppConfig', async () => {
  document = '{"replicationDelaySeconds": 2}';
  expect(await delayOf(new LivePreferences(initial, STORE, COPIES, events))).toBe(2);
  expect(calls).toEqual(['POST /configurationsessions', 'GET /configuration']);
});

test('a change takes effect with the first request after 30 seconds, however long the function was frozen', async () => {
  document = '{"replicationDelaySeconds": 2}';
  const live = new LivePreferences(initial, STORE, COPIES, events);
  expect(await delayOf(live)).toBe(2);
  document = '{"replicationDelaySeconds": 3}';
  now += 29_000;
  expect(await delayOf(live)).toBe(2);
  now += 1_000;
  expect(await delayOf(live)).toBe(3);
  now += 3_600_000;
  expect(await delayOf(live)).toBe(3); // unchanged
  expect(calls.filter((call) => call.startsWith('GET')).length).toBe(3);
  document = '{"replicationDelaySeconds": 4}';
  now += 3_600_000;
  expect(await Promise.all([delayOf(live), delayOf(live)])).toEqual([4, 4]);
  expect(calls.filter((call) => call.startsWith('POST')).length).toBe(1);
});

test('an invalid document is rejected, and the last valid one remains in effect', async () => {
  document = '{"replicationDelaySeconds": 2}';
  const live = new LivePreferences(initial, STORE, COPIES, events);
  expect(await delayOf(live)).toBe(2);
  for (const bad of ['{', '{"drainedRegions":["mars-1"]}', '[]', '{"replicationDelaySeconds": -1}']) {
    document = bad;
    events.refused.mockClear();
    now += 30_000;
    expect(await delayOf(live)).toBe(2);
    expect(events.refused).toHaveBeenCalledTimes(1);
  }
});

test('an invalid token is replaced by a new session', async () => {
  document = '{"replicationDelaySeconds": 2}';
  const live = new LivePreferences(initial, STORE, COPIES, events);
  await live.get();
  token += 100;
  document = '{"replicationDelaySeconds": 4}';
  now += 30_000;
  expect(await delayOf(live)).toBe(4);
  expect(events.unavailable).not.toHaveBeenCalled();
});

test('the initial preferences apply while AppConfig fails, and later polls retry', async () => {
  broken = (response) => response.writeHead(500).end();
  const live = new LivePreferences(initial, STORE, COPIES, events);
  expect(await delayOf(live)).toBe(1);
  expect(events.unavailable).toHaveBeenCalledTimes(1);
  broken = undefined;
  document = '{"replicationDelaySeconds": 5}';
  now += 30_000;
  expect(await delayOf(live)).toBe(5);
});

test('a request that AppConfig never answers is retried', async () => {
  broken = () => (broken = undefined);
  document = '{"replicationDelaySeconds": 6}';
  const live = new LivePreferences(initial, STORE, COPIES, events);
  expect(await delayOf(live)).toBe(1);
  await untilDelayIs(live, 6, 1_000);
}, 20_000);

test('a hanging AppConfig delays only the first request of a refresh, by up to a second', async () => {
  broken = () => undefined;
  const live = new LivePreferences(initial, STORE, COPIES, events);
  expect(await delayOf(live)).toBe(1);
  expect(await delayOf(live)).toBe(1);
  expect(calls).toEqual(['POST /configurationsessions']);
  server.closeAllConnections();
});
