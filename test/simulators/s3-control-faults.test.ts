import type { S3ControlClient } from '@aws-sdk/client-s3-control';
import { Fault, type S3ControlSimulator } from './s3-control';
import { clientOf, createJob, describeJob, startS3Control } from './support/s3-control';

let simulator: S3ControlSimulator;
let client: S3ControlClient;

beforeEach(async () => {
  simulator = await startS3Control();
  client = clientOf(simulator);
});

describe('S3ControlSimulator faults', () => {
  test('fail when the model does not have the error for an operation that they could hit', () => {
    expect(() => simulator.faults.inject(Fault.throttling())).toThrow(
      'The model has no TooManyRequestsException for ListJobs: name the operations',
    );
    simulator.faults.inject(Fault.slowDown());
  });

  test('hit the calls that a condition picks by request', async () => {
    const [one, two] = [await createJob(client), await createJob(client)];
    simulator.faults.inject(Fault.error('NotFoundException', 'gone'), {
      operation: ['DescribeJob', 'UpdateJobPriority'],
      when: ({ request }) => request.JobId === two,
    });
    await describeJob(client, one);
    await expect(describeJob(client, two)).rejects.toMatchObject({ name: 'NotFoundException', message: 'gone' });
  });

  test('include that the caller has no permission', async () => {
    simulator.faults.inject(Fault.accessDenied());
    await expect(createJob(client)).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(simulator.jobs()).toEqual([]);
  });

  test('and hooks come around what the service decides', async () => {
    const statuses: number[] = [];
    simulator.hooks = {
      before: ({ status }) => void statuses.push(status),
      after: ({ status }) => void statuses.push(status),
    };
    simulator.faults.inject(Fault.latency(1));
    await createJob(client);
    expect(statuses).toEqual([0, 200]);
    expect(simulator.calls).toMatchObject([{ index: 0, operation: 'CreateJob', status: 200, answered: true }]);
  });
});
