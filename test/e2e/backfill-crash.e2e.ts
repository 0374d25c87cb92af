import { randomUUID } from 'node:crypto';
import { BackfillWorld, FunctionName } from './support/backfill-world';
import { TaskResult } from '../simulators/s3-control';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RESULTS: TaskResult[] = [
  { key: 'a', versionId: 'v1', status: 'succeeded' },
  { key: 'b', versionId: 'v1', status: 'failed', errorCode: 'DstBucketNotFound' },
  { key: 'c', versionId: 'v1', status: 'failed', errorCode: 'SrcObjectNotEligible' },
];

// Each crash requires one or two new processes.
jest.setTimeout(300_000);

let world: BackfillWorld;

beforeAll(async () => {
  world = await BackfillWorld.start();
});

afterAll(() => world.stop());

interface Scenario {
  /** Whether nothing repeats the call, such as the deletion of a stack. @default false */
  readonly isOnce?: boolean;
  readonly fn: FunctionName;
  /** Prepares the state before the call. */
  readonly before: () => Promise<unknown>;
  readonly call: () => Promise<unknown>;
  /** The result, which must not depend on where the call was interrupted. */
  readonly after: () => Promise<unknown>;
  readonly expected: unknown;
}

const create = () => world.deploy('Create', { existingBucket: true });
const add = () => world.deploy('Update', { oldReplicas: ['a'], replicas: ['a', 'b'] });
const pause = () => world.deploy('Update', { replicas: ['a', 'b'], paused: ['b'] });
/** Lambda repeats a request after a crash. */
let requestId: string;
const enable = () => world.deploy('Update', { replicas: ['a', 'b'], oldPaused: ['b'], requestId });
const events = async () => world.sendEvents(['a', 'b', 'c'].map((key) => ({ key, versionId: 'v1' })));
const reports = async () => {
  const { jobId } = world.jobs()[0];
  world.control.job(jobId).complete(RESULTS).finish();
  await world.report(jobId);
};
/** One line for each job that was created, and one for each failure. */
const jobsAndFailures = async () => [
  ...world.jobs().map(({ request }) => request.Description!.split(' ').slice(0, 2).join(' ')),
  ...(await world.rows('failure')).map(({ key, attempts, reason }) => `${key} ${reason} ${attempts}`).sort(),
];
const outcomes = async () => (await world.rows('job')).map(({ state, outcome }) => [state, outcome].join(' '));

const SCENARIOS: Record<string, Scenario> = {
  'a deployment with an existing bucket': {
    fn: 'Worker',
    before: async () => undefined,
    call: create,
    after: jobsAndFailures,
    expected: ['Replicates existing'],
  },
  'a deployment that adds a replica': {
    fn: 'Worker',
    before: async () => undefined,
    call: add,
    after: jobsAndFailures,
    expected: ['Replicates existing'],
  },
  'a deployment that pauses a replica': {
    fn: 'Worker',
    before: add,
    call: pause,
    after: async () => {
      world.advance(MINUTE);
      const [{ since }] = (await world.rows('state')).filter(({ sk }) => sk === 'pauses');
      return [since, ...world.jobs().map(({ status }) => status)];
    },
    expected: [{ b: 0 }, 'Cancelled'],
  },
  'a deployment that enables a paused replica': {
    fn: 'Worker',
    before: async () => {
      await pause();
      requestId = randomUUID();
    },
    call: enable,
    after: async () => [
      ...(await jobsAndFailures()),
      ...(await world.rows('state')).filter(({ sk }) => sk === 'pauses').map(({ since }) => since),
      ...world.jobs().map(({ request }) => !!request.ManifestGenerator?.S3JobManifestGenerator?.Filter?.CreatedAfter),
    ],
    expected: ['Replicates existing', {}, true],
  },
  'a worker run that starts the job of a failed deployment': {
    fn: 'Worker',
    before: async () => {
      world.control.hooks = {
        before: ({ operation }) => {
          if (operation === 'CreateJob') world.fn('Worker').kill();
        },
      };
      await create().catch(() => world.restart('Worker'));
      world.control.hooks = {};
      // If the request reached S3 before the function died, the worker must find the existing job.
      world.advance(10 * MINUTE);
    },
    call: () => world.work(),
    after: jobsAndFailures,
    expected: ['Replicates existing'],
  },
  'a worker run that reads the report of a backfill': {
    fn: 'Worker',
    before: async () => {
      await create();
      await reports();
    },
    call: () => world.work(),
    after: async () => [...(await jobsAndFailures()), ...(await outcomes())],
    expected: ['Replicates existing', 'b DstBucketNotFound 0', 'c SrcObjectNotEligible 0', 'finished complete'],
  },
  'a worker run that starts a repair': {
    fn: 'Worker',
    before: async () => {
      await events();
      await world.work();
    },
    call: () => world.work({ repair: true }),
    after: jobsAndFailures,
    expected: ['Replicates failed', ...['a', 'b', 'c'].map((key) => `${key} DstKmsKeyInvalidState 0`)],
  },
  'a worker run that reads the report of a repair': {
    fn: 'Worker',
    before: async () => {
      await events();
      await world.work({ repair: true });
      await reports();
    },
    call: () => world.work(),
    after: async () => [...(await jobsAndFailures()), ...(await outcomes())],
    expected: ['Replicates failed', 'b DstBucketNotFound 1', 'c SrcObjectNotEligible 1', 'finished complete'],
  },
  'a worker run that records events': {
    fn: 'Worker',
    before: events,
    call: () => world.work(),
    after: jobsAndFailures,
    expected: ['a', 'b', 'c'].map((key) => `${key} DstKmsKeyInvalidState 0`),
  },
  'a deletion of the stack': {
    fn: 'Worker',
    isOnce: true,
    before: create,
    call: () => world.deploy('Delete'),
    after: async () => {
      world.advance(MINUTE);
      await world.work({ repair: true });
      return world.jobs().map(({ status }) => status);
    },
    expected: ['Cancelled'],
  },
  'a deployment that removes the replica of a job': {
    fn: 'Worker',
    isOnce: true,
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
  // The number of calls depends on timing, such as repeated calls, so there can be fewer than were counted.
  const isInterrupted = stopAt <= calls;
  expect(outcome).toBe(isInterrupted ? 'Runtime.ExitError' : 'done');
  if (isInterrupted) await world.restart(fn);
  return calls;
}

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  test('is completed exactly once after a crash at any call', async () => {
    const calls = await run(scenario);
    expect(calls).toBeGreaterThan(0);
    expect(await scenario.after()).toEqual(scenario.expected);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await run(scenario, stopAt);
      // The lease of the crashed run expires.
      world.advance(HOUR);
      await scenario.call();
      expect([stopAt, await scenario.after()]).toEqual([stopAt, scenario.expected]);
    }
  });

  // CloudFormation does not repeat an interrupted update or deletion whose outcome it knows.
  if (!scenario.isOnce) {
    test('is idempotent', async () => {
      await run(scenario);
      await scenario.call();
      expect(await scenario.after()).toEqual(scenario.expected);
    });
  }
});

test('the worker starts the job of a deployment that crashed after recording it', async () => {
  const scenario = SCENARIOS['a deployment with an existing bucket'];
  const calls = await run(scenario);
  for (let stopAt = 1; stopAt <= calls; stopAt++) {
    await run(scenario, stopAt);
    const isRecorded = (await world.rows('job')).length > 0;
    world.advance(HOUR);
    await world.work();
    expect([stopAt, world.jobs().length]).toEqual([stopAt, isRecorded ? 1 : 0]);
  }
});
