import { FakeClock, FakeCopy, s3Error } from './fake-copy';
import { ProbeAnswer, Reason } from '../../../src/stored/canary/contract';
import { Canary } from '../../../src/stored/canary/runtime/canary';
import { pauseAfter } from '../../../src/stored/canary/runtime/clock';
import { MediaCopy } from '../../../src/stored/canary/runtime/media-copy';

const FOLDER = '.replication-canary/canary-1a2b3c4d/';
const OLD_KEY = `${FOLDER}20261120T000000Z-00000000-0000-4000-8000-000000000000`;
const MINUTE = 60_000;
const STALE = 14 * MINUTE;

let clock: FakeClock;
let primary: FakeCopy;
let europe: FakeCopy;
let asia: FakeCopy;
let failures: [region: string, reason: Reason][];
let probe: jest.Mock<Promise<ProbeAnswer>, any> | undefined;
let watchAsia: boolean;

beforeEach(() => {
  clock = new FakeClock();
  primary = new FakeCopy('us-east-1', FOLDER, clock);
  europe = new FakeCopy('eu-west-1', FOLDER, clock, primary);
  asia = new FakeCopy('ap-southeast-2', FOLDER, clock, primary);
  failures = [];
  probe = undefined;
  watchAsia = true;
});

async function run(timeoutMs = 10 * MINUTE) {
  const real = (copy: FakeCopy) => copy as unknown as MediaCopy;
  const report = await new Canary({
    primary: real(primary),
    replicas: [
      { copy: real(europe), watched: true, proxy: probe && ({ read: probe } as any) },
      { copy: real(asia), watched: watchAsia },
    ],
    folder: FOLDER,
    tags: { kind: 'film' },
    timeoutMs,
    staleMs: STALE,
    clock,
    listener: { failed: (region, reason) => void failures.push([region, reason]) },
  }).run();
  return { ...report, by: Object.fromEntries(report.copies.map((copy) => [copy.region, copy])) };
}

const allObjects = () => [primary, europe, asia].flatMap(({ objects }) => objects);
const ok: ProbeAnswer = { status: 200, milliseconds: 12.5, matches: true };

describe('a run', () => {
  test('measures each replica separately and cleans up', async () => {
    europe.arrivesAfter = 12;
    asia.arrivesAfter = 100;
    const { by, leftovers } = await run();
    expect(by['us-east-1']).toEqual({ region: 'us-east-1', failures: [] });
    expect(by['eu-west-1'].replicationSeconds).toBeGreaterThanOrEqual(12);
    expect(by['eu-west-1'].replicationSeconds).toBeLessThan(13.5);
    expect(by['ap-southeast-2'].replicationSeconds).toBeGreaterThanOrEqual(100);
    expect(by['ap-southeast-2'].replicationSeconds).toBeLessThan(111);
    expect([failures, leftovers, allObjects()]).toEqual([[], 0, []]);
  });

  test('puts a small object with the tags of the rules under a unique key', async () => {
    const put = jest.spyOn(primary, 'put');
    await run();
    await run();
    const [[first, body, tags], [second, other]] = put.mock.calls;
    expect(first).toMatch(/^\.replication-canary\/canary-1a2b3c4d\/20261121T080000Z-[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
    expect([body.length, tags]).toEqual([1024, { kind: 'film' }]);
    expect(Buffer.compare(body, other)).not.toBe(0);
  });

  test('deletes from the primary first, so that S3 stops replicating', async () => {
    const order: string[] = [];
    for (const copy of [primary, europe, asia]) {
      copy.fault = (operation) => void (operation === 'delete' && order.push(copy.region));
    }
    await run();
    expect(order[0]).toBe('us-east-1');
    expect(order.length).toBe(3);
  });

  test('polls a late replica at growing intervals', async () => {
    europe.arrivesAfter = undefined;
    await run();
    expect(europe.reads).toBeLessThan(110);
    expect([pauseAfter(0), pauseAfter(20_000), pauseAfter(500_000)]).toEqual([250, 2000, 10_000]);
  });

  test('does not wait for an unwatched replica, but deletes from it too', async () => {
    watchAsia = false;
    asia.objects.push({ key: OLD_KEY, versionId: 'v', lastModified: 0, body: new Uint8Array(), tags: {} });
    const { by, leftovers } = await run();
    expect([asia.reads, by['ap-southeast-2'], leftovers]).toEqual([0, { region: 'ap-southeast-2', failures: [] }, 1]);
    expect(asia.objects).toEqual([]);
  });
});

describe('a replica fails', () => {
  test.each<[Reason, string, string | undefined]>([
    ['no-rule', 'no rule matches the object', undefined],
    ['replication-failed', 'S3 reports a failure', 'FAILED'],
    ['not-in-time', 'replication is pending', 'PENDING'],
    ['not-in-time', 'other replicas have the object', 'COMPLETED'],
  ])('with reason %s if %s', async (reason, _, status) => {
    europe.arrivesAfter = undefined;
    primary.status = status;
    const { by } = await run();
    expect(by['eu-west-1']).toEqual({ region: 'eu-west-1', failures: [reason] });
    expect(by['ap-southeast-2'].failures).toEqual([]);
    expect(allObjects()).toEqual([]);
  });

  test('without affecting other replicas if it does not respond', async () => {
    europe.fault = () => s3Error();
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual(['not-deleted', 'not-answering']);
    expect(by['ap-southeast-2'].failures).toEqual([]);
    expect(by['us-east-1'].failures).toEqual([]);
  });

  test('with reason denied if access is denied', async () => {
    europe.fault = (operation) => (operation === 'read' ? s3Error(403) : undefined);
    expect((await run()).by['eu-west-1'].failures).toEqual(['denied']);
  });

  test('not if it recovers from 503 responses', async () => {
    europe.fault = (operation) => (operation === 'read' && europe.reads < 10 ? s3Error(503) : undefined);
    expect((await run()).by['eu-west-1'].failures).toEqual([]);
  });

  test('without a retry if the content differs', async () => {
    europe.alter = (body) => body.map((byte) => 255 - byte);
    const { by } = await run();
    expect([by['eu-west-1'].failures, europe.reads]).toEqual([['wrong-content'], 1]);
  });

  test('if the object can be read neither directly nor through a proxy', async () => {
    europe.unreadable = true;
    expect((await run()).by['eu-west-1'].failures).toEqual(['unreadable']);
  });

  test('even if the primary cannot report the reason', async () => {
    europe.arrivesAfter = undefined;
    primary.fault = (operation) => (operation === 'status' ? s3Error(500) : undefined);
    expect((await run()).by['eu-west-1'].failures).toEqual(['not-in-time']);
  });
});

describe('the primary fails', () => {
  test.each([
    [403, 'denied'],
    [503, 'not-answering'],
    [undefined, 'not-answering'],
  ])('if a put returns %s, with reason %s', async (status, reason) => {
    primary.fault = (operation) => (operation === 'put' ? s3Error(status) : undefined);
    const { by } = await run();
    expect([by['us-east-1'].failures, by['eu-west-1'].failures, europe.reads]).toEqual([[reason], [], 0]);
  });

  test('if versioning is disabled, and is cleaned up', async () => {
    primary.versionId = 'null';
    const { by } = await run();
    expect([by['us-east-1'].failures, allObjects()]).toEqual([['not-versioned'], []]);
  });

  test('if the response to a successful put is lost, and is cleaned up', async () => {
    const { put } = primary;
    primary.put = async (...args) => {
      await put.apply(primary, args);
      await put.apply(primary, args); // a retry of the SDK
      throw s3Error();
    };
    const { by } = await run();
    expect([by['us-east-1'].failures, allObjects()]).toEqual([['not-answering'], []]);
  });
});

describe('leftovers of earlier runs', () => {
  const leave = (copy: FakeCopy, key: string, ageMs: number) =>
    copy.objects.push({ key, versionId: 'old', lastModified: clock.now() - ageMs, body: new Uint8Array(), tags: {} });

  test('are deleted from every copy once they are older than the longest possible run', async () => {
    leave(europe, OLD_KEY, STALE + 1);
    leave(asia, OLD_KEY, STALE + 1);
    leave(primary, OLD_KEY, STALE);
    const { leftovers } = await run();
    expect([leftovers, primary.objects.length]).toEqual([2, 1]);
  });

  test('do not prevent a run if they cannot be deleted', async () => {
    europe.fault = (operation) => (operation === 'delete' ? s3Error(403) : undefined);
    leave(europe, OLD_KEY, STALE + 1);
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual(['not-deleted']);
    expect(by['eu-west-1'].replicationSeconds).toBeDefined();
  });
});

describe('reading through a proxy', () => {
  test('starts when the object has arrived, with a new link for each attempt', async () => {
    europe.arrivesAfter = 5;
    const answers: ProbeAnswer[] = [{ ...ok, status: 503, matches: false }, ok];
    probe = jest.fn(async () => answers.shift()!);
    const { by } = await run();
    const { replicationSeconds, proxySeconds, proxyMilliseconds, failures } = by['eu-west-1'];
    expect([proxyMilliseconds, failures]).toEqual([12.5, []]);
    expect(proxySeconds).toBeGreaterThan(replicationSeconds!);
    expect(probe.mock.calls[0][0]).toEqual({
      path: expect.stringMatching(/^\/\.replication-canary\/.*X-Amz-/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each<[Reason, Partial<ProbeAnswer>]>([
    ['proxy-refused', { status: 403 }],
    ['proxy-not-answering', { status: 503 }],
    ['proxy-not-answering', { status: 0, error: 'ECONNREFUSED' }],
    ['proxy-wrong-content', { status: 200 }],
  ])('fails with reason %s for %j', async (reason, answer) => {
    probe = jest.fn(async () => ({ ...ok, matches: false, ...answer }));
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual([reason]);
    expect(by['eu-west-1'].replicationSeconds).toBeDefined();
    expect(by['eu-west-1'].proxySeconds).toBeUndefined();
  });

  test('fails only in its region if the probe fails', async () => {
    probe = jest.fn(async () => Promise.reject(s3Error(404)));
    const { by } = await run();
    expect([by['eu-west-1'].failures, by['ap-southeast-2'].failures]).toEqual([['probe-failing'], []]);
  });

  test('verifies an isolated replica', async () => {
    europe.unreadable = true;
    probe = jest.fn(async () => ok);
    const { by } = await run();
    expect([by['eu-west-1'].failures, by['eu-west-1'].proxyMilliseconds]).toEqual([[], 12.5]);
  });

  test('has a minimum time even if the replica has used up the timeout', async () => {
    europe.arrivesAfter = 599;
    const startedAt = clock.now();
    probe = jest.fn(async () => (clock.now() - startedAt < 610_000 ? { ...ok, status: 503 } : ok));
    expect((await run()).by['eu-west-1']).toMatchObject({ failures: [], proxyMilliseconds: 12.5 });
  });
});
