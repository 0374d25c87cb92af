import type { S3ControlClient } from '@aws-sdk/client-s3-control';
import { Fault, type S3ControlSimulator } from './s3-control';
import { backfill, clientOf, createJob, startS3Control } from './support/s3-control';

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

describe('S3ControlSimulator tokens', () => {
  test('the same request gets the same job, and another one is refused', async () => {
    const request = backfill({ ClientRequestToken: 'backfill-1' });
    const jobId = await createJob(client, request);
    expect(await createJob(client, request)).toBe(jobId);
    await expect(createJob(client, { ...request, Priority: 11 })).rejects.toMatchObject({
      name: 'IdempotencyException',
    });
    expect(await createJob(client, { ...request, ClientRequestToken: 'backfill-2' })).not.toBe(jobId);
    expect(simulator.jobs()).toHaveLength(2);
  });

  test.each([
    ['its answer is lost', Fault.lostAnswer()],
    ['the connection is cut', Fault.reset()],
    ['it fails, and is applied', Fault.failure({ applied: true })],
    ['it is throttled', Fault.throttling()],
    ['S3 is overloaded', Fault.slowDown()],
  ])("the SDK's own token makes one job if %s", async (_, fault) => {
    simulator.faults.inject(fault, { operation: 'CreateJob' });
    const jobId = await createJob(clientOf(simulator, { maxAttempts: 3 }));
    expect(simulator.jobs()).toMatchObject([{ jobId }]);
    expect(simulator.calls).toHaveLength(2);
  });
});
