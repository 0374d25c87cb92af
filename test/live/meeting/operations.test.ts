import { Operations } from '../../../src/live/meeting/runtime/operations';
import { Deadline } from '../../../src/private/runtime/deadline';

describe('JoinMeetingBatch', () => {
  test('logs an unexpected error of one user, which the response does not contain', async () => {
    const failed = jest.fn();
    const parts = {
      batchJoining: { join: async () => new Map([['anna', new Error('socket hang up')]]) },
      telemetry: { failed, joined: jest.fn(), joinRefused: jest.fn() },
    };
    const rest = [{}, {}, {}, {}, parts.batchJoining, {}, {}, parts.telemetry] as unknown as ConstructorParameters<
      typeof Operations
    > extends [any, ...infer Rest]
      ? Rest
      : never;
    const operations = new Operations('host', ...rest);
    const request = { operation: 'JoinMeetingBatch', meeting: 'hall', participants: [{ externalUserId: 'anna' }] };
    expect(await operations.call(request, Deadline.in(1000))).toEqual({
      joined: [],
      failed: [
        { externalUserId: 'anna', code: 'ServiceUnavailable', message: expect.stringContaining('Internal error') },
      ],
    });
    expect(failed).toHaveBeenCalledWith('JoinMeetingBatch', expect.objectContaining({ message: 'socket hang up' }));
  });
});
