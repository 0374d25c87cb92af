import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbProxy } from './dynamodb';
import { dynamoClient, startDynamoDb, Table } from './support/dynamodb';

const TableName = 'seats';
const key = (pk: string) => ({ pk: { S: pk } });
const put = (pk: string): TransactWriteItem => ({ Put: { TableName, Item: { ...key(pk), by: { S: 'put' } } } });
const check = (pk: string): TransactWriteItem => ({
  ConditionCheck: { TableName, Key: key(pk), ConditionExpression: 'attribute_exists(pk)' },
});
const CONFLICT = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' };
const NONE = { Code: 'None' };

describe('DynamoDbProxy', () => {
  let proxy: DynamoDbProxy;
  let table: Table;
  let client: DynamoDBClient;

  const transact = (...TransactItems: TransactWriteItem[]) =>
    client.send(new TransactWriteItemsCommand({ TransactItems }));
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error) => error,
    );

  /** Makes calls while a transaction on the item `held` is under way. */
  async function during<T>(work: () => Promise<T>): Promise<T> {
    const arrived = new Promise<void>((resolve) => (proxy.hooks = { before: () => resolve() }));
    const transaction = transact(put('held'), put('other'));
    await arrived;
    // The first call of a table also looks up its key.
    while (table.requests.length === 0) await new Promise(setImmediate);
    table.requests.length = 0;
    proxy.usage.reset();
    const result = await work();
    await transaction;
    return result;
  }

  beforeEach(async () => {
    ({ proxy, table } = await startDynamoDb({ transactionMs: 100 }));
    client = dynamoClient(proxy, { maxAttempts: 3 });
  });

  describe('while a transaction is under way', () => {
    test('cancels other transactions on its items, with the reason at their positions', async () => {
      const error = await during(() => failureOf(transact(put('free'), put('held'), check('other'))));
      expect(error).toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [NONE, CONFLICT, CONFLICT],
        message: expect.stringContaining('[None, TransactionConflict, TransactionConflict]'),
        $metadata: { httpStatusCode: 400, attempts: 1 },
      });
      expect(table.requests).toEqual([]);
      expect(proxy.usage.total).toMatchObject({ calls: 1, conflicts: 2 });
    });

    test('holds items that it only checks', async () => {
      const first = transact(put('written'), check('checked'));
      while (table.requests.length === 0) await new Promise(setImmediate);
      expect(await failureOf(transact(check('checked')))).toMatchObject({ CancellationReasons: [CONFLICT] });
      await first;
    });

    test('lets transactions on other items pass', async () => {
      await during(() => transact(put('free'), check('another')));
      expect(table.requests).toHaveLength(1);
    });

    test.each([
      ['PutItem', new PutItemCommand({ TableName, Item: key('held') })],
      ['UpdateItem', new UpdateItemCommand({ TableName, Key: key('held') })],
      ['DeleteItem', new DeleteItemCommand({ TableName, Key: key('held') })],
    ])('rejects a %s of its items, which the SDK does not retry', async (_, command) => {
      const error = await during(() => failureOf(client.send(command as PutItemCommand)));
      expect(error).toMatchObject({
        name: 'TransactionConflictException',
        message: 'Transaction is ongoing for the item',
        $metadata: { httpStatusCode: 400, attempts: 1 },
      });
      expect(table.requests).toEqual([]);
    });

    test('lets writes of other items pass', async () => {
      await during(() => client.send(new PutItemCommand({ TableName, Item: key('free') })));
      expect(table.requests).toHaveLength(1);
    });

    test('leaves its items out of a BatchWriteItem, and returns them as unprocessed', async () => {
      const [held, free] = [{ PutRequest: { Item: key('held') } }, { DeleteRequest: { Key: key('free') } }];
      const batch = (...requests: object[]) =>
        client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests as any } }));
      const answers = await during(() => Promise.all([batch(held, free), batch(held)]));
      expect(answers.map(({ UnprocessedItems }) => UnprocessedItems)).toEqual([
        { [TableName]: [held] },
        { [TableName]: [held] },
      ]);
      expect(table.requests.map(({ input }) => input.RequestItems)).toEqual([{ [TableName]: [free] }]);
    });

    test('cancels transactional reads of its items', async () => {
      const reads = ['free', 'held'].map((pk) => ({ Get: { TableName, Key: key(pk) } }));
      const error = await during(() => failureOf(client.send(new TransactGetItemsCommand({ TransactItems: reads }))));
      expect(error).toMatchObject({ name: 'TransactionCanceledException', CancellationReasons: [NONE, CONFLICT] });
    });

    test('lets other reads of its items pass', async () => {
      const KeyConditionExpression = 'pk = :pk';
      const ExpressionAttributeValues = { ':pk': { S: 'held' } };
      await during(() =>
        Promise.all([
          client.send(new GetItemCommand({ TableName, Key: key('held'), ConsistentRead: true })),
          client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('held')] } } })),
          client.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues })),
        ]),
      );
      expect(table.requests).toHaveLength(3);
    });

    test('answers its repetition with an error that the SDK retries', async () => {
      const command = () =>
        new TransactWriteItemsCommand({ TransactItems: [put('held')], ClientRequestToken: 'the-same' });
      const [first, second] = await Promise.all([client.send(command()), client.send(command())]);
      expect([first.$metadata.attempts, second.$metadata.attempts]).toEqual([1, expect.any(Number)]);
      expect(second.$metadata.attempts).toBeGreaterThan(1);
    });
  });

  test('releases the items before the answer, so that a caller never conflicts with itself', async () => {
    proxy.transactionMs = 5;
    for (let time = 0; time < 10; time++) await transact(put('held'));
    await client.send(new PutItemCommand({ TableName, Item: key('held') }));
    expect(proxy.usage.total).toMatchObject({ calls: 11, conflicts: 0 });
  });

  test('holds the items for the configured time', async () => {
    const before = performance.now();
    await transact(put('held'));
    // Timers can fire a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(98);
  });

  test('cancels a transactional read while a single write of an item is under way', async () => {
    const TransactItems = [{ Get: { TableName, Key: key('held') } }];
    let read: unknown;
    table.answer = async () => {
      table.answer = () => ({});
      read = await failureOf(client.send(new TransactGetItemsCommand({ TransactItems })));
      return {};
    };
    await client.send(new PutItemCommand({ TableName, Item: key('held') }));
    expect(read).toMatchObject({ CancellationReasons: [CONFLICT] });
  });

  test('distinguishes items by all attributes of the key', async () => {
    table.keys = ['pk', 'sk'];
    const item = (sk: string) => ({ ...key('same'), sk: { S: sk } });
    const deletion = (sk: string) => failureOf(client.send(new DeleteItemCommand({ TableName, Key: item(sk) })));
    const transaction = transact({ Put: { TableName, Item: item('1') } });
    while (table.requests.length === 0) await new Promise(setImmediate);
    expect(await Promise.all([deletion('1'), deletion('2')])).toMatchObject([
      { name: 'TransactionConflictException' },
      undefined,
    ]);
    await transaction;
  });

  test('refuses operations that it would not see conflicts of', async () => {
    const call = client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM seats' }));
    expect(await failureOf(call)).toMatchObject({ name: 'UnknownOperationException' });
  });
});
