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
let noted: [region: string, reason: Reason][];
let probe: jest.Mock<Promise<ProbeAnswer>, any> | undefined;
let watchAsia: boolean;

beforeEach(() => {
  clock = new FakeClock();
  primary = new FakeCopy('us-east-1', FOLDER, clock);
  europe = new FakeCopy('eu-west-1', FOLDER, clock, primary);
  asia = new FakeCopy('ap-southeast-2', FOLDER, clock, primary);
  noted = [];
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
    notes: { failed: (region, reason) => void noted.push([region, reason]) },
  }).run();
  return { ...report, by: Object.fromEntries(report.copies.map((copy) => [copy.region, copy])) };
}

const everything = () => [primary, europe, asia].flatMap(({ objects }) => objects);
const ok: ProbeAnswer = { status: 200, milliseconds: 12.5, matches: true };

describe('a run', () => {
  test('measures each replica by itself, and leaves nothing', async () => {
    europe.arrivesAfter = 12;
    asia.arrivesAfter = 100;
    const { by, leftovers } = await run();
    expect(by['us-east-1']).toEqual({ region: 'us-east-1', failures: [] });
    expect(by['eu-west-1'].replicationSeconds).toBeGreaterThanOrEqual(12);
    expect(by['eu-west-1'].replicationSeconds).toBeLessThan(13.5);
    expect(by['ap-southeast-2'].replicationSeconds).toBeGreaterThanOrEqual(100);
    expect(by['ap-southeast-2'].replicationSeconds).toBeLessThan(111);
    expect([noted, leftovers, everything()]).toEqual([[], 0, []]);
  });

  test('puts a small object with the tags of the rules, under a key of its own', async () => {
    const put = jest.spyOn(primary, 'put');
    await run();
    await run();
    const [[first, body, tags], [second, other]] = put.mock.calls;
    expect(first).toMatch(/^\.replication-canary\/canary-1a2b3c4d\/20261121T080000Z-[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
    expect([body.length, tags]).toEqual([1024, { kind: 'film' }]);
    expect(Buffer.compare(body, other)).not.toBe(0);
  });

  test('deletes in the primary first, so that nothing is replicated any more', async () => {
    const order: string[] = [];
    for (const copy of [primary, europe, asia]) {
      copy.fault = (operation) => void (operation === 'delete' && order.push(copy.region));
    }
    await run();
    expect(order[0]).toBe('us-east-1');
    expect(order.length).toBe(3);
  });

  test('asks a replica that is late less and less often', async () => {
    europe.arrivesAfter = undefined;
    await run();
    expect(europe.looks).toBeLessThan(110);
    expect([pauseAfter(0), pauseAfter(20_000), pauseAfter(500_000)]).toEqual([250, 2000, 10_000]);
  });

  test('does not wait for a replica that is not watched, and deletes there too', async () => {
    watchAsia = false;
    asia.objects.push({ key: OLD_KEY, versionId: 'v', lastModified: 0, body: new Uint8Array(), tags: {} });
    const { by, leftovers } = await run();
    expect([asia.looks, by['ap-southeast-2'], leftovers]).toEqual([0, { region: 'ap-southeast-2', failures: [] }, 1]);
    expect(asia.objects).toEqual([]);
  });
});

describe('a replica fails', () => {
  test.each<[Reason, string, string | undefined]>([
    ['no-rule', 'no rule takes the object', undefined],
    ['replication-failed', 'S3 has given up', 'FAILED'],
    ['not-in-time', 'the object is on its way', 'PENDING'],
    ['not-in-time', 'the object is elsewhere already', 'COMPLETED'],
  ])('as %s where %s', async (reason, _, status) => {
    europe.arrivesAfter = undefined;
    primary.status = status;
    const { by } = await run();
    expect(by['eu-west-1']).toEqual({ region: 'eu-west-1', failures: [reason] });
    expect(by['ap-southeast-2'].failures).toEqual([]);
    expect(everything()).toEqual([]);
  });

  test('alone, where it does not answer', async () => {
    europe.fault = () => s3Error();
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual(['not-deleted', 'not-answering']);
    expect(by['ap-southeast-2'].failures).toEqual([]);
    expect(by['us-east-1'].failures).toEqual([]);
  });

  test('as denied, where it refuses', async () => {
    europe.fault = (operation) => (operation === 'look' ? s3Error(403) : undefined);
    expect((await run()).by['eu-west-1'].failures).toEqual(['denied']);
  });

  test('not, where it answers 503 for a while', async () => {
    europe.fault = (operation) => (operation === 'look' && europe.looks < 10 ? s3Error(503) : undefined);
    expect((await run()).by['eu-west-1'].failures).toEqual([]);
  });

  test('at once, where it has something else', async () => {
    europe.alter = (body) => body.map((byte) => 255 - byte);
    const { by } = await run();
    expect([by['eu-west-1'].failures, europe.looks]).toEqual([['wrong-content'], 1]);
  });

  test('where the object can be neither read nor read through a proxy', async () => {
    europe.unreadable = true;
    expect((await run()).by['eu-west-1'].failures).toEqual(['unreadable']);
  });

  test('also where the primary can not say why', async () => {
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
  ])('where a put is answered with %s, as %s', async (status, reason) => {
    primary.fault = (operation) => (operation === 'put' ? s3Error(status) : undefined);
    const { by } = await run();
    expect([by['us-east-1'].failures, by['eu-west-1'].failures, europe.looks]).toEqual([[reason], [], 0]);
  });

  test('where it keeps no versions, and is cleaned', async () => {
    primary.versionId = 'null';
    const { by } = await run();
    expect([by['us-east-1'].failures, everything()]).toEqual([['not-versioned'], []]);
  });

  test('where a put has succeeded whose answer was lost, and is cleaned', async () => {
    const { put } = primary;
    primary.put = async (...args) => {
      await put.apply(primary, args);
      await put.apply(primary, args); // the second try of the SDK
      throw s3Error();
    };
    const { by } = await run();
    expect([by['us-east-1'].failures, everything()]).toEqual([['not-answering'], []]);
  });
});

describe('what earlier runs left', () => {
  const leave = (copy: FakeCopy, key: string, ageMs: number) =>
    copy.objects.push({ key, versionId: 'old', lastModified: clock.now() - ageMs, body: new Uint8Array(), tags: {} });

  test('is deleted in each copy where it is, once it is older than a run can be', async () => {
    leave(europe, OLD_KEY, STALE + 1);
    leave(asia, OLD_KEY, STALE + 1);
    leave(primary, OLD_KEY, STALE);
    const { leftovers } = await run();
    expect([leftovers, primary.objects.length]).toEqual([2, 1]);
  });

  test('is no reason not to try', async () => {
    europe.fault = (operation) => (operation === 'delete' ? s3Error(403) : undefined);
    leave(europe, OLD_KEY, STALE + 1);
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual(['not-deleted']);
    expect(by['eu-west-1'].replicationSeconds).toBeDefined();
  });
});

describe('through a proxy', () => {
  test('the object is read once it has arrived, with a link that is made for each try', async () => {
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
  ])('a read fails as %s with %j', async (reason, answer) => {
    probe = jest.fn(async () => ({ ...ok, matches: false, ...answer }));
    const { by } = await run();
    expect(by['eu-west-1'].failures).toEqual([reason]);
    expect(by['eu-west-1'].replicationSeconds).toBeDefined();
    expect(by['eu-west-1'].proxySeconds).toBeUndefined();
  });

  test('a probe that fails is a failure of that region', async () => {
    probe = jest.fn(async () => Promise.reject(s3Error(404)));
    const { by } = await run();
    expect([by['eu-west-1'].failures, by['ap-southeast-2'].failures]).toEqual([['probe-failing'], []]);
  });

  test('an isolated replica is proven', async () => {
    europe.unreadable = true;
    probe = jest.fn(async () => ok);
    const { by } = await run();
    expect([by['eu-west-1'].failures, by['eu-west-1'].proxyMilliseconds]).toEqual([[], 12.5]);
  });

  test('there is time left for it where the replica has taken all', async () => {
    europe.arrivesAfter = 599;
    const begun = clock.now();
    probe = jest.fn(async () => (clock.now() - begun < 610_000 ? { ...ok, status: 503 } : ok));
    expect((await run()).by['eu-west-1']).toMatchObject({ failures: [], proxyMilliseconds: 12.5 });
  });
});
