import { getEventListeners, setMaxListeners } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { Arrivals } from '../../../src/stored/routing/runtime/arrivals';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { ObjectReader } from '../../../src/stored/routing/runtime/object-reader';

const MODIFIED = Date.UTC(2026, 0, 1);
const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
const soon = () => AbortSignal.timeout(5000);

/** The response of the local S3 server, which each test sets. */
let answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void;
let seen: string[];
let server: Server;

const copies = () => {
  const env = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return {
    primary: mediaCopy('primary', ['us-east-1', 'media-us'], env),
    replica: mediaCopy('replica', ['eu-west-1', 'media-eu'], env),
  };
};

function found(response: ServerResponse, versionId?: string): void {
  response.setHeader('last-modified', new Date(MODIFIED).toUTCString());
  if (versionId) response.setHeader('x-amz-version-id', versionId);
  response.end();
}

function newArrivals(now: () => number = Date.now) {
  const { primary, replica } = copies();
  return { arrivals: new Arrivals(new ObjectReader(credentials), primary, now), replica, primary };
}

beforeAll((done) => {
  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://s3');
    seen.push(`${request.method} ${url.pathname} ${url.searchParams.get('versionId') ?? '-'}`);
    answer(request, response, url);
  }).listen(0, '127.0.0.1', done);
});
beforeEach(() => {
  seen = [];
});
afterAll((done) => {
  server.closeAllConnections();
  server.close(done);
});

describe('ObjectReader', () => {
  const head = (signal = soon()) => new ObjectReader(credentials).head(copies().primary, 'a b', 'v1', signal);
  const status = (code: number, headers: Record<string, string> = {}) => {
    answer = (_, response) => response.writeHead(code, headers).end();
  };

  test('returns the version and the modification time of an object', async () => {
    answer = (_, response) => found(response, 'v1');
    expect(await head()).toMatchObject({ state: 'found', versionId: 'v1', lastModified: MODIFIED, isInParts: false });
    expect(seen).toEqual(['HEAD /media-us/a%20b v1']);
  });

  test.each<[number, Record<string, string>, string]>([
    [404, {}, 'missing'],
    [405, { 'x-amz-delete-marker': 'true' }, 'missing'],
    [405, {}, 'rejected'],
    [403, {}, 'rejected'],
    [400, {}, 'rejected'],
    [301, { 'x-amz-bucket-region': 'eu-west-3' }, 'failed'],
    [503, {}, 'failed'],
    [200, {}, 'failed'],
  ])('interprets the status %i with the headers %j as %s', async (code, headers, state) => {
    status(code, headers);
    expect(await head()).toEqual({ state });
  });

  test('reports a timeout as slow, and a broken connection as failed', async () => {
    answer = () => undefined;
    expect(await head(AbortSignal.timeout(50))).toEqual({ state: 'slow' });
    answer = (request) => request.socket.destroy();
    expect(await head()).toEqual({ state: 'failed' });
  });

  test('sends nothing once the time limit has passed, and keeps no listener of a request that ended', async () => {
    expect(await head(AbortSignal.abort())).toEqual({ state: 'slow' });
    expect(seen).toEqual([]);
    answer = (_, response) => found(response, 'v1');
    const { signal } = new AbortController();
    const reader = new ObjectReader(credentials);
    await Promise.all(['a', 'b'].map((key) => reader.head(copies().primary, key, 'v1', signal)));
    while (getEventListeners(signal, 'abort').length > 0) await new Promise((done) => setImmediate(done));
  });

  test('sends at most 64 requests at the same time', async () => {
    let received = 0;
    let most = 0;
    const open: ServerResponse[] = [];
    // The server answers once 64 requests are pending, however long that takes, and waits for a 65th before.
    answer = (_, response) => {
      most = Math.max(most, open.push(response));
      if (++received === 300 || open.length === 64) setTimeout(() => open.splice(0).forEach((each) => found(each)), 20);
    };
    const reader = new ObjectReader(credentials);
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`);
    const { primary } = copies();
    const signal = soon();
    setMaxListeners(0, signal);
    await Promise.all(keys.map((key) => reader.head(primary, key, undefined, signal)));
    expect(most).toBe(64);
  });
});

describe('Arrivals', () => {
  test('checks the replica once for a version that it has', async () => {
    answer = (_, response) => found(response, 'v1');
    const { arrivals, replica } = newArrivals();
    const object = { key: 'a', versionId: 'v1' };
    expect(await arrivals.inReplica([object], replica, soon())).toEqual(['in-replica']);
    expect(await arrivals.inReplica([object], replica, soon())).toEqual(['in-replica']);
    expect(seen).toEqual(['HEAD /media-eu/a v1']);
  });

  test("checks for the primary's latest version if the request specifies none, so that a stale replica does not count", async () => {
    answer = (_, response, { pathname, searchParams }) => {
      if (pathname === '/media-us/a') return found(response, 'new');
      return searchParams.get('versionId') === 'new' ? response.writeHead(404).end() : found(response, 'old');
    };
    const { arrivals, replica } = newArrivals();
    expect(await arrivals.inReplica([{ key: 'a' }], replica, soon())).toEqual(['not-in-replica']);
    expect(seen).toEqual(['HEAD /media-us/a -', 'HEAD /media-eu/a new']);
  });

  test('checks again for a missing version after some seconds', async () => {
    let arrived = false;
    let now = 1_000_000;
    answer = (_, response) => (arrived ? found(response, 'v1') : response.writeHead(404).end());
    const { arrivals, replica } = newArrivals(() => now);
    const ask = () => arrivals.inReplica([{ key: 'a', versionId: 'v1' }], replica, soon());
    expect(await ask()).toEqual(['not-in-replica']);
    arrived = true;
    now += 2_900;
    expect(await ask()).toEqual(['not-in-replica']);
    now += 200;
    expect(await ask()).toEqual(['in-replica']);
  });

  test('returns a reason if the primary does not have the object, or fails', async () => {
    answer = (_, response, { pathname }) => response.writeHead(pathname.endsWith('gone') ? 404 : 500).end();
    const { arrivals, replica } = newArrivals();
    expect(await arrivals.inReplica([{ key: 'gone' }, { key: 'b' }], replica, soon())).toEqual([
      'not-in-primary',
      'primary-not-answering',
    ]);
  });

  test('returns a timeout only for the objects without a response', async () => {
    answer = (_, response, { pathname }) => pathname.endsWith('fast') && found(response, 'v');
    const { arrivals, replica } = newArrivals();
    const objects = ['fast', 'slow'].map((key) => ({ key, versionId: 'v' }));
    expect(await arrivals.inReplica(objects, replica, AbortSignal.timeout(1000))).toEqual([
      'in-replica',
      'replica-slow',
    ]);
  });

  test('skips a copy for some seconds after it answered no request of a call', async () => {
    let now = 0;
    answer = (_, response) => response.writeHead(503).end();
    const { arrivals, replica } = newArrivals(() => now);
    const ask = (key: string) => arrivals.inReplica([{ key, versionId: 'v' }], replica, soon());
    expect(await ask('a')).toEqual(['replica-failing']);
    answer = (_, response) => found(response, 'v');
    expect(await ask('b')).toEqual(['replica-failing']);
    expect(seen.length).toBe(1);
    now = 10_000;
    expect(await ask('c')).toEqual(['in-replica']);
    expect(await ask('d')).toEqual(['in-replica']);
  });

  test.each([400, 403])('does not skip a copy because it rejects the first request of a call with %i', async (code) => {
    answer = (_, response, { searchParams }) =>
      searchParams.get('versionId') === 'invalid' ? response.writeHead(code).end() : found(response, 'v');
    const { arrivals, replica } = newArrivals();
    const ask = (versionId: string) => arrivals.inReplica([{ key: 'a', versionId }], replica, soon());
    expect(await ask('invalid')).toEqual(['replica-failing']);
    expect(await ask('v')).toEqual(['in-replica']);
  });

  test('does not skip a copy that answered at least one request of a call', async () => {
    answer = (_, response, { pathname }) =>
      pathname.endsWith('bad') ? response.writeHead(500).end() : found(response, 'v');
    const { arrivals, replica } = newArrivals();
    await arrivals.inReplica(
      [
        { key: 'bad', versionId: 'v' },
        { key: 'good', versionId: 'v' },
      ],
      replica,
      soon(),
    );
    expect(await arrivals.inReplica([{ key: 'other', versionId: 'v' }], replica, soon())).toEqual(['in-replica']);
  });
});

test('Arrivals reads the age of an object from the primary', async () => {
  answer = (_, response) => found(response, 'v7');
  const { arrivals } = newArrivals();
  expect(await arrivals.originals([{ key: 'a' }], soon())).toMatchObject([{ createdAt: MODIFIED, versionId: 'v7' }]);
});

test.each([
  ['PENDING', 2],
  ['COMPLETED', 1],
])(
  'Arrivals reads the status %s of a version from the primary, and asks again until it is final',
  async (status, asked) => {
    answer = (_, response) => {
      response.setHeader('x-amz-replication-status', status);
      response.setHeader('etag', '"d41d8cd98f00b204e9800998ecf8427e-3"');
      found(response, 'v7');
    };
    let now = 1;
    const { arrivals } = newArrivals(() => now);
    const object = { key: 'a', versionId: 'v7' };
    expect(await arrivals.originals([object], soon())).toMatchObject([{ status, isInParts: true }]);
    now += 10_000;
    await arrivals.originals([object], soon());
    expect(seen).toHaveLength(asked);
  },
);
