import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { CanaryWorld, PRIMARY, REPLICA } from './support/canary-world';
import { eventually } from './support/eventually';

const HOUR = 3_600_000;

interface Copy {
  readonly region: string;
  readonly replicationSeconds?: number;
  readonly proxySeconds?: number;
  readonly proxyMilliseconds?: number;
  readonly failures: string[];
}

let world: CanaryWorld;

async function run(): Promise<{ primary: Copy; replica: Copy; leftovers: number }> {
  const { copies, leftovers } = await world.canary.invoke({});
  const [primary, replica] = [PRIMARY, REPLICA].map((region) => copies.find((copy: Copy) => copy.region === region));
  return { primary, replica, leftovers };
}

/** The emitted metrics with their region. */
function metricsIn(log: string): Record<string, number>[] {
  const blobs = log.split('\n').flatMap((line) => (line.includes('CloudWatchMetrics') ? [JSON.parse(line)] : []));
  return blobs.map(({ _aws: _, service: __, ...values }) => values);
}

describe('a replica that is read through its proxy', () => {
  beforeAll(async () => {
    world = await CanaryWorld.start({ proxy: true });
    world.replicate();
  }, 120_000);
  afterAll(() => world.stop());
  afterEach(async () => expect(await world.leftovers()).toEqual([]));

  test('receives, serves and loses the object', async () => {
    const { primary, replica, leftovers } = await run();
    expect([primary.failures, replica.failures, leftovers]).toEqual([[], [], 0]);
    expect(replica.replicationSeconds).toBeLessThan(10);
    expect(replica.proxySeconds).toBeGreaterThanOrEqual(replica.replicationSeconds!);
    expect(replica.proxyMilliseconds).toBeGreaterThan(0);
    expect(metricsIn(world.canary.log)).toEqual(
      expect.arrayContaining([
        { Region: REPLICA, ReplicationTime: replica.replicationSeconds },
        { Region: REPLICA, ProxyTime: replica.proxySeconds },
        { Region: REPLICA, ProxyLatency: replica.proxyMilliseconds },
        { Region: REPLICA, CanaryFailures: 0 },
        { Region: PRIMARY, CanaryFailures: 0 },
        { CanaryFailures: 0 },
      ]),
    );
  });

  test('supports concurrent runs', async () => {
    const others = await Promise.all([world.another(), world.another(), world.another()]);
    const reports = await Promise.all([world.canary, ...others].map((canary) => canary.invoke({})));
    for (const { copies, leftovers } of reports) {
      expect(copies.flatMap(({ failures }: Copy) => failures)).toEqual([]);
      expect(leftovers).toBe(0);
    }
  });

  test('fails while the proxy is down', async () => {
    world.proxy!.stop();
    const { primary, replica } = await run();
    expect([primary.failures, replica.failures]).toEqual([[], ['proxy-not-answering']]);
    expect(replica.replicationSeconds).toBeLessThan(10);
    expect(replica.proxySeconds).toBeUndefined();
    await world.proxy!.start();
    expect((await run()).replica.failures).toEqual([]);
  });

  test('fails if the probe does not exist', async () => {
    const functions = new Map(world.lambda.functions);
    world.lambda.functions.clear();
    expect((await run()).replica.failures).toEqual(['probe-failing']);
    for (const [arn, fn] of functions) world.lambda.functions.set(arn, fn);
  });

  test('is cleaned up by the next run if a run crashes during the read through the proxy', async () => {
    world.gate.count();
    await run();
    const { calls } = world.gate;
    world.gate.count(calls - 4, () => world.canary.kill()); // two lists and two deletes follow
    await expect(run()).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
    world.gate.count();
    expect((await world.leftovers()).length).toBe(2);
    await world.restart();
    world.canary.aheadMs = HOUR; // S3 rejects its links, which are signed in the future
    const { replica, leftovers } = await run();
    expect([leftovers, replica.failures]).toEqual([2, ['proxy-refused']]);
  });

  test('does not log links or keys', () => {
    const log = `${world.canary.log}${world.probe!.log}`;
    expect(log).toContain('"message":"Run completed"');
    expect(log).not.toMatch(/X-Amz-|replication-canary\/|amazonaws\.com|secret|Warning/i);
  });
});

describe('a replica without a proxy', () => {
  beforeAll(async () => {
    world = await CanaryWorld.start({ tags: { kind: 'film' } });
  }, 120_000);
  afterAll(() => world.stop());
  afterEach(async () => expect(await world.leftovers()).toEqual([]));

  test('counts a deployment as a run before CloudFormation creates the alarms', async () => {
    const responses: string[] = [];
    const cloudFormation = createServer((request, response) => {
      request.on('data', (chunk) => responses.push(JSON.parse(chunk).Status));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve));
    const { port } = cloudFormation.address() as AddressInfo;
    const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Start' };
    const event = { ...ids, ResponseURL: `http://127.0.0.1:${port}/` };
    const fn = await world.another();

    await fn.invoke({ ...event, RequestType: 'Delete' });
    expect([responses, metricsIn(fn.log)]).toEqual([['SUCCESS'], []]);

    const created = fn.invoke({ ...event, RequestType: 'Create' });
    await eventually(async () => expect(metricsIn(fn.log)).toEqual([{ CanaryFailures: 0 }]));
    expect(responses.length).toBe(1); // it waits until CloudWatch has the metric
    fn.kill();
    await expect(created).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
    cloudFormation.close();
  });

  test('fails with reason no-rule if there is no rule', async () => {
    const { primary, replica } = await run();
    expect([primary.failures, replica.failures]).toEqual([[], ['no-rule']]);
    expect(metricsIn(world.canary.log)).toContainEqual({ Region: REPLICA, CanaryFailures: 1 });
    expect(metricsIn(world.canary.log)).toContainEqual({ CanaryFailures: 1 });
  });

  test('fails with reason no-rule if its rule matches other objects', async () => {
    world.replicate('kind=sound');
    expect((await run()).replica.failures).toEqual(['no-rule']);
    world.unreplicate();
  });

  test('is measured if replication is slow', async () => {
    const running = run();
    await new Promise((done) => setTimeout(done, 3000));
    world.replicate('kind=film');
    world.resync();
    const { replica } = await running;
    expect(replica.failures).toEqual([]);
    expect(replica.replicationSeconds).toBeGreaterThan(3);
  });

  test('is measured if its responses are slow', async () => {
    world.s3.front(REPLICA).behaviour = 'answers-late';
    const { replica } = await run();
    world.s3.front(REPLICA).behaviour = 'answers';
    expect([replica.failures, replica.replicationSeconds! > 2]).toEqual([[], true]);
  });

  test('fails without affecting the primary if it is unavailable, and is cleaned up later', async () => {
    world.s3.front(REPLICA).behaviour = 'resets';
    world.s3.front(REPLICA).dropConnections();
    const { primary, replica } = await run();
    world.s3.front(REPLICA).behaviour = 'answers';
    expect([primary.failures, replica.failures]).toEqual([[], ['not-deleted', 'not-answering']]);
    expect([(await world.versions(PRIMARY)).length, (await world.versions(REPLICA)).length]).toEqual([0, 1]);
    await world.restart();
    world.canary.aheadMs = HOUR;
    expect(await run()).toMatchObject({ leftovers: 1, replica: { failures: [] } });
    await world.restart();
  });

  test('keeps objects of others, even old ones in the canary’s folder', async () => {
    const keys = ['film.mov', `${world.folder}film.mov`, `${world.folder}20200101T000000Z-film`, `x${world.folder}y`];
    for (const region of [PRIMARY, REPLICA]) for (const key of keys) await world.put(region, key);
    const before = await world.leftovers();
    await world.restart();
    world.canary.aheadMs = 24 * HOUR;
    expect(await run()).toMatchObject({ leftovers: 0, primary: { failures: [] }, replica: { failures: [] } });
    expect(await world.leftovers()).toEqual(before);
    for (const region of [PRIMARY, REPLICA]) await world.empty(region);
  });

  test('is cleaned up even behind a delete marker', async () => {
    const key = `${world.folder}20200101T000000Z-00000000-0000-4000-8000-000000000000`;
    for (const region of [PRIMARY, REPLICA]) await world.put(region, key);
    for (const region of [PRIMARY, REPLICA]) await world.hide(region, key);
    expect((await world.leftovers()).length).toBe(4);
    await world.restart();
    expect((await run()).leftovers).toBe(0);
    await world.restart();
    world.canary.aheadMs = HOUR;
    expect((await run()).leftovers).toBe(4);
  });

  test('is cleaned up by the next run, whichever request a run crashes after', async () => {
    await world.restart();
    world.gate.count();
    await run();
    const { calls } = world.gate;
    expect(calls).toBeGreaterThanOrEqual(8); // two lists; put, get; two lists and two deletes

    const left: number[] = [];
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      world.gate.count(stopAt, () => world.canary.kill());
      await expect(run()).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
      world.gate.count();
      // The object may be replicated only after the crash.
      await eventually(async () => expect(await world.settled()).toBe(true));
      left.push((await world.leftovers()).length);
      await world.restart();
      const soon = await run();
      expect([stopAt, soon.leftovers]).toEqual([stopAt, 0]); // another run could still be in progress

      world.canary.aheadMs = HOUR;
      const later = await run();
      expect([stopAt, later.leftovers, later.replica.failures]).toEqual([stopAt, left.at(-1), []]);
      expect((await world.leftovers()).map((version) => `after call ${stopAt}: ${version}`)).toEqual([]);
      await world.restart();
    }
    expect(Math.max(...left)).toBe(2);
  }, 180_000);
});
