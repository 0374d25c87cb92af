import { JobStatusException, type S3ControlClient, UpdateJobStatusCommand } from '@aws-sdk/client-s3-control';
import type { S3ControlSimulator } from './s3-control';
import { ACCOUNT, createJob, describeJob, GENERATOR, clientOf, startS3Control } from './support/s3-control';

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

const statusOf = async (jobId: string) => (await describeJob(client, jobId)).Status;

const request = (JobId: string, RequestedJobStatus: 'Ready' | 'Cancelled', StatusUpdateReason?: string) =>
  client.send(new UpdateJobStatusCommand({ AccountId: ACCOUNT, JobId, RequestedJobStatus, StatusUpdateReason }));

describe('S3ControlSimulator life of a job', () => {
  test('goes from New to Complete', async () => {
    const jobId = await createJob(client);
    const job = simulator.job(jobId);
    expect(await statusOf(jobId)).toBe('New');
    simulator.clock.advance(1000);
    expect(await statusOf(jobId)).toBe('Preparing');
    job.prepare(3);
    expect(await statusOf(jobId)).toBe('Ready');
    simulator.clock.advance(1000);
    expect(await statusOf(jobId)).toBe('Active');
    job.progress({ succeeded: 1, failed: 1 });
    simulator.clock.advance(90_000);
    expect(await describeJob(client, jobId)).toMatchObject({
      Status: 'Active',
      ProgressSummary: {
        TotalNumberOfTasks: 3,
        NumberOfTasksSucceeded: 1,
        NumberOfTasksFailed: 1,
        Timers: { ElapsedTimeInActiveSeconds: 90 },
      },
    });
    job.complete();
    expect(await statusOf(jobId)).toBe('Completing');
    simulator.clock.advance(5000);
    const ended = await describeJob(client, jobId);
    expect(ended).toMatchObject({
      Status: 'Complete',
      TerminationDate: new Date('2030-01-01T00:01:33Z'),
      FailureReasons: [],
      ProgressSummary: { NumberOfTasksSucceeded: 2, Timers: { ElapsedTimeInActiveSeconds: 90 } },
    });
    expect(simulator.jobs()).toMatchObject([{ jobId, status: 'Complete', total: 3, succeeded: 2, failed: 1 }]);
  });

  test('a test can hurry', async () => {
    const jobId = await createJob(client);
    simulator.job(jobId).complete({ succeeded: 2, failed: 1 }).finish();
    expect(await statusOf(jobId)).toBe('Complete');
  });

  test.each([true, undefined])('waits for confirmation if ConfirmationRequired is %s', async (ConfirmationRequired) => {
    const jobId = await createJob(client, { ConfirmationRequired });
    const job = simulator.job(jobId).prepare(1);
    expect(await describeJob(client, jobId)).toMatchObject({ ConfirmationRequired: true });
    expect(() => job.complete()).toThrow(`Job ${jobId} is Suspended, not Ready or Active`);
    expect(await describeJob(client, jobId)).toMatchObject({
      Status: 'Suspended',
      SuspendedDate: new Date('2030-01-01T00:00:00Z'),
      SuspendedCause: 'Awaiting confirmation',
    });
    expect(await request(jobId, 'Ready', 'go')).toMatchObject({ Status: 'Ready', StatusUpdateReason: 'go' });
    await expect(request(jobId, 'Ready')).rejects.toBeInstanceOf(JobStatusException);
    job.complete().finish();
    expect(await describeJob(client, jobId)).toMatchObject({ Status: 'Complete', StatusUpdateReason: 'go' });
  });

  test('names the manifest that it generated', async () => {
    const jobId = await createJob(client, {
      ManifestGenerator: {
        S3JobManifestGenerator: {
          ...GENERATOR,
          EnableManifestOutput: true,
          ManifestOutputLocation: {
            Bucket: 'arn:aws:s3:::manifests',
            ManifestPrefix: 'backfill',
            ManifestFormat: 'S3InventoryReport_CSV_20211130',
          },
        },
      },
    });
    simulator.job(jobId).prepare(1);
    expect((await describeJob(client, jobId)).GeneratedManifestDescriptor).toEqual({
      Format: 'S3InventoryReport_CSV_20211130',
      Location: {
        ObjectArn: `arn:aws:s3:::manifests/backfill/job-${jobId}/manifest.json`,
        ETag: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
  });
});

describe('S3ControlSimulator cancellation', () => {
  test.each(['New', 'Preparing', 'Suspended', 'Ready', 'Active'])('ends a job that is %s', async (status) => {
    const jobId = await createJob(client, { ConfirmationRequired: status === 'Suspended' });
    if (status !== 'New') simulator.clock.advance(1000);
    if (status !== 'New' && status !== 'Preparing') simulator.job(jobId).prepare(2);
    if (status === 'Active') simulator.job(jobId).progress({ succeeded: 1 });
    expect(await statusOf(jobId)).toBe(status);
    expect(await request(jobId, 'Cancelled', 'stack deleted')).toMatchObject({ JobId: jobId, Status: 'Cancelling' });
    expect(() => simulator.job(jobId).complete()).toThrow('is Cancelling');
    simulator.clock.advance(1000);
    expect(await describeJob(client, jobId)).toMatchObject({
      Status: 'Cancelled',
      StatusUpdateReason: 'stack deleted',
    });
  });

  test.each(['Completing', 'Complete', 'Failing', 'Failed', 'Cancelling', 'Cancelled'])(
    'fails for a job that is %s',
    async (status) => {
      const jobId = await createJob(client);
      if (status.startsWith('Complet')) simulator.job(jobId).complete({ succeeded: 1 });
      if (status.startsWith('Fail')) simulator.job(jobId).fail('no role');
      if (status.startsWith('Cancel')) await request(jobId, 'Cancelled');
      if (!status.endsWith('ing')) simulator.job(jobId).finish();
      expect(await statusOf(jobId)).toBe(status);
      await expect(request(jobId, 'Cancelled')).rejects.toBeInstanceOf(JobStatusException);
    },
  );

  test('a second one can be accepted', async () => {
    simulator.behaviour.cancellingAgain = 'accepted';
    const jobId = await createJob(client);
    await request(jobId, 'Cancelled', 'first');
    expect(await request(jobId, 'Cancelled', 'second')).toMatchObject({ Status: 'Cancelling' });
    simulator.clock.advance(1000);
    expect(await request(jobId, 'Cancelled')).toMatchObject({ Status: 'Cancelled', StatusUpdateReason: 'first' });
  });
});

describe('S3ControlSimulator failure', () => {
  test('has reasons', async () => {
    const jobId = await createJob(client);
    simulator
      .job(jobId)
      .prepare(2)
      .fail('Access denied to the role', { code: 'AccessDenied', results: { failed: 1 } });
    expect(await statusOf(jobId)).toBe('Failing');
    simulator.job(jobId).finish();
    expect(await describeJob(client, jobId)).toMatchObject({
      Status: 'Failed',
      FailureReasons: [{ FailureCode: 'AccessDenied', FailureReason: 'Access denied to the role' }],
      ProgressSummary: { TotalNumberOfTasks: 2, NumberOfTasksFailed: 1 },
    });
    expect(() => simulator.job(jobId).fail('again')).toThrow('A job that is Failed cannot fail');
  });

  test('comes when there is nothing to replicate', async () => {
    const jobId = await createJob(client);
    simulator.job(jobId).prepare(0).finish();
    expect(await describeJob(client, jobId)).toMatchObject({
      Status: 'Failed',
      FailureReasons: [{ FailureReason: 'Manifest generation found no keys matching the filter criteria.' }],
    });
    simulator.behaviour.emptyManifest = 'ready';
    const other = await createJob(client);
    simulator.job(other).prepare(0).complete().finish();
    expect(await statusOf(other)).toBe('Complete');
  });

  test('comes when more than half of more than 1,000 tasks failed', async () => {
    const jobId = await createJob(client);
    const job = simulator.job(jobId).prepare(3000).progress({ failed: 1000 });
    expect(await statusOf(jobId)).toBe('Active');
    job.progress({ succeeded: 1000 });
    expect(await statusOf(jobId)).toBe('Active');
    job.progress({ failed: 1 });
    expect(await statusOf(jobId)).toBe('Failing');
  });
});

describe("S3ControlSimulator on a test's mistakes", () => {
  test('are told', async () => {
    const job = simulator.job(await createJob(client));
    expect(() => job.progress({ succeeded: 1 })).toThrow('is New, not Ready or Active');
    job.prepare(2);
    expect(() => job.prepare(2)).toThrow('is Ready, not New or Preparing');
    expect(() => job.progress({ succeeded: 3 })).toThrow('has 2 tasks, and not so many results');
    expect(() => job.complete({ succeeded: 1 })).toThrow('1 tasks of job');
    expect(() => job.finish()).toThrow('is Active, not Completing');
    expect(() => simulator.job('other')).toThrow('There is no job other');
  });
});
