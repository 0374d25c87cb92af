import { BackfillWorld, FunctionName } from './support/backfill-world';
import { TaskResult } from '../simulators/s3-control';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RESULTS: TaskResult[] = [
  { key: 'a', versionId: 'v1', status: 'succeeded' },
  { key: 'b', versionId: 'v1', status: 'failed', errorCode: 'DstBucketNotFound' },
  { key: 'c', versionId: 'v1', status: 'failed', errorCode: 'SrcObjectNotEligible' },
];

// Each crash takes a new process or two.
jest.setTimeout(300_000);

let world: BackfillWorld;

beforeAll(async () => {
  world = await BackfillWorld.start();
});

afterAll(() => world.stop());

interface Scenario {
  readonly fn: FunctionName;
  /** What stands before the call. */
  readonly before: () => Promise<unknown>;
  readonly call: () => Promise<unknown>;
  /** What is so in the end, whatever happened on the way. */
  readonly after: () => Promise<unknown>;
  readonly expected: unknown;
}

const create = () => world.deploy('Create', { adopted: true });
const add = () => world.deploy('Update', { oldReplicas: ['a'], replicas: ['a', 'b'] });
const events = () => world.tell(['a', 'b', 'c'].map((key) => ({ key, versionId: 'v1' })));
const reports = async () => {
  const { jobId } = world.jobs()[0];
  world.control.job(jobId).complete(RESULTS).finish();
  await world.report(jobId);
};
/** One line for each job that was ever created, and one for each object that is still missing. */
const told = async () => [
  ...world.jobs().map(({ request }) => request.Description!.split(' ').slice(0, 2).join(' ')),
  ...(await world.rows('failure')).map(({ key, attempts, reason }) => `${key} ${reason} ${attempts}`).sort(),
];
const outcomes = async () => (await world.rows('job')).map(({ state, outcome }) => [state, outcome].join(' '));

const SCENARIOS: Record<string, Scenario> = {
  'a deployment that adopts a bucket': {
    fn: 'Backfill',
    before: async () => undefined,
    call: create,
    after: told,
    expected: ['Replicates existing'],
  },
  'a deployment that adds a replica': {
    fn: 'Backfill',
    before: async () => undefined,
    call: add,
    after: told,
    expected: ['Replicates existing'],
  },
  'a worker that starts what the deployment could not': {
    fn: 'Worker',
    before: async () => {
      world.control.hooks = {
        before: ({ operation }) => {
          if (operation === 'CreateJob') world.fn('Backfill').kill();
        },
      };
      await create().catch(() => world.restart('Backfill'));
      world.control.hooks = {};
      // What reached S3 when the function died is a job already; the worker is to find it.
      world.advance(10 * MINUTE);
    },
    call: () => world.work(),
    after: told,
    expected: ['Replicates existing'],
  },
  'a worker that reads the report of a backfill': {
    fn: 'Worker',
    before: async () => {
      await create();
      await reports();
    },
    call: () => world.work(),
    after: async () => [...(await told()), ...(await outcomes())],
    expected: ['Replicates existing', 'b DstBucketNotFound 0', 'c SrcObjectNotEligible 0', 'finished complete'],
  },
  'a worker that starts a repair': {
    fn: 'Worker',
    before: events,
    call: () => world.work({ repair: true }),
    after: told,
    expected: ['Replicates failed', ...['a', 'b', 'c'].map((key) => `${key} DstKmsKeyInvalidState 0`)],
  },
  'a worker that reads the report of a repair': {
    fn: 'Worker',
    before: async () => {
      await events();
      await world.work({ repair: true });
      await reports();
    },
    call: () => world.work(),
    after: async () => [...(await told()), ...(await outcomes())],
    expected: ['Replicates failed', 'b DstBucketNotFound 1', 'c SrcObjectNotEligible 1', 'finished complete'],
  },
  'the noting of events': {
    fn: 'Events',
    before: async () => undefined,
    call: events,
    after: told,
    expected: ['a', 'b', 'c'].map((key) => `${key} DstKmsKeyInvalidState 0`),
  },
  'a deletion': {
    fn: 'Backfill',
    before: create,
    call: () => world.deploy('Delete'),
    after: async () => {
      world.advance(MINUTE);
      await world.work({ repair: true });
      return world.jobs().map(({ status }) => status);
    },
    expected: ['Cancelled'],
  },
  'a removal of the replica that a job is for': {
    fn: 'Backfill',
    before: add,
    call: () => world.deploy('Update', { oldReplicas: ['a', 'b'], replicas: ['a'] }),
    after: async () => {
      world.advance(MINUTE);
      return world.jobs().map(({ status }) => status);
    },
    expected: ['Cancelled'],
  },
};

async function run({ fn, before, call }: Scenario, stopAt = Infinity): Promise<number> {
  await world.clear();
  await world.put('films/old.mp4');
  await before();
  world.gate.count(stopAt, () => world.fn(fn).kill());
  const outcome = await call().then(
    () => 'done',
    (error) => error.errorType ?? error.message,
  );
  const { calls } = world.gate;
  world.gate.count();
  expect(outcome).toBe(stopAt < Infinity ? 'Runtime.ExitError' : 'done');
  if (stopAt < Infinity) await world.restart(fn);
  return calls;
}

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  test('that dies after any single call is done once by who comes next', async () => {
    const calls = await run(scenario);
    expect(calls).toBeGreaterThan(0);
    expect(await scenario.after()).toEqual(scenario.expected);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await run(scenario, stopAt);
      // The lease of the dead one runs out.
      world.advance(HOUR);
      await scenario.call();
      expect([stopAt, await scenario.after()]).toEqual([stopAt, scenario.expected]);
    }
  });

  // A deployment that is broken off is not repeated where CloudFormation knows the outcome: the worker is alone then.
  if (scenario.fn !== 'Backfill' || scenario.call === create || scenario.call === add) {
    test('that is done twice is done once', async () => {
      await run(scenario);
      await scenario.call();
      expect(await scenario.after()).toEqual(scenario.expected);
    });
  }
});

test('a deployment that dies after it has written down what it wants is carried out by the worker alone', async () => {
  const scenario = SCENARIOS['a deployment that adopts a bucket'];
  const calls = await run(scenario);
  for (let stopAt = 1; stopAt <= calls; stopAt++) {
    await run(scenario, stopAt);
    const isWrittenDown = (await world.rows('job')).length > 0;
    world.advance(HOUR);
    await world.work();
    expect([stopAt, world.jobs().length]).toEqual([stopAt, isWrittenDown ? 1 : 0]);
  }
});
