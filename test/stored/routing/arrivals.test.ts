import { setMaxListeners } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { Arrivals } from '../../../src/stored/routing/runtime/arrivals';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { ObjectReader } from '../../../src/stored/routing/runtime/object-reader';

const MODIFIED = Date.UTC(2026, 0, 1);
const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
const soon = () => AbortSignal.timeout(5000);

/** Answers like S3, as each test has it. */
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

describe('what S3 says of an object', () => {
  const head = (signal = soon()) => new ObjectReader(credentials).head(copies().primary, 'a b', 'v1', signal);
  const status = (code: number, headers: Record<string, string> = {}) => {
    answer = (_, response) => response.writeHead(code, headers).end();
  };

  test('is its version and its time', async () => {
    answer = (_, response) => found(response, 'v1');
    expect(await head()).toEqual({ state: 'found', versionId: 'v1', lastModified: MODIFIED });
    expect(seen).toEqual(['HEAD /media-us/a%20b v1']);
  });

  test.each<[number, Record<string, string>, string]>([
    [404, {}, 'missing'],
    [405, { 'x-amz-delete-marker': 'true' }, 'missing'],
    [405, {}, 'failed'],
    [403, {}, 'failed'],
    [301, { 'x-amz-bucket-region': 'eu-west-3' }, 'failed'],
    [503, {}, 'failed'],
    [200, {}, 'failed'],
  ])('is clear from %i %j: %s', async (code, headers, state) => {
    status(code, headers);
    expect(await head()).toEqual({ state });
  });

  test('may be that nobody answers in time, or breaks off', async () => {
    answer = () => undefined;
    expect(await head(AbortSignal.timeout(50))).toEqual({ state: 'slow' });
    answer = (request) => request.socket.destroy();
    expect(await head()).toEqual({ state: 'failed' });
  });

  test('is asked for 64 objects at once, and no more', async () => {
    let asked = 0;
    let most = 0;
    const open: ServerResponse[] = [];
    // Answers come when as many wait as can, however long that takes on a busy machine; a 65th would come meanwhile.
    answer = (_, response) => {
      most = Math.max(most, open.push(response));
      if (++asked === 300 || open.length === 64) setTimeout(() => open.splice(0).forEach((each) => found(each)), 20);
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

describe('whether an object has arrived', () => {
  test('is answered for the version that was asked for, once', async () => {
    answer = (_, response) => found(response, 'v1');
    const { arrivals, replica } = newArrivals();
    const object = { key: 'a', versionId: 'v1' };
    expect(await arrivals.inReplica([object], replica, soon())).toEqual(['in-replica']);
    expect(await arrivals.inReplica([object], replica, soon())).toEqual(['in-replica']);
    expect(seen).toEqual(['HEAD /media-eu/a v1']);
  });

  test("is answered for the primary's latest version, where none is named: a stale one in the replica does not count", async () => {
    answer = (_, response, { pathname, searchParams }) => {
      if (pathname === '/media-us/a') return found(response, 'new');
      return searchParams.get('versionId') === 'new' ? response.writeHead(404).end() : found(response, 'old');
    };
    const { arrivals, replica } = newArrivals();
    expect(await arrivals.inReplica([{ key: 'a' }], replica, soon())).toEqual(['not-in-replica']);
    expect(seen).toEqual(['HEAD /media-us/a -', 'HEAD /media-eu/a new']);
  });

  test('is asked again some seconds after it had not', async () => {
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

  test('is unknown where the primary has no such object, or does not answer', async () => {
    answer = (_, response, { pathname }) => response.writeHead(pathname.endsWith('gone') ? 404 : 500).end();
    const { arrivals, replica } = newArrivals();
    expect(await arrivals.inReplica([{ key: 'gone' }, { key: 'b' }], replica, soon())).toEqual([
      'not-in-primary',
      'primary-not-answering',
    ]);
  });

  test('is unknown for those only that were not answered in time', async () => {
    answer = (_, response, { pathname }) => pathname.endsWith('fast') && found(response, 'v');
    const { arrivals, replica } = newArrivals();
    const objects = ['fast', 'slow'].map((key) => ({ key, versionId: 'v' }));
    expect(await arrivals.inReplica(objects, replica, AbortSignal.timeout(100))).toEqual([
      'in-replica',
      'replica-slow',
    ]);
  });

  test('is not asked of a copy that just did not answer at all, until it has rested', async () => {
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

  test('is asked of a copy that answered at least something', async () => {
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

test('the age of an object is asked of the primary', async () => {
  answer = (_, response) => found(response, 'v7');
  const { arrivals } = newArrivals();
  expect(await arrivals.originals([{ key: 'a' }], soon())).toEqual([{ createdAt: MODIFIED, versionId: 'v7' }]);
});
