import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ValidationError } from '../../../src/private/validation-error';
import { START_SECONDS } from '../../../src/stored/audit/contract';
import { audit } from '../../../src/stored/audit/runtime/handler';
import { AuditRunning } from '../../../src/stored/audit/runtime/requests';
import { StateConflict } from '../../../src/stored/audit/runtime/state-store';

const mockService = {
  requests: { request: jest.fn(), call: jest.fn(), view: jest.fn((state) => ({ seen: state })) },
  audit: { advance: jest.fn() },
  telemetry: { result: jest.fn(), conflict: jest.fn(), failed: jest.fn() },
};
jest.mock('../../../src/stored/audit/runtime/service', () => ({
  Service: function () {
    return mockService;
  },
}));

const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
const { requests, telemetry } = mockService;

beforeEach(() => {
  jest.resetAllMocks();
  requests.view.mockImplementation((state) => ({ seen: state }));
  requests.call.mockResolvedValue('state');
  requests.request.mockResolvedValue('requested');
  mockService.audit.advance.mockResolvedValue('advanced');
});

describe('the handler of the audit', () => {
  test('requests a run on its schedule, unless another one is running', async () => {
    await audit({ schedule: 'audit' }, CONTEXT);
    expect(requests.request).toHaveBeenCalledWith({});
    requests.request.mockRejectedValue(new AuditRunning('…'));
    await audit({ schedule: 'audit' }, CONTEXT);
    expect(mockService.audit.advance).toHaveBeenCalledTimes(2);
    requests.request.mockRejectedValue(new Error('S3 does not answer'));
    await expect(audit({ schedule: 'audit' }, CONTEXT)).rejects.toThrow('S3 does not answer');
  });

  test('emits the metrics every five minutes, also if the run cannot be continued', async () => {
    mockService.audit.advance.mockRejectedValue(new Error('Athena does not answer'));
    await expect(audit({ schedule: 'tick' }, CONTEXT)).rejects.toThrow('Athena does not answer');
    expect(telemetry.result).toHaveBeenCalledWith('state', expect.any(Number));
  });

  test('continues after an event of Athena, and leaves a run that another invocation continues', async () => {
    mockService.audit.advance.mockRejectedValue(new StateConflict('…'));
    await audit({ 'detail-type': 'Athena Query State Change' }, CONTEXT);
    expect(telemetry.conflict).toHaveBeenCalled();
    expect(telemetry.result).not.toHaveBeenCalled();
  });

  test('answers requests, with errors that callers can act on', async () => {
    expect(await audit({ operation: 'AuditReplicas' }, CONTEXT)).toEqual({ seen: 'advanced' });
    expect(await audit({ operation: 'DescribeAudit' }, CONTEXT)).toEqual({ seen: 'state' });
    expect(mockService.audit.advance).toHaveBeenCalledTimes(1);
    requests.call.mockRejectedValue(new ValidationError('prefix', '', 'a string'));
    await expect(audit({ operation: 'AuditReplicas' }, CONTEXT)).rejects.toMatchObject({ name: 'ValidationError' });
    requests.call.mockRejectedValue(new Error('arn:secret'));
    await expect(audit({ operation: 'DescribeAudit' }, CONTEXT)).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.not.stringContaining('secret'),
    });
  });

  test('counts a deployment as a run before alarms are created, and answers a deletion at once', async () => {
    const answers: any[] = [];
    const server = createServer(async (request, response) => {
      answers.push(await json(request));
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const waits = jest.spyOn(globalThis, 'setTimeout');
    waits.mockImplementation(((done: () => void) => setImmediate(done)) as never);
    try {
      const event = (RequestType: 'Create' | 'Delete') => ({
        ...{ RequestType, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Start', ResourceProperties: {} },
        ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      });
      await audit(event('Create'), CONTEXT);
      expect(telemetry.result).toHaveBeenCalledTimes(1);
      expect(waits.mock.calls.map(([, milliseconds]) => milliseconds)).toContain(START_SECONDS * 1000);
      await audit(event('Delete'), CONTEXT);
      expect(telemetry.result).toHaveBeenCalledTimes(1);
      expect(answers.map(({ Status, PhysicalResourceId }) => [Status, PhysicalResourceId])).toEqual([
        ['SUCCESS', 'Start'],
        ['SUCCESS', 'Start'],
      ]);
    } finally {
      waits.mockRestore();
      server.close();
    }
  });
});
