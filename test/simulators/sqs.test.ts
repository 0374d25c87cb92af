import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SqsSimulator } from './sqs';

const TIMEOUT = 300_000;

let now = 0;
let queue: SqsSimulator;
let client: SQSClient;

beforeAll(async () => {
  queue = await SqsSimulator.start({ now: () => now, visibilityTimeoutMs: TIMEOUT, maxReceiveCount: 2 });
  client = new SQSClient({
    endpoint: queue.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});

afterAll(() => {
  client.destroy();
  queue.stop();
});

beforeEach(() => queue.clear());

async function receive(MaxNumberOfMessages = 10) {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages }));
  return Messages;
}

describe('SqsSimulator', () => {
  test('hides a message that was received until its visibility timeout', async () => {
    queue.send('a');
    expect(await receive()).toMatchObject([{ Body: 'a' }]);
    expect(await receive()).toEqual([]);
    now += TIMEOUT;
    expect(await receive()).toMatchObject([{ Body: 'a' }]);
  });

  test('returns at most the requested number of messages', async () => {
    queue.send('a', 'b', 'c');
    expect(await receive(2)).toHaveLength(2);
    expect(await receive(2)).toHaveLength(1);
  });

  test('deletes a message only by the handle of its last receipt', async () => {
    queue.send('a');
    const [first] = await receive();
    now += TIMEOUT;
    const [second] = await receive();
    for (const [{ ReceiptHandle }, left] of [
      [first, ['a']],
      [second, []],
    ] as const) {
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: [{ Id: '0', ReceiptHandle }] }));
      expect(queue.bodies).toEqual(left);
    }
  });

  test('moves a message that was received too often to the dead letters', async () => {
    queue.send('a');
    for (let time = 0; time < 3; time++) {
      await receive();
      now += TIMEOUT;
    }
    expect([queue.bodies, queue.deadLetters]).toEqual([[], ['a']]);
  });

  test('rejects other operations', async () => {
    const send = client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'a' }));
    await expect(send).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  });
});
