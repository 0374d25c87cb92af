import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { START_SECONDS } from '../../../src/stored/canary/contract';
import { start, StartEvent } from '../../../src/stored/canary/runtime/start';
import { Telemetry } from '../../../src/stored/canary/runtime/telemetry';

let server: Server;
/** What happened, in this order. */
let steps: unknown[];

beforeEach(async () => {
  steps = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const { Status, PhysicalResourceId } = JSON.parse(body);
      steps.push([Status, PhysicalResourceId]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function handle(RequestType: StartEvent['RequestType'], PhysicalResourceId?: string): Promise<unknown[]> {
  const { port } = server.address() as AddressInfo;
  const event = {
    RequestType,
    PhysicalResourceId,
    ResponseURL: `http://127.0.0.1:${port}/response`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Start',
    ResourceProperties: { Canary: 'canary-1', IntervalSeconds: '3600', MaxRunSeconds: '780' },
  };
  const telemetry = { started: () => steps.push('counted') };
  const clock = { sleep: async (milliseconds: number) => void steps.push(milliseconds) };
  await start(event, telemetry, clock);
  return steps;
}

describe('the start of a canary', () => {
  test.each([
    ['Create', undefined],
    ['Update', 'Start'],
  ] as const)('is counted as a run, and responds when alarms can read it: %s', async (type, id) => {
    expect(await handle(type, id)).toEqual(['counted', START_SECONDS * 1000, ['SUCCESS', 'Start']]);
  });

  test('responds at once when it is deleted', async () => {
    expect(await handle('Delete', 'Start')).toEqual([['SUCCESS', 'Start']]);
  });

  test('emits the data point that the alarm counts, without a region', () => {
    const lines: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    process.env.POWERTOOLS_SERVICE_NAME = 'canary-1';
    new Telemetry().started();
    delete process.env.POWERTOOLS_SERVICE_NAME;
    write.mockRestore();
    const [{ _aws, ...values }] = lines.map((line) => JSON.parse(line));
    expect(values).toEqual({ service: 'canary-1', CanaryFailures: 0 });
    expect(_aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'MediaReplication/Canary',
        Dimensions: [['service']],
        Metrics: [{ Name: 'CanaryFailures', Unit: 'Count' }],
      },
    ]);
  });
});
