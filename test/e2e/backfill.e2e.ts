import { S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import { ACCOUNT, BackfillWorld, FUNCTIONS, REGION } from './support/backfill-world';
import { Fault, TaskResult } from '../simulators/s3-control';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

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

/** Ends the latest job with these results, and lets the worker see it. */
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
  test('of an adopted bucket replicates what is there: NONE and FAILED', async () => {
    expect(await world.deploy('Create', { adopted: true, replicas: ['replica-1', 'replica-2'] })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'backfill-JobsResource',
    });
    expect(world.jobs()).toHaveLength(1);
    const { request, tags } = world.jobs()[0];
    expect(filterOf()).toEqual({
      EligibleForReplication: true,
      CreatedBefore: expect.any(Date),
      ObjectReplicationStatuses: ['NONE', 'FAILED'],
    });
    expect(Math.abs(filterOf().CreatedBefore - world.now)).toBeLessThan(MINUTE);
    expect(request).toMatchObject({
      ConfirmationRequired: false,
      RoleArn: 'arn:aws:iam::111111111111:role/jobs',
      Report: { Bucket: 'arn:aws:s3:::reports', ReportScope: 'FailedTasksOnly' },
    });
    expect(tags).toEqual({ MediaReplicationJobs: expect.stringMatching(/^jobs-[0-9a-f]{8}$/) });
    expect(await only()).toMatchObject({ cause: 'bucket-adopted', replicas: ['replica-1', 'replica-2'] });
  });

  test.each([
    ['with one replica', { replicas: ['replica-1'] }, ['NONE', 'FAILED']],
    ['with several, of which nobody knows which are new', { replicas: ['a', 'b'] }, ['NONE', 'FAILED', 'COMPLETED']],
  ])('that first looks at a bucket of ours, %s', async (_, deployment, expected) => {
    await world.deploy('Create', deployment);
    expect(statuses()).toEqual(expected);
    expect((await only()).cause).toBe('replicas-found');
  });

  test('that adds a replica takes what is complete for the others too', async () => {
    await world.deploy('Update', { oldReplicas: ['a'], replicas: ['a', 'b', 'c'] });
    expect(statuses()).toEqual(['NONE', 'FAILED', 'COMPLETED']);
    expect(await only()).toMatchObject({ cause: 'replicas-added', replicas: ['b', 'c'] });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['changes nothing', () => world.deploy('Update')],
    ['removes a replica', () => world.deploy('Update', { oldReplicas: ['a', 'b'], replicas: ['a'] })],
    ['does not want it', () => world.deploy('Create', { adopted: true, replicateExisting: false })],
  ])('that %s starts nothing', async (_, deploy) => {
    expect(await deploy()).toMatchObject({ Status: 'SUCCESS' });
    expect([world.jobs(), await world.rows('job')]).toEqual([[], []]);
  });

  test('to an empty bucket starts nothing', async () => {
    await world.clear();
    await world.deploy('Create', { adopted: true });
    expect(world.jobs()).toEqual([]);
  });

  test('that switches it on replicates to all', async () => {
    await world.deploy('Create', { replicas: ['a', 'b'], replicateExisting: false });
    await world.deploy('Update', { replicas: ['a', 'b'], oldReplicateExisting: false });
    expect(statuses()).toEqual(['NONE', 'FAILED', 'COMPLETED']);
    expect((await only()).cause).toBe('switched-on');
  });

  test('that asks again, by the same request or another, starts no second job', async () => {
    for (let time = 0; time < 3; time++) await world.deploy('Create', { adopted: true });
    await world.deploy('Update', { oldReplicas: [], replicas: ['replica-1'] });
    expect(world.jobs()).toHaveLength(1);
  });

  test('that is rolled back cancels the job, and the next attempt has another', async () => {
    const [added, back] = [
      { oldReplicas: ['a'], replicas: ['a', 'b'] },
      { oldReplicas: ['a', 'b'], replicas: ['a'] },
    ];
    await world.deploy('Update', added);
    await world.deploy('Update', back);
    world.advance(MINUTE);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled']);
    await world.deploy('Update', added);
    expect(world.jobs().map(({ status }) => status)).toEqual(['Cancelled', 'New']);
  });

  test('succeeds if S3 does not take the job, which the worker goes on trying', async () => {
    world.control.faults.inject(Fault.accessDenied(), { operation: 'CreateJob', times: Infinity });
    expect(await world.deploy('Create', { adopted: true })).toMatchObject({ Status: 'SUCCESS' });
    expect(world.jobs()).toEqual([]);
    expect(await only()).toMatchObject({
      state: 'wanted',
      failure: 'AccessDenied: Access Denied',
      whatToDo: expect.stringMatching(/tried again/),
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

  test('is patient with throttling and lost answers: one job', async () => {
    world.control.faults.inject(Fault.throttling(), { operation: 'CreateJob', times: 2 });
    world.control.faults.inject(Fault.slowDown(), { operation: 'CreateJob', times: 1 });
    world.control.faults.inject(Fault.lostAnswer(), { operation: 'CreateJob', times: 1 });
    expect(await world.deploy('Create', { adopted: true })).toMatchObject({ Status: 'SUCCESS' });
    expect(world.jobs()).toHaveLength(1);
  });
});

describe('a backfill under way', () => {
  beforeEach(async () => {
    await world.deploy('Create', { adopted: true });
  });

  test('is told of: done, total, failed by reason, rate, time left', async () => {
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
    const { ratePerSecond, secondsLeft, ...told } = await only();
    expect(told).toMatchObject({ status: 'Active', done: 39_000, failed: 1_000, asOf: expect.any(String) });
    // 30,000 of 60,000 within five minutes, on clocks that do not stand still meanwhile.
    expect([Math.round(ratePerSecond / 10), Math.round(secondsLeft / 60)]).toEqual([10, 10]);
    const log = world.fn('Worker').log;
    for (const metric of ['"BackfillTotal":100000', '"BackfillDone":39000', '"BackfillFailed":1000']) {
      expect(log).toContain(metric);
    }
    expect(log).toMatch(/"BackfillSecondsLeft":6\d\d/);
    expect(log).toContain('"Namespace":"MediaReplication/Replication"');
  });

  test('that ends is over, and its failures are kept', async () => {
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

  test('of nothing is a success', async () => {
    world.control.job(world.jobs()[0].jobId).prepare(0).finish();
    await world.work();
    expect(await only()).toMatchObject({ state: 'finished', outcome: 'nothing' });
    expect(world.fn('Worker').log).toMatch(/"JobsFailed":0/);
  });

  test('that S3 fails begins anew after a while, three times at most, and then when somebody wants it', async () => {
    const fail = async () => {
      world.control.job(world.jobs().at(-1)!.jobId).fail('The role can not be assumed').finish();
      await world.work();
    };
    await fail();
    expect(await only()).toMatchObject({
      state: 'wanted',
      attempt: 2,
      failure: 'JobFailed: The role can not be assumed',
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

  test('that somebody cancels stays so', async () => {
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

  test('whose report is late is waited for, and at last not', async () => {
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
  const HEALABLE = 'DstKmsKeyInvalidState';
  const repair = async () => {
    await world.work({ repair: true });
    return world.jobs().at(-1)!;
  };
  const failures = () => world.rows('failure');

  test('is started for what events told of, once, and success removes it', async () => {
    await world.clear();
    const keys = ['films/a b+c.mp4', 'news/é, "x"\'(1)!*.mp4'];
    await world.tell([{ key: keys[0], versionId: 'v1' }, { key: keys[0], versionId: 'v1' }, { key: keys[1] }]);
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

  test('that fails counts; after three, the object is given up, until somebody wants it tried again', async () => {
    await world.clear();
    await world.tell([{ key: 'a', versionId: 'v1' }]);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await repair();
      expect(world.jobs()).toHaveLength(attempt);
      await end([failed('a', HEALABLE)]);
      expect(await failures()).toMatchObject([{ key: 'a', attempts: attempt }]);
      world.advance(24 * HOUR);
    }
    expect(world.fn('Worker').log).toMatch(/"RepeatedFailures":1/);
    await repair();
    expect(world.jobs()).toHaveLength(3);
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({
      outstanding: 1,
      givenUp: 1,
      byReason: [{ reason: HEALABLE, count: 1, givenUp: 1, advice: expect.stringMatching(/enable it/) }],
    });
    await world.ask('RetryFailures', { reason: HEALABLE });
    await world.work();
    expect(world.jobs()).toHaveLength(4);
    await end([succeeded('a')]);
    expect(await failures()).toEqual([]);
  });

  test('leaves out what it can not heal, and says so', async () => {
    await world.clear();
    await world.tell(
      ['DstObjectHardDeleted', 'SrcObjectNotEligible', 'SrcVersionNotFound'].map((reason) => ({ key: reason, reason })),
    );
    await repair();
    expect(world.jobs()).toEqual([]);
    const { failures: told } = await world.ask('DescribeReplication');
    expect(told).toMatchObject({ outstanding: 2, givenUp: 2 });
    for (const { retried, advice } of told.byReason) {
      expect(retried).toBe(false);
      expect(advice.length).toBeGreaterThan(20);
    }
    await world.ask('DismissFailures', { reason: 'DstObjectHardDeleted' });
    await world.work();
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 1, givenUp: 1 });
    world.advance(MINUTE);
    await world.tell([{ key: 'DstObjectHardDeleted', reason: 'DstObjectHardDeleted' }]);
    await world.work();
    expect((await world.ask('DescribeReplication')).failures).toMatchObject({ outstanding: 2, givenUp: 2 });
  });

  test('takes an object that S3 has replicated meanwhile for healed, and forgets none that failed since', async () => {
    await world.clear();
    await world.tell([
      { key: 'a', versionId: 'v1' },
      { key: 'b', versionId: 'v1' },
    ]);
    await repair();
    world.advance(MINUTE);
    await world.tell([{ key: 'b', versionId: 'v1', reason: 'DstBucketNotFound' }]);
    await end([failed('a', 'SrcReplicationNotPending'), succeeded('b')]);
    expect(await failures()).toMatchObject([{ key: 'b', reason: 'DstBucketNotFound' }]);
  });

  test('reads both orders of columns', async () => {
    for (const order of ['as-in-schema', 'as-in-examples'] as const) {
      await world.clear();
      world.control.behaviour.reportColumns = order;
      await world.tell([{ key: 'a', versionId: 'v1' }]);
      await repair();
      await end([failed('a', 'DstBucketNotFound')]);
      expect(await failures()).toMatchObject([{ reason: 'DstBucketNotFound' }]);
    }
  });
});

describe('what people ask', () => {
  test.each([
    [{ operation: 'Nothing' }, 'ValidationError', /^operation: got "Nothing", expected one of DescribeReplication/],
    [{ operation: 'DescribeReplication', job: 'none' }, 'NotFound', /There is no job none/],
    [{ operation: 'RestartBackfill' }, 'ValidationError', /^job: got nothing/],
    [{ operation: 'RestartBackfill', job: 'none' }, 'NotFound', /none/],
    [{ operation: 'ListFailures', maxResults: 0 }, 'ValidationError', /^maxResults: got 0/],
    [{ operation: 'ListFailures', nextToken: 'x' }, 'ValidationError', /^nextToken/],
    [{ operation: 'RetryFailures', reason: 'a b' }, 'ValidationError', /^reason/],
    [{ operation: 'DismissFailures' }, 'ValidationError', /^reason: got nothing/],
    [null, 'ValidationError', /^operation: got nothing/],
  ])('%j is refused', async (request, errorType, message) => {
    await expect(world.fn('Status').invoke(request)).rejects.toMatchObject({
      errorType,
      message: expect.stringMatching(message),
    });
  });

  test('a backfill that runs is not restarted', async () => {
    await world.deploy('Create', { adopted: true });
    const { job } = await only();
    await expect(world.ask('RestartBackfill', { job })).rejects.toMatchObject({ errorType: 'ValidationError' });
  });
});

describe('a deletion', () => {
  test('cancels what S3 is at, empties the reports, and starts nothing more', async () => {
    await world.deploy('Create', { adopted: true });
    await world.put('reports/x/manifest.json', 'reports');
    const { jobId } = world.jobs()[0];
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
    expect(world.control.job(jobId).view.status).toBe('Cancelled');
    expect(await world.emptyReports('Delete')).toMatchObject({ Status: 'SUCCESS' });
    expect(await world.reports()).toEqual([]);
    await world.tell([{ key: 'a' }]);
    await world.work({ repair: true });
    expect(world.jobs()).toHaveLength(1);
  });

  test('succeeds though S3 lets nobody cancel, and though there is nothing', async () => {
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
    await world.clear();
    await world.deploy('Create', { adopted: true });
    world.control.faults.inject(Fault.accessDenied(), { operation: 'UpdateJobStatus', times: Infinity });
    expect(await world.deploy('Delete')).toMatchObject({ Status: 'SUCCESS' });
  });
});

test('no key of an object stands in any log', async () => {
  await world.clear();
  await world.tell([{ key: 'secret-name', versionId: 'v1' }]);
  await world.work({ repair: true });
  await end([failed('secret-name', 'DstBucketNotFound')]);
  for (const name of FUNCTIONS) expect(world.fn(name).log).not.toContain('secret-name');
});
