import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbProxy, Fault } from './dynamodb';
import { dynamoClient, startDynamoDb, Table } from './support/dynamodb';

const TableName = 'seats';
const Item = { pk: { S: 'a' } };
const HUNG_UP = { message: expect.stringContaining('socket hang up'), $metadata: { attempts: 1 } };

describe('DynamoDbProxy faults', () => {
  let proxy: DynamoDbProxy;
  let table: Table;
  let client: DynamoDBClient;

  const put = (by = client) => by.send(new PutItemCommand({ TableName, Item }));
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error) => error,
    );

  beforeEach(async () => {
    ({ proxy, table } = await startDynamoDb({ transactionMs: 1 }));
    client = dynamoClient(proxy);
  });

  test.each([
    ['throttling', Fault.throttling(), 'ProvisionedThroughputExceededException', 400],
    ['failure', Fault.failure(), 'InternalServerError', 500],
  ])('%s fails a call that is not applied', async (_, fault, name, httpStatusCode) => {
    proxy.faults.inject(fault);
    expect(await failureOf(put())).toMatchObject({ name, $metadata: { httpStatusCode } });
    expect(table.requests).toEqual([]);
    await put();
    expect(table.requests).toHaveLength(1);
  });

  test('failure can occur although the call took effect', async () => {
    proxy.faults.inject(Fault.failure({ applied: true }));
    expect(await failureOf(put())).toMatchObject({ name: 'InternalServerError' });
    expect(table.requests).toHaveLength(1);
  });

  test('reset closes the connection before the call takes effect', async () => {
    proxy.faults.inject(Fault.reset());
    expect(await failureOf(put())).toMatchObject(HUNG_UP);
    expect(table.requests).toEqual([]);
  });

  test('lostAnswer closes the connection after the call took effect', async () => {
    proxy.faults.inject(Fault.lostAnswer());
    expect(await failureOf(put())).toMatchObject(HUNG_UP);
    expect(table.requests).toHaveLength(1);
  });

  test('a lost answer of a transaction is requested again with the same token', async () => {
    proxy.faults.inject(Fault.lostAnswer());
    await dynamoClient(proxy, { maxAttempts: 2 }).send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item } }] }),
    );
    const [first, second] = table.requests.map(({ input }) => input.ClientRequestToken);
    expect(second).toBe(first);
    expect(proxy.usage.total).toMatchObject({ calls: 2, conflicts: 0 });
  });

  test('latency delays the call', async () => {
    proxy.faults.inject(Fault.latency(40));
    const before = performance.now();
    await put();
    // Timers can fire a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(38);
  });

  test('apply to the operations and calls of a target', async () => {
    const fault = proxy.faults.inject(Fault.throttling(), {
      operation: ['UpdateItem', 'GetItem'],
      when: ({ request }) => (request.Key as any).pk.S === 'b',
    });
    await put();
    await client.send(new GetItemCommand({ TableName, Key: Item }));
    const Key = { pk: { S: 'b' } };
    expect(await failureOf(client.send(new UpdateItemCommand({ TableName, Key })))).toBeDefined();
    expect(fault.hits).toBe(1);
  });

  test('hit the same calls with the same seed', async () => {
    const outcomes = async () => {
      const { proxy: another } = await startDynamoDb({ seed: 'crowd' });
      another.faults.inject(Fault.failure(), { rate: 0.3 });
      const results: boolean[] = [];
      for (let time = 0; time < 20; time++) {
        results.push((await failureOf(put(dynamoClient(another)))) === undefined);
      }
      return results;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await outcomes()).toEqual(first);
  });

  test('hooks see a call before and after it takes effect', async () => {
    const seen: unknown[] = [];
    proxy.hooks = {
      before: ({ operation, status }) => void seen.push([operation, status, table.requests.length]),
      after: ({ operation, status }) => void seen.push([operation, status, table.requests.length]),
    };
    await put();
    expect(seen).toEqual([
      ['PutItem', 0, 0],
      ['PutItem', 200, 1],
    ]);
  });

  test('closes connections while the table is stopped', async () => {
    await put();
    await table.stop();
    expect(await failureOf(put())).toMatchObject(HUNG_UP);
  });
});
