import { S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT, BackfillWorld, Deployment, FUNCTIONS, REGION } from './support/backfill-world';
import { Moto } from './support/moto';
import { Fault, TaskResult } from '../simulators/s3-control';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const NOT_REPLICATED = ['NONE', 'FAILED'];
/** No filter by status. */
const ALL = undefined;

let world: BackfillWorld;

beforeAll(async () => {
  world = await BackfillWorld.start();
});

afterAll(() => world.stop());

beforeEach(async () => {
  await world.clear();
  await world.put('films/old.mp4');
});

const filterOf = (index = 0) =>
  world.jobs()[index].request.ManifestGenerator!.S3JobManifestGenerator!.Filter as Record<string, any>;
const statuses = (index = 0) => filterOf(index).ObjectReplicationStatuses;
const only = async () => {
  const { jobs } = await world.ask('DescribeReplication');
  expect(jobs).toHaveLength(1);
  return jobs[0];
};

/** Ends the latest job with these results, then runs the worker. */
async function end(results: Iterable<TaskResult>, options?: { rowsPerFile?: number }): Promise<void> {
  const { jobId } = world.jobs().at(-1)!;
  world.control.job(jobId).complete(results).finish();
  await world.report(jobId, options);
  world.advance(MINUTE);
  await world.work();
}

const failed = (key: string, errorCode: string, versionId = 'v1'): TaskResult => ({
  key,
  versionId,
  status: 'failed',
  errorCode,
});
const succeeded = (key: string, versionId = 'v1'): TaskResult => ({ key, versionId, status: 'succeeded' });

describe('a deployment', () => {
  test('of an existing bucket replicates all objects, whatever replicated them before', async () => {
    expect(await world.deploy('Create', { existingBucket: true, replicas: ['replica-1', 'replica-2'] })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'JobsResource',
    });
    expect(world.jobs()).toHaveLength(1);
    const { request, tags } = world.jobs()[0];
    expect(filterOf()).toEqual({
      EligibleForReplication: true,
      CreatedBefore: expect.any(Date),
      ObjectReplicationStatuses: ALL,
    });
    expect(Math.abs(filterOf().CreatedBefore - world.now)).toBeLessThan(MINUTE);
    expect(request).toMatchObject({
      ConfirmationRequired: false,
      RoleArn: 'arn:aws:iam::111111111111:role/jobs',
      Report: { Bucket: 'arn:aws:s3:::reports', ReportScope: 'FailedTasksOnly' },
    });
    expect(tags).toEqual({ MediaReplicationJobs: 'media-1a2b3c4d' });
    expect(await only()).toMatchObject({ cause: 'bucket-adopted', replicas: ['replica-1', 'replica-2'] });
  });

  test.each<[string, Deployment, string[] | undefined]>([
    ['with one replica', { replicas: ['replica-1'] }, NOT_REPLICATED],
    ['with several replicas, any of which may be new', { replicas: ['a', 'b'] }, ALL],
  ])('that enables backfill for a bucket of the construct, %s', async (_, deployment, expected) => {
    await world.deploy('Create', deployment);
    expect(statuses()).toEqual(expected);
    expect((await only()).cause).toBe('replicas-found');
  });

  test('that adopts a bucket with its existing replicas excludes what these already have', async () => {
    const replicas = ['old-1', 'old-2'];
    await world.deploy('Create', { existingBucket: true, replicas, existingReplicas: replicas });
    expect(statuses()).toEqual(NOT_REPLICATED);
    expect((await only()).cause).toBe('bucket-adopted');
  });

  test.each<[string, Deployment]>([
    ['a bucket whose old destination was replaced', { replicas: ['new'] }],
    ['a bucket with an existing and a new replica', { replicas: ['old', 'new'], existingReplicas: ['old'] }],
  ])('that adopts %s includes COMPLETED and REPLICA objects', async (_, deployment) => {
    await world.deploy('Create', { existingBucket: true, ...deployment });
    expect(statuses()).toEqual(ALL);
  });

  test.each<[string, Deployment]>([
    ['adds replicas', { oldReplicas: ['a'], replicas: ['a', 'b', 'c'] }],
    ['replaces the only replica', { oldReplicas: ['a'], replicas: ['b', 'c'] }],
  ])('that %s includes COMPLETED and REPLICA objects', async (_, deployment) => {
    await world.deploy('Update', deployment);
    expect(statuses()).toEqual(ALL);
    expect(await only()).toMatchObject({ cause: 'replicas-added', replicas: ['b', 'c'] });
  });

  test('that replaces the only replica and enables backfill includes COMPLETED and REPLICA objects', async () => {
    await world.deploy('Update', { oldReplicas: ['a'], replicas: ['b'], oldReplicateExisting: false });
    expect(statuses()).toEqual(ALL);
    expect((await only()).cause).toBe('switched-on');
  });

  test('that makes another bucket the primary cancels the backfill of the old one and fills the replicas again', async () => {
    await world.deploy('Create', { bucket: 'old-media', replicas: ['a', 'b'] });
    await world.deploy('Update', { oldBucket: 'old-media', existingBucket: true, replicas: ['a', 'b'] });
    world.advance(MINUTE);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled', 'New']);
    expect(statuses(1)).toEqual(ALL);
    const { jobs } = await world.ask('DescribeReplication');
    expect(jobs[0]).toMatchObject({ cause: 'bucket-adopted', replicas: ['a', 'b'] });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['changes nothing', () => world.deploy('Update')],
    ['removes a replica', () => world.deploy('Update', { oldReplicas: ['a', 'b'], replicas: ['a'] })],
    ['disables replicateExisting', () => world.deploy('Create', { existingBucket: true, replicateExisting: false })],
  ])('that %s starts no job', async (_, deploy) => {
    expect(await deploy()).toMatchObject({ Status: 'SUCCESS' });
    expect([world.jobs(), await world.rows('job')]).toEqual([[], []]);
  });

  test('that swaps the region of the only replica fills the new replica', async () => {
    await world.deploy('Create', { replicas: ['old'] });
    const { jobId } = world.jobs()[0];
    world.control
      .job(jobId)
      .complete([succeeded('films/old.mp4')])
      .finish();
    await world.work();
    await world.deploy('Update', { oldReplicas: ['old'], replicas: ['new'] });
    expect(statuses(1)).toEqual(ALL);
    const { jobs } = await world.ask('DescribeReplication');
    expect(jobs[0]).toMatchObject({ cause: 'replicas-added', replicas: ['new'], state: 'started' });
  });

  test.each([true, false])(
    'with an empty bucket starts no job and no repair (existing bucket: %p)',
    async (existing) => {
      await world.clear();
      await world.deploy('Create', { existingBucket: existing, replicas: ['replica-1'] });
      await world.work({ dailyRepair: true });
      expect([world.jobs(), await world.rows('job')]).toEqual([[], []]);
    },
  );

  test('that enables replicateExisting fills all replicas', async () => {
    await world.deploy('Create', { replicas: ['a', 'b'], replicateExisting: false });
    await world.deploy('Update', { replicas: ['a', 'b'], oldReplicateExisting: false });
    expect(statuses()).toEqual(ALL);
    expect((await only()).cause).toBe('switched-on');
  });

  test('that repeats a request, or sends another for the same replica, starts no second job', async () => {
    for (let time = 0; time < 3; time++) await world.deploy('Create', { existingBucket: true });
    await world.deploy('Update', { oldReplicas: [], replicas: ['replica-1'] });
    expect(world.jobs()).toHaveLength(1);
  });

  test('that is rolled back cancels the job, and the next deployment starts another', async () => {
    const [update, rollback] = [
      { oldReplicas: ['a'], replicas: ['a', 'b'] },
      { oldReplicas: ['a', 'b'], replicas: ['a'] },
    ];
    await world.deploy('Update', update);
    await world.deploy('Update', rollback);
    world.advance(MINUTE);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled']);
    await world.deploy('Update', update);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled', 'New']);
  });

  test('succeeds when S3 rejects the job, which the worker retries', async () => {
    world.control.faults.inject(Fault.accessDenied(), { operation: 'CreateJob', times: Infinity });
    expect(await world.deploy('Create', { existingBucket: true })).toMatchObject({ Status: 'SUCCESS' });
    expect(world.jobs()).toEqual([]);
    expect(await only()).toMatchObject({
      state: 'wanted',
      failure: 'AccessDenied: Access Denied',
      whatToDo: expect.stringMatching(/retried automatically/),
    });
    await world.work();
    expect(world.fn('Worker').log).toMatch(/"WorkerFailures":1/);
    world.control.faults.clear();
    await world.work();
    expect(world.jobs()).toHaveLength(1);
    expect(world.fn('Worker').log).toMatch(/"JobsFailed":1[^]*"JobsFailed":0/);
    expect(await only()).toMatchObject({ state: 'started', attempt: 1 });
    expect((await only()).failure).toBeUndefined();
  });

  test('starts one job despite throttling and lost responses', async () => {
    world.control.faults.inject(Fault.throttling(), { operation: 'CreateJob', times: 2 });
    world.control.faults.inject(Fault.slowDown(), { operation: 'CreateJob', times: 1 });
    world.control.faults.inject(Fault.lostAnswer(), { operation: 'CreateJob', times: 1 });
    expect(await world.deploy('Create', { existingBucket: true })).toMatchObject({ Status: 'SUCCESS' });
    expect(world.jobs()).toHaveLength(1);
  });
});

describe('a running backfill', () => {
  beforeEach(async () => {
    await world.deploy('Create', { existingBucket: true });
  });

  test('reports done, total, rate and remaining time', async () => {
    const job = world.control.job(world.jobs()[0].jobId);
    expect(await only()).toMatchObject({ state: 'started', jobId: world.jobs()[0].jobId });
    world.advance(5 * MINUTE);
    job.prepare(100_000);
    await world.work();
    expect(await only()).toMatchObject({ status: 'Ready', total: 100_000, done: 0 });
    expect((await only()).secondsLeft).toBeUndefined();
    job.progress({ succeeded: 10_000 });
    world.advance(5 * MINUTE);
    await world.work();
    job.progress({ succeeded: 29_000, failed: 1_000 });
    world.advance(5 * MINUTE);
    await world.work();
    const { ratePerSecond, secondsLeft, ...description } = await only();
    expect(description).toMatchObject({ status: 'Active', done: 39_000, failed: 1_000, asOf: expect.any(String) });
    // 30,000 objects in five minutes, and 60,000 remaining. Rounded, because the clocks keep running.
    expect([Math.round(ratePerSecond / 10), Math.round(secondsLeft / 60)]).toEqual([10, 10]);
    const log = world.fn('Worker').log;
    for (const metric of ['"BackfillTotal":100000', '"BackfillDone":39000', '"BackfillFailed":1000']) {
      expect(log).toContain(metric);
    }
    expect(log).toMatch(/"BackfillSecondsLeft":6\d\d/);
    expect(log).toContain('"Namespace":"MediaReplication/Replication"');
  });

  test('finishes when the job ends, and its failures are listed', async () => {
    await end([succeeded('a'), failed('b c+d', 'DstPutObjectNotPermitted'), failed('e', 'DstObjectHardDeleted')]);
    expect(await only()).toMatchObject({
      state: 'finished',
      outcome: 'complete',
      total: 3,
      done: 1,
      failed: 2,
      failedByReason: expect.arrayContaining([
        { reason: 'DstPutObjectNotPermitted', count: 1, retried: true, advice: expect.any(String) },
        { reason: 'DstObjectHardDeleted', count: 1, retried: false, advice: expect.stringMatching(/onto itself/) },
      ]),
    });
    const { failures } = await world.ask('DescribeReplication');
    expect(failures).toMatchObject({ outstanding: 2, givenUp: 1 });
    const list = await world.ask('ListFailures', { reason: 'DstPutObjectNotPermitted', maxResults: 1000 });
    let listed = [...list.failures];
    for (let token = list.nextToken; token;) {
      const next = await world.ask('ListFailures', { reason: 'DstPutObjectNotPermitted', nextToken: token });
      listed = listed.concat(next.failures);
      token = next.nextToken;
    }
    expect(listed).toMatchObject([{ key: 'b c+d', versionId: 'v1', attempts: 0, givenUp: false }]);
    const { log } = world.fn('Worker');
    expect(log).toMatch(/"FailuresOutstanding":2/);
    expect(log).toMatch(/"GivenUp":1/);
  });

  test('without objects to replicate is a success', async () => {
    world.control.job(world.jobs()[0].jobId).prepare(0).finish();
    await world.work();
    expect(await only()).toMatchObject({ state: 'finished', outcome: 'nothing' });
    expect(world.fn('Worker').log).toMatch(/"JobsFailed":0/);
  });

  test('that S3 fails is retried with a delay, up to three attempts, and then on request', async () => {
    const fail = async () => {
      world.control.job(world.jobs().at(-1)!.jobId).fail('The role cannot be assumed').finish();
      await world.work();
    };
    await fail();
    expect(await only()).toMatchObject({
      state: 'wanted',
      attempt: 2,
      failure: 'JobFailed: The role cannot be assumed',
    });
    await world.work();
    expect(world.jobs()).toHaveLength(1);
    world.advance(HOUR);
    await world.work();
    await fail();
    world.advance(2 * HOUR);
    await world.work();
    await fail();
    world.advance(24 * HOUR);
    await world.work();
    expect(world.jobs()).toHaveLength(3);
    const job = await only();
    expect(job).toMatchObject({
      state: 'finished',
      outcome: 'failed',
      whatToDo: expect.stringMatching(/RestartBackfill/),
    });
    expect(
      world
        .fn('Worker')
        .log.trimEnd()
        .split('\n')
        .reverse()
        .find((line) => line.includes('JobsFailed')),
    ).toMatch(/"JobsFailed":1/);
    await world.ask('RestartBackfill', { job: job.job });
    await world.work();
    expect(world.jobs()).toHaveLength(4);
  });

  test('stays cancelled', async () => {
    const { jobId } = world.jobs()[0];
    const client = new S3ControlClient({
      endpoint: world.control.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await client.send(
      new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId: jobId, RequestedJobStatus: 'Cancelled' }),
    );
    client.destroy();
    world.advance(24 * HOUR);
    await world.work();
    await world.work();
    expect(await only()).toMatchObject({ state: 'finished', outcome: 'cancelled' });
    expect(world.jobs()).toHaveLength(1);
  });

  test('waits an hour for a late report', async () => {
    const { jobId } = world.jobs()[0];
    world.control
      .job(jobId)
      .complete([failed('a', 'DstKmsKeyNotFound')])
      .finish();
    await world.work();
    expect(await only()).toMatchObject({ state: 'reporting', failed: 1 });
    world.advance(30 * MINUTE);
    await world.work();
    expect((await only()).state).toBe('reporting');
    world.advance(31 * MINUTE);
    await world.work();
    expect(await only()).toMatchObject({ state: 'finished', reportMissing: true });
  });
});

describe('a repair', () => {
  const RETRYABLE = 'DstKmsKeyInvalidState';
  const repair = async () => {
    await world.work({ repair: true });
    return world.jobs().at(-1)!;
  };
  const failures = () => world.rows('failure');

  test('replicates the objects that events reported, once, and success removes them', async () => {
    await world.clear();
    const keys = ['films/a b+c.mp4', 'news/é, "x"\'(1)!*.mp4'];
    world.sendEvents([{ key: keys[0], versionId: 'v1' }, { key: keys[0], versionId: 'v1' }, { key: keys[1] }]);
    const { jobId, request } = await repair();
    await world.work({ repair: true });
    expect(world.jobs()).toHaveLength(1);
    const { Spec, Location } = request.Manifest!;
    expect(Spec).toEqual({ Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key', 'VersionId'] });
    expect(request.Report.ReportScope).toBe('AllTasks');
    const manifest = await world.read(Location.ObjectArn.replace('arn:aws:s3:::reports/', ''));
    expect(manifest.trim().split('\n').sort()).toEqual([
      'media,films/a%20b%2Bc.mp4,v1',
      'media,news/%C3%A9%2C%20%22x%22%27%281%29%21%2A.mp4,null',
    ]);
    await end([succeeded(keys[0]), { key: keys[1], versionId: 'null', status: 'succeeded' }]);
    expect(world.jobs()[0].jobId).toBe(jobId);
    expect(await failures()).toEqual([]);
    world.advance(24 * HOUR);
    await repair();
    expect(world.jobs()).toHaveLength(1);
    expect((await world.rows('state')).map(({ sk }) => sk)).not.toContain('repair');
  });

  test('gives up an object after three failures, and retries it on request', async () => {
    await world.clear();
    world.sendEvents([{ key: 'a', versionId: 'v1' }]);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await repair();
      expect(world.jobs()).toHaveLength(attempt);
      await end([failed('a', RETRYABLE)]);
      expect(await failures()).toMatchObject([{ key: 'a', attempts: attempt }]);
      world.advance(24 * HOUR);
    }
    expect(world.fn('Worker').log).toMatch(/"RepeatedFailures":1/);
    await repair();
    expect(world.jobs()).toHaveLength(3);
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({
      outstanding: 1,
      givenUp: 1,
      byReason: [{ reason: RETRYABLE, count: 1, givenUp: 1, advice: expect.stringMatching(/Enable the key/) }],
    });
    await world.ask('RetryFailures', { reason: RETRYABLE });
    await world.work();
    expect(world.jobs()).toHaveLength(4);
    await end([succeeded('a')]);
    expect(await failures()).toEqual([]);
  });

  test('excludes objects that a retry cannot repair, and reports them', async () => {
    await world.clear();
    world.sendEvents(
      ['DstObjectHardDeleted', 'SrcObjectNotEligible', 'SrcVersionNotFound'].map((reason) => ({ key: reason, reason })),
    );
    await repair();
    expect(world.jobs()).toEqual([]);
    const { failures: counts } = await world.ask('DescribeReplication');
    expect(counts).toMatchObject({ outstanding: 2, givenUp: 2 });
    for (const { retried, advice } of counts.byReason) {
      expect(retried).toBe(false);
      expect(advice.length).toBeGreaterThan(20);
    }
    await world.ask('DismissFailures', { reason: 'DstObjectHardDeleted' });
    await world.work();
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 1, givenUp: 1 });
    world.advance(MINUTE);
    world.sendEvents([{ key: 'DstObjectHardDeleted', reason: 'DstObjectHardDeleted' }]);
    await world.work();
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 2, givenUp: 2 });
  });

  test('treats objects that S3 replicated in the meantime as repaired, and keeps those that failed since', async () => {
    await world.clear();
    world.sendEvents([
      { key: 'a', versionId: 'v1' },
      { key: 'b', versionId: 'v1' },
    ]);
    await repair();
    world.advance(MINUTE);
    world.sendEvents([{ key: 'b', versionId: 'v1', reason: 'DstBucketNotFound' }]);
    await end([failed('a', 'SrcReplicationNotPending'), succeeded('b')]);
    expect(await failures()).toMatchObject([{ key: 'b', reason: 'DstBucketNotFound' }]);
  });

  test('costs ten requests in a run without work, and one for each replica', async () => {
    await world.clear();
    await world.deploy('Create', { replicas: ['a', 'b'], replicateExisting: false });
    await world.work({ dailyRepair: true });
    world.gate.count();
    await world.work({ dailyRepair: true });
    expect(world.gate.calls).toBe(12); // docs/costs.md
    world.gate.count();
  });

  test('starts once a day', async () => {
    await world.clear();
    const daily = async () => {
      world.sendEvents([{ key: 'a', versionId: 'v1' }]);
      await world.work({ dailyRepair: true });
      return world.jobs().length;
    };
    expect(await daily()).toBe(1);
    await end([failed('a', RETRYABLE)]);
    world.advance(23 * HOUR);
    expect(await daily()).toBe(1);
    world.advance(HOUR);
    expect(await daily()).toBe(2);
  });

  test('skips events that cannot be read, which become dead letters', async () => {
    await world.clear();
    world.queue.send('not JSON');
    world.sendEvents(Array.from({ length: 25 }, (_, index) => ({ key: `key-${index}` })));
    for (let run = 0; run <= 5; run++) {
      await world.work();
      expect(await failures()).toHaveLength(25);
      world.advance(HOUR);
    }
    expect(world.queue.bodies).toEqual([]);
    expect(world.queue.deadLetters).toEqual(['not JSON']);
  });

  test('receives and deletes events with the protocol of another implementation of SQS', async () => {
    await world.clear();
    const moto = await Moto.start();
    const sqs = new SQSClient({
      endpoint: moto.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    try {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failures' }));
      world.sendEvents(Array.from({ length: 25 }, (_, index) => ({ key: `key-${index}` })));
      for (const MessageBody of world.queue.bodies) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      world.queue.clear();
      const worker = await world.another('Worker', {
        AWS_ENDPOINT_URL_SQS: moto.endpoint,
        REPLICATION_FAILURE_QUEUE: QueueUrl!,
      });
      await worker.invoke({});
      expect(await failures()).toHaveLength(25);
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
      });
    } finally {
      sqs.destroy();
      moto.stop();
    }
  });

  test('reads reports with both orders of columns', async () => {
    for (const order of ['as-in-schema', 'as-in-examples'] as const) {
      await world.clear();
      world.control.behaviour.reportColumns = order;
      world.sendEvents([{ key: 'a', versionId: 'v1' }]);
      await repair();
      await end([failed('a', 'DstBucketNotFound')]);
      expect(await failures()).toMatchObject([{ reason: 'DstBucketNotFound' }]);
    }
  });
});

describe('a pause', () => {
  const WEEK = 7 * 24 * HOUR;
  const AB = { replicas: ['a', 'b'] };
  const pause = (deployment: Deployment = AB) => world.deploy('Update', { ...deployment, paused: ['a'] });
  const enable = (deployment: Deployment = AB) => world.deploy('Update', { ...deployment, oldPaused: ['a'] });
  const near = (time: number) => ({ asymmetricMatch: (date: Date) => Math.abs(date.getTime() - time) < MINUTE });
  /** Deploys the replicas, and completes their backfill. */
  const fill = async (deployment: Deployment = AB) => {
    await world.deploy('Create', deployment);
    await end([succeeded('films/old.mp4')]);
  };

  test('starts no job, and its end one for what was uploaded since, with a margin', async () => {
    await fill();
    world.advance(WEEK);
    const paused = world.now;
    expect(await pause()).toMatchObject({ Status: 'SUCCESS' });
    expect((await world.ask('DescribeReplication')).paused).toEqual(['a']);
    world.advance(WEEK);
    await world.put('films/new.mp4');
    await world.work({ repair: true });
    expect(world.jobs()).toHaveLength(1);
    await enable();
    expect(world.jobs()).toHaveLength(2);
    expect(filterOf(1)).toEqual({
      EligibleForReplication: true,
      CreatedAfter: near(paused - WEEK),
      CreatedBefore: near(world.now),
      ObjectReplicationStatuses: ALL,
    });
    const { jobs, paused: left } = await world.ask('DescribeReplication');
    expect(jobs[0]).toMatchObject({
      cause: 'replicas-enabled',
      replicas: ['a'],
      createdAfter: new Date(filterOf(1).CreatedAfter).toISOString(),
    });
    expect(left).toBeUndefined();
  });

  test('of the only replica excludes what it already has', async () => {
    await fill({ replicas: ['a'] });
    await pause({ replicas: ['a'] });
    await enable({ replicas: ['a'] });
    expect(statuses(1)).toEqual(NOT_REPLICATED);
    expect(filterOf(1).CreatedAfter).toEqual(near(world.now - WEEK));
  });

  test('of the only replica includes what another one got, which was removed before its end', async () => {
    await fill();
    await pause();
    await world.deploy('Update', { oldReplicas: ['a', 'b'], replicas: ['a'], paused: ['a'], oldPaused: ['a'] });
    await enable({ replicas: ['a'] });
    expect(statuses(1)).toEqual(ALL);
  });

  test('that is repeated, and other deployments in between, keep the time at which it started', async () => {
    await fill();
    const paused = world.now;
    await pause({ ...AB, requestId: 'one' });
    world.advance(HOUR);
    await pause({ ...AB, requestId: 'one' });
    await pause();
    await world.deploy('Update', { ...AB, paused: ['a'], oldPaused: ['a'] });
    world.advance(WEEK);
    await enable();
    expect(filterOf(1).CreatedAfter).toEqual(near(paused - WEEK));
  });

  test('can follow another one, and each end starts one job', async () => {
    await fill();
    for (const count of [2, 3]) {
      world.advance(WEEK);
      const paused = world.now;
      await pause();
      world.advance(WEEK);
      await enable({ ...AB, requestId: `enable-${count}` });
      await enable({ ...AB, requestId: `enable-${count}` });
      expect(world.jobs()).toHaveLength(count);
      expect(filterOf(count - 1).CreatedAfter).toEqual(near(paused - WEEK));
      await end([succeeded('films/new.mp4')]);
    }
  });

  test('of two replicas that end together starts one job, from the earlier pause', async () => {
    const replicas = ['a', 'b', 'c'];
    await fill({ replicas });
    const paused = world.now;
    await world.deploy('Update', { replicas, paused: ['b'] });
    world.advance(WEEK);
    await world.deploy('Update', { replicas, oldPaused: ['b'], paused: ['a', 'b'] });
    await world.deploy('Update', { replicas, oldPaused: ['a', 'b'] });
    expect(world.jobs()).toHaveLength(2);
    expect(filterOf(1).CreatedAfter).toEqual(near(paused - WEEK));
  });

  test('cancels the backfill that only the replica needs, which starts again from the beginning', async () => {
    await world.deploy('Create', { replicas: ['a'] });
    await pause({ replicas: ['a'] });
    world.advance(MINUTE);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled']);
    expect(await only()).toMatchObject({ state: 'finished', outcome: 'cancelled' });
    await world.work();
    expect(world.fn('Worker').log).toMatch(/"JobsFailed":0/);
    await enable({ replicas: ['a'] });
    expect(filterOf(1)).toEqual({
      EligibleForReplication: true,
      CreatedBefore: near(world.now),
      ObjectReplicationStatuses: ALL,
    });
  });

  test('does not let the worker retry a backfill that failed because of it', async () => {
    await world.deploy('Create', { replicas: ['a'] });
    world.control.job(world.jobs()[0].jobId).fail('More than half of the tasks failed').finish();
    await pause({ replicas: ['a'] });
    world.advance(24 * HOUR);
    await world.work();
    expect(world.jobs()).toHaveLength(1);
    expect(world.fn('Worker').log).toMatch(/"JobsFailed":0/);
  });

  test('keeps the backfill that another replica needs, and its end starts another from the beginning', async () => {
    await world.deploy('Create', AB);
    await pause();
    world.advance(MINUTE);
    expect(world.jobs().map(({ status }) => status)).toEqual(['New']);
    await enable();
    expect(world.jobs().map(({ status }) => status)).toEqual(['New', 'New']);
    expect(filterOf(1).CreatedAfter).toBeUndefined();
  });

  test('during the backfill of an earlier one starts again where that one did', async () => {
    await fill({ replicas: ['a'] });
    const paused = world.now;
    await pause({ replicas: ['a'] });
    world.advance(WEEK);
    await enable({ replicas: ['a'] });
    world.advance(HOUR);
    await pause({ replicas: ['a'] });
    await enable({ replicas: ['a'] });
    expect(filterOf(2).CreatedAfter).toEqual(near(paused - WEEK));
  });

  test.each<[string, () => Promise<unknown>]>([
    ['added', () => world.deploy('Update', { oldReplicas: ['b'], replicas: ['a', 'b'], paused: ['a'] })],
    ['deployed with the bucket', () => world.deploy('Create', { ...AB, paused: ['a'] })],
  ])('of a replica from the moment that it is %s starts a backfill of all objects at its end', async (_, deploy) => {
    await deploy();
    const before = world.jobs().length;
    await enable();
    expect(world.jobs()).toHaveLength(before + 1);
    expect(filterOf(before).CreatedAfter).toBeUndefined();
    expect(statuses(before)).toEqual(ALL);
  });

  test('that is deployed with the bucket fills the other replicas only', async () => {
    await world.deploy('Create', { ...AB, paused: ['a'] });
    expect(await only()).toMatchObject({ cause: 'replicas-found', replicas: ['b'] });
  });

  test('that ends with a new replica starts one job for both, from the beginning', async () => {
    await fill();
    await pause();
    await world.deploy('Update', { oldReplicas: ['a', 'b'], oldPaused: ['a'], replicas: ['a', 'b', 'c'] });
    expect(world.jobs()).toHaveLength(2);
    expect(filterOf(1).CreatedAfter).toBeUndefined();
    const { jobs } = await world.ask('DescribeReplication');
    expect(jobs[0]).toMatchObject({ cause: 'replicas-added', replicas: ['a', 'c'] });
  });

  test('that could not be recorded ends with a backfill of all objects', async () => {
    await fill({ replicas: ['a'] });
    await enable({ replicas: ['a'] });
    expect(world.jobs()).toHaveLength(2);
    expect(filterOf(1).CreatedAfter).toBeUndefined();
  });

  test('ends with the removal of the replica', async () => {
    await fill();
    await pause();
    await world.deploy('Update', { oldReplicas: ['a', 'b'], oldPaused: ['a'], replicas: ['b'] });
    expect((await world.ask('DescribeReplication')).paused).toBeUndefined();
    expect(world.jobs()).toHaveLength(1);
    await world.deploy('Update', { oldReplicas: ['b'], replicas: ['a', 'b'] });
    expect(filterOf(1).CreatedAfter).toBeUndefined();
  });

  describe('and repairs', () => {
    const REASON = 'DstBucketNotFound';
    const repair = () => world.work({ repair: true });
    const failures = () => world.rows('failure');

    test('of its failures wait for its end', async () => {
      await fill();
      await world.sendEvents([{ key: 'films/old.mp4', replica: 'a', reason: REASON }]);
      await pause();
      for (let day = 0; day < 5; day++) {
        world.advance(24 * HOUR);
        await repair();
      }
      expect(world.jobs()).toHaveLength(1);
      expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 1, givenUp: 0 });
      await enable();
      await end([succeeded('films/new.mp4')]);
      await repair();
      expect(world.jobs()).toHaveLength(3);
      await end([{ key: 'films/old.mp4', versionId: 'null', status: 'succeeded' }]);
      expect(await failures()).toEqual([]);
    });

    test('of every replica start no job', async () => {
      await fill({ replicas: ['a'] });
      await pause({ replicas: ['a'] });
      await world.sendEvents([{ key: 'films/old.mp4', replica: 'b', reason: REASON }]);
      await repair();
      expect(world.jobs()).toHaveLength(1);
    });

    test('of a source without backfill wait, too', async () => {
      const none = { replicas: [], replicateExisting: false };
      await world.deploy('Update', { ...none, oldReplicateExisting: false, paused: ['a'] });
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'a', reason: REASON }]);
      await repair();
      expect(world.jobs()).toHaveLength(0);
      await world.sendEvents([{ key: 'y', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      expect(world.jobs()).toHaveLength(1);
      await end([succeeded('y')]);
      await world.deploy('Update', { ...none, oldReplicateExisting: false, oldPaused: ['a'] });
      await repair();
      await end([succeeded('x'), succeeded('y')]);
      expect(world.jobs()).toHaveLength(2);
      expect(await failures()).toEqual([]);
    });

    test('of another replica go on, and are repeated for the paused one', async () => {
      await fill();
      await pause();
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      expect(world.jobs()).toHaveLength(2);
      await end([succeeded('x')]);
      expect((await world.ask('ListFailures', { maxResults: 1000 })).nextToken).toBeDefined();
      expect(await failures()).toMatchObject([{ key: 'x', attempts: 0, waitsFor: ['a'] }]);
      world.advance(24 * HOUR);
      await repair();
      expect(world.jobs()).toHaveLength(2);
      await enable();
      await repair();
      expect(world.jobs()).toHaveLength(4);
      await end([succeeded('x')]);
      expect(await failures()).toEqual([]);
    });

    test('of objects without another rule give nothing up', async () => {
      await fill();
      await pause();
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      const { length } = world.fn('Worker').log;
      await end([failed('x', 'SrcObjectNotEligible')]);
      expect(await failures()).toMatchObject([{ key: 'x', attempts: 0, waitsFor: ['a'] }]);
      expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 1, givenUp: 0 });
      expect(world.fn('Worker').log.slice(length)).not.toMatch(/"RepeatedFailures":[1-9]/);
      await enable();
      await end([succeeded('films/new.mp4')]);
      await repair();
      await end([failed('x', 'SrcObjectNotEligible')]);
      expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 1, givenUp: 1 });
    });

    test('that ran when it started count as its own', async () => {
      await fill();
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'a', reason: REASON }]);
      await repair();
      await pause();
      await end([succeeded('x')]);
      expect(await failures()).toMatchObject([{ key: 'x', waitsFor: ['a'] }]);
    });

    test('that ran until its end count as during it', async () => {
      await fill();
      await pause();
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      const { jobId } = world.jobs().at(-1)!;
      world.control
        .job(jobId)
        .complete([succeeded('x')])
        .finish();
      await world.report(jobId);
      await enable();
      await world.work();
      expect(await failures()).toMatchObject([{ key: 'x', waitsFor: ['a'] }]);
    });

    test('of an object that fails again for another replica do not wait', async () => {
      await fill();
      await pause();
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      await end([succeeded('x')]);
      await world.sendEvents([{ key: 'x', versionId: 'v1', replica: 'b', reason: REASON }]);
      await repair();
      expect(world.jobs()).toHaveLength(3);
    });
  });
});

describe('the status function', () => {
  test.each([
    [{ operation: 'Nothing' }, 'ValidationError', /^operation: got "Nothing", expected one of DescribeReplication/],
    [{ operation: 'DescribeReplication', job: 'none' }, 'NotFound', /Job "none" not found/],
    [{ operation: 'RestartBackfill' }, 'ValidationError', /^job: got nothing/],
    [{ operation: 'RestartBackfill', job: 'none' }, 'NotFound', /none/],
    [{ operation: 'StartBackfill' }, 'ValidationError', /^token: got nothing/],
    [{ operation: 'StartBackfill', token: 't', createdAfter: 'May' }, 'ValidationError', /^createdAfter: got "May"/],
    [{ operation: 'ListFailures', maxResults: 0 }, 'ValidationError', /^maxResults: got 0/],
    [{ operation: 'ListFailures', nextToken: 'x' }, 'ValidationError', /^nextToken/],
    [{ operation: 'RetryFailures', reason: 'a b' }, 'ValidationError', /^reason/],
    [{ operation: 'DismissFailures' }, 'ValidationError', /^reason: got nothing/],
    [null, 'ValidationError', /^operation: got nothing/],
  ])('fails when the request is %j', async (request, errorType, message) => {
    await expect(world.fn('Status').invoke(request)).rejects.toMatchObject({
      errorType,
      message: expect.stringMatching(message),
    });
  });

  test('starts a requested backfill once, with any replication status', async () => {
    await world.deploy('Create');
    const createdAfter = '2026-01-31T12:00:00.000Z';
    const { job } = await world.ask('StartBackfill', { token: 'failback', createdAfter });
    expect(await world.ask('StartBackfill', { token: 'failback' })).toEqual({ job });
    await world.work();
    await world.work();
    // The first job is that of the deployment.
    const [, requested, ...others] = world.jobs();
    expect([requested.request.ManifestGenerator?.S3JobManifestGenerator?.Filter, others]).toEqual([
      { CreatedAfter: new Date(createdAfter), CreatedBefore: expect.any(Date), EligibleForReplication: true },
      [],
    ]);
    const { jobs } = await world.ask('DescribeReplication', { job });
    expect(jobs).toMatchObject([{ job, cause: 'requested', state: 'started', createdAfter }]);
    await world.ask('StartBackfill', { token: 'another' });
    await world.work();
    expect(world.jobs()).toHaveLength(3);
  });

  test('fails when a running backfill is to be restarted', async () => {
    await world.deploy('Create', { existingBucket: true });
    const { job } = await only();
    await expect(world.ask('RestartBackfill', { job })).rejects.toMatchObject({ errorType: 'ValidationError' });
  });
});

describe('the deletion of the stack', () => {
  test('cancels running jobs, empties the reports, and prevents new jobs', async () => {
    await world.deploy('Create', { existingBucket: true });
    await world.put('reports/x/manifest.json', 'reports');
    const { jobId } = world.jobs()[0];
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
    expect(world.control.job(jobId).view.status).toBe('Cancelled');
    expect(await world.reports()).toEqual([]);
    world.sendEvents([{ key: 'a' }]);
    await world.work({ repair: true });
    expect(world.jobs()).toHaveLength(1);
  });

  test('succeeds without a job, and when a job cannot be cancelled', async () => {
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
    await world.clear();
    await world.deploy('Create', { existingBucket: true });
    world.control.faults.inject(Fault.accessDenied(), { operation: 'UpdateJobStatus', times: Infinity });
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
  });
});

test('no log contains object keys', async () => {
  await world.clear();
  world.sendEvents([{ key: 'secret-name', versionId: 'v1' }]);
  await world.work({ repair: true });
  await end([failed('secret-name', 'DstBucketNotFound')]);
  for (const name of FUNCTIONS) expect(world.fn(name).log).not.toContain('secret-name');
});
