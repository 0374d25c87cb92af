import { AuditWorld, PRIMARY, REPLICA } from './support/audit-world';
import { replicaPartition, rowOf, versionMark } from '../../src/stored/backfill/contract';
import { AthenaFault } from '../simulators/athena';
import { Fault } from '../simulators/common/faults';
import { Version } from '../simulators/inventory';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LATE = 'ap-southeast-2';

jest.setTimeout(180_000);

let world: AuditWorld;
beforeAll(async () => {
  world = await AuditWorld.start();
});
afterAll(() => world?.stop());
/** New inventories, whose versions are no longer in flight. */
beforeEach(() => world.advance(2 * DAY));
afterEach(() => {
  world.cloud.athena.faults.clear();
  world.cloud.s3.faults.clear();
  world.cloud.athena.fails = undefined;
});

let uploads = 0;

/** Versions that were uploaded long before the inventories. */
function versions(count: number, { prefix = 'films/', age = 60 * DAY } = {}): Version[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${prefix}clip-${String(index).padStart(6, '0')}.mp4`,
    versionId: `v${++uploads}`.padEnd(32, '0'),
    latest: true,
    marker: false,
    size: 1_000 + index,
    modified: new Date(Math.floor((world.now - age) / 1000) * 1000),
    etag: '0123456789abcdef0123456789abcdef',
    storageClass: 'STANDARD',
    status: 'COMPLETED',
    encryption: 'SSE-KMS',
    tier: '',
  }));
}

const asReplica = (version: Version): Version => ({ ...version, status: 'REPLICA' });

/** Inventories with one missing and one different version. */
async function damaged(count = 500): Promise<Version[]> {
  const all = versions(count);
  const replica = all.map(asReplica).filter((_, index) => index !== 7);
  replica[100] = { ...replica[100], size: 1 };
  await world.inventory(PRIMARY, all);
  await world.inventory(REPLICA, replica);
  return all;
}

const DAMAGE = { missing: 1, different: 1, replicas: [{ region: REPLICA, method: 'full', handedOver: 2 }] };

describe('the audit', () => {
  test('waits for the first inventories, also for one that is not complete', async () => {
    await world.ask('AuditReplicas');
    expect(await world.ask('DescribeAudit')).toMatchObject({
      state: 'waiting',
      waiting: { message: expect.stringContaining(`no complete inventory of the copy in ${PRIMARY}`) },
    });
    const all = versions(10);
    await world.inventory(PRIMARY, all);
    await world.inventory(REPLICA, all.map(asReplica), { incomplete: true });
    await world.tick();
    expect(await world.ask('DescribeAudit')).toMatchObject({
      waiting: { message: expect.stringContaining(`no complete inventory of the copy in ${REPLICA}`) },
    });
    world.advance(DAY);
    await world.inventory(REPLICA, all.map(asReplica));
    const { last } = await world.finish();
    expect(last).toMatchObject({ missing: 0, different: 0, replicas: [{ region: REPLICA, method: 'identical' }] });
  });

  test('finds missing and different versions, and hands them over to the repair and the router', async () => {
    const all = await damaged();
    const view = await world.audit();
    expect(view.failure).toBeUndefined();
    expect(view.last).toMatchObject(DAMAGE);
    const replica = world.bucketIn(REPLICA);
    expect((await world.failures()).map(({ key, reason, replica: bucket }) => [key, reason, bucket])).toEqual([
      [all[7].key, 'MissingInAudit', replica],
      [all[101].key, 'DifferentInAudit', replica],
    ]);
    const states = (await world.rows()).filter(
      ({ pk, sk }) => pk === replicaPartition(replica) && sk === rowOf(all[7].key),
    );
    expect(states.map(({ versions: marks }) => [...marks])).toEqual([[versionMark(all[7].versionId)]]);
    expect(world.metrics('MissingObjects').at(-1)).toBe(1);
    expect(world.metrics('DifferentObjects').at(-1)).toBe(1);
  });

  test('writes a report for people and one for programs, with keys that cannot break the page', async () => {
    const [evil, ...rest] = versions(3);
    const key = 'films/<script>alert("1")</script>&\'\n.mp4';
    await world.inventory(PRIMARY, [{ ...evil, key }, ...rest]);
    await world.inventory(REPLICA, rest.map(asReplica));
    const { last } = await world.audit();
    const html = world.read(last.report.html);
    expect(html).toContain('films/&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(html).not.toContain('<script');
    const report = JSON.parse(world.read(last.report.json));
    expect(report).toMatchObject({ asOf: last.asOf, missing: 1, different: 0 });
    expect(report.replicas[0].reasons[0]).toMatchObject({ reason: 'missing', versions: 1, samples: [{ key }] });
    const list = world.keys(`reports/${last.id}/${REPLICA}/`);
    expect(list.map((each) => JSON.parse(world.read(`s3://${world.reports}/${each}`)))).toMatchObject([
      { reason: 'missing', in: 'source', key, versionId: evil.versionId },
    ]);
  });

  test('says that nothing has changed since the last comparison, from the digests alone', async () => {
    const all = await damaged();
    await world.audit();
    world.advance(DAY);
    await world.inventory(PRIMARY, all);
    const replica = all.map(asReplica).filter((_, index) => index !== 7);
    replica[100] = { ...replica[100], size: 1 };
    await world.inventory(REPLICA, replica);
    const before = world.cloud.athena.queries.length;
    const { last } = await world.audit();
    expect(last).toMatchObject({ missing: 1, different: 1, replicas: [{ method: 'unchanged' }] });
    expect(world.cloud.athena.queries.slice(before).filter(({ sql }) => sql.includes('changed AS'))).toEqual([]);
  });

  test('needs the digests only while uploads go on, if everything older is in both copies', async () => {
    const old = versions(50);
    const young = versions(3, { prefix: 'new/', age: HOUR });
    const write = async () => {
      await world.inventory(PRIMARY, [...old, ...young]);
      await world.inventory(REPLICA, [...old, young[0]].map(asReplica));
    };
    await write();
    const before = world.cloud.athena.queries.length;
    expect((await world.audit()).last).toMatchObject({ missing: 0, replicas: [{ method: 'identical' }] });
    expect(world.cloud.athena.queries.slice(before).filter(({ sql }) => sql.includes('changed AS'))).toEqual([]);
    // What was in flight then is missing now.
    world.advance(3 * DAY);
    await write();
    expect((await world.audit()).last).toMatchObject({ missing: 2, replicas: [{ method: 'full' }] });
  });

  test('does not reuse a result in which versions were in flight', async () => {
    const old = versions(5);
    const young = versions(1, { prefix: 'new/', age: HOUR });
    const write = async () => {
      await world.inventory(PRIMARY, [...old, ...young]);
      await world.inventory(REPLICA, old.slice(1).map(asReplica));
    };
    await write();
    const { last } = await world.audit();
    expect(last).toMatchObject({ missing: 1, replicas: [{ method: 'full' }] });
    expect(last.replicas[0].reasons).toContainEqual(expect.objectContaining({ reason: 'in-flight', versions: 1 }));
    world.advance(3 * DAY);
    await write();
    expect((await world.audit()).last).toMatchObject({ missing: 2, replicas: [{ method: 'full' }] });
  });

  test('compares a part of the keys or of the time without changing the result of the whole', async () => {
    const films = versions(20);
    const shows = versions(20, { prefix: "shows/it's_100%/" });
    await world.inventory(PRIMARY, [...films, ...shows]);
    await world.inventory(
      REPLICA,
      [...films, ...shows].map(asReplica).filter(({ key }) => !key.endsWith('3.mp4')),
    );
    const whole = (await world.audit()).last;
    expect(whole.missing).toBe(4);
    const { last, lastScoped } = await world.audit({ prefix: "shows/it's_100%/" });
    expect(last).toEqual(whole);
    expect(lastScoped).toMatchObject({ prefix: "shows/it's_100%/", missing: 2 });
    const since = new Date(world.now - 30 * DAY).toISOString();
    expect((await world.audit({ since })).lastScoped).toMatchObject({ since, missing: 0 });
  });

  test('rejects invalid requests, and a second run with another scope', async () => {
    await expect(world.ask('AuditReplicas', { prefix: '' })).rejects.toMatchObject({ errorType: 'ValidationError' });
    await expect(world.ask('AuditReplicas', { since: 'yesterday' })).rejects.toMatchObject({
      errorType: 'ValidationError',
    });
    await expect(world.ask('Audit')).rejects.toMatchObject({ errorType: 'ValidationError' });
    await damaged();
    await world.ask('AuditReplicas');
    await world.ask('AuditReplicas'); // the same run
    await expect(world.ask('AuditReplicas', { prefix: 'films/' })).rejects.toMatchObject({ errorType: 'AuditRunning' });
    await world.finish();
  });

  test('explains versions that were uploaded before the rule as not backfilled, if a replica is added later', async () => {
    const other = await AuditWorld.start();
    try {
      other.advance(DAY);
      // The backfill of this object is not complete, so neither are those of the others.
      other.cloud.s3.buckets.put(other.bucketIn(PRIMARY), 'films/old.mp4', 'film');
      other.advance(HOUR);
      await other.deploy({ media: { replicas: [{ region: REPLICA }, { region: LATE }] } });
      other.advance(2 * DAY);
      const modified = new Date(other.now - 90 * DAY);
      const old = versions(30).map((version): Version => ({ ...version, modified, status: '' }));
      await other.inventory(PRIMARY, old);
      await other.inventory(REPLICA, old.map(asReplica));
      await other.ask('AuditReplicas');
      expect((await other.ask('DescribeAudit')).waiting.message).toContain(LATE);
      await other.inventory(LATE, []);
      const { last } = await other.finish();
      const [existing, added] = last.replicas;
      expect(existing).toMatchObject({ region: REPLICA, method: 'identical' });
      expect(added).toMatchObject({ region: LATE, reasons: [{ reason: 'not-backfilled', versions: 30 }] });
    } finally {
      await other.stop();
    }
  });
});

describe('a failure', () => {
  test('of queries is repeated, and then reported', async () => {
    await damaged();
    let failures = 0;
    world.cloud.athena.fails = () =>
      failures++ < 2 ? { reason: 'GENERIC_INTERNAL_ERROR', category: 1, retryable: true } : undefined;
    expect((await world.audit()).last).toMatchObject(DAMAGE);
    world.advance(DAY);
    const before = (await world.ask('DescribeAudit')).last;
    await damaged();
    world.cloud.athena.fails = () => ({ reason: 'GENERIC_INTERNAL_ERROR', category: 1, retryable: true });
    const view = await world.audit();
    expect(view.failure.message).toMatch(/^Athena failed at (totals|digests)-us-east-1: GENERIC_INTERNAL_ERROR$/);
    expect(view.last).toEqual(before);
  });

  test('of memory divides the comparison into more passes', async () => {
    await damaged();
    const isComparison = (sql: string) => sql.includes('changed AS');
    const reason = 'Query exhausted resources at this scale factor';
    world.cloud.athena.fails = ({ sql }) =>
      isComparison(sql) && !/mod\(.*, 4\) = \d/.test(sql) ? { reason, category: 3 } : undefined;
    expect((await world.audit()).last).toMatchObject(DAMAGE);
  });

  test('by the byte limit is reported at once', async () => {
    const other = await AuditWorld.start();
    try {
      const all = versions(1_000);
      await other.inventory(PRIMARY, all, { asOf: new Date(other.now - DAY) });
      await other.inventory(REPLICA, all.map(asReplica), { asOf: new Date(other.now - DAY) });
      other.cloud.athena.putWorkGroup({ ...other.workGroup(), bytesScannedCutoff: 1 });
      expect((await other.audit()).failure.message).toContain('Bytes scanned limit was exceeded');
    } finally {
      await other.stop();
    }
  });

  test('of an inventory whose files were deleted never looks like missing or complete media', async () => {
    await damaged();
    world.loseData(REPLICA);
    const { failure, last } = await world.audit();
    expect(failure.message).toContain(`The inventory of ${REPLICA}`);
    expect(Date.parse(last?.completedAt ?? 0)).toBeLessThan(world.now - DAY);
  });

  test('by throttling only delays the run', async () => {
    await damaged();
    world.cloud.athena.faults.inject(AthenaFault.throttled(), { rate: 0.4 });
    expect((await world.audit()).last).toMatchObject(DAMAGE);
  });

  test('of connections, and of answers that are lost, starts no query twice', async () => {
    await damaged();
    world.cloud.athena.faults.inject(Fault.lostAnswer(), { rate: 0.3 });
    world.cloud.s3.faults.inject(Fault.lostAnswer(), { rate: 0.1, operation: ['PutObject', 'GetObject'] });
    const before = world.cloud.athena.queries.length;
    await world.ask('AuditReplicas').catch(() => undefined);
    for (let round = 0; round < 20; round++) {
      await world.settle({ deliver: false });
      await world.tick().catch(() => undefined);
    }
    world.cloud.athena.faults.clear();
    world.cloud.s3.faults.clear();
    expect((await world.finish()).last).toMatchObject(DAMAGE);
    const started = world.cloud.athena.queries.slice(before).map(({ sql }) => sql);
    expect(new Set(started).size).toBe(started.length);
  });
});

test('the audit survives being killed after every call', async () => {
  const all = versions(30);
  const replica = all.map(asReplica).filter((_, index) => index !== 7);
  let kills = 0;
  for (let stopAt = 1, wasKilled = true; wasKilled; stopAt++) {
    world.advance(2 * DAY);
    await world.inventory(PRIMARY, all);
    await world.inventory(REPLICA, replica);
    world.forget();
    wasKilled = false;
    world.gate.count(stopAt, () => {
      wasKilled = true;
      kills++;
      world.restart();
    });
    await world.ask('AuditReplicas').catch(() => undefined);
    for (let round = 0; round < 8 && !wasKilled; round++) {
      await world.settle({ deliver: false });
      await world.tick().catch(() => undefined);
    }
    world.gate.count();
    // Requested again, in case that it was killed before the request was stored.
    const { last } = await world.audit();
    expect([stopAt, last]).toMatchObject([stopAt, { missing: 1, different: 0, replicas: [{ handedOver: 1 }] }]);
    expect((await world.failures()).filter(({ versionId }) => versionId === all[7].versionId)).toHaveLength(1);
  }
  expect(kills).toBeGreaterThan(25);
}, 600_000);

test('two invocations at the same time give one result', async () => {
  await damaged();
  await world.ask('AuditReplicas');
  await world.tick();
  const twin = await world.another();
  for (let round = 0; round < 10; round++) {
    await world.settle({ deliver: false });
    await Promise.all([world.tick(), twin.invoke({ schedule: 'tick' })]);
  }
  twin.kill();
  expect((await world.finish()).last).toMatchObject(DAMAGE);
});
