import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EventBridgeSimulator } from './event-bridge';

let bus: EventBridgeSimulator;
let client: EventBridgeClient;

beforeAll(async () => {
  bus = await EventBridgeSimulator.start();
  client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});

afterAll(() => {
  client.destroy();
  bus.stop();
});

beforeEach(() => bus.clear());

const entry = (Detail = '{"a":1}') => ({ Source: 'test', DetailType: 'Test', Time: new Date(1_000), Detail });
const put = (...Entries: object[]) => client.send(new PutEventsCommand({ Entries }));

describe('EventBridgeSimulator', () => {
  test('records events', async () => {
    const { Entries, FailedEntryCount } = await put(entry());
    expect([FailedEntryCount, Entries![0].EventId]).toEqual([0, expect.any(String)]);
    expect(bus.events).toEqual([
      { source: 'test', detailType: 'Test', time: '1970-01-01T00:00:01.000Z', detail: { a: 1 } },
    ]);
  });

  test('refuses single entries', async () => {
    bus.refuses = ({ detail }) => (detail.a === 2 ? 'ThrottlingException' : undefined);
    const { Entries, FailedEntryCount } = await put(entry(), entry('{"a":2}'), entry('no JSON'), { Source: 'test' });
    expect(FailedEntryCount).toBe(3);
    expect(Entries!.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'ThrottlingException',
      'MalformedDetail',
      'InvalidArgument',
    ]);
    expect(bus.events).toHaveLength(1);
  });

  test('refuses calls with no or too many entries, and while it is down', async () => {
    await expect(put()).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put(...Array(11).fill(entry()))).rejects.toMatchObject({ name: 'ValidationException' });
    bus.isDown = true;
    await expect(put(entry())).rejects.toMatchObject({ name: 'InternalException' });
    expect(bus.events).toEqual([]);
  });

  test('rejects other operations', async () => {
    await expect(client.send(new ListRulesCommand())).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
