import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbProxy } from './dynamodb';
import { sizeOf } from './dynamodb/usage';
import { dynamoClient, startDynamoDb, Table } from './support/dynamodb';

const TableName = 'seats';
const Item = { pk: { S: 'a' }, text: { S: 'x'.repeat(1500) } };
const Key = { pk: { S: 'a' } };
const NOTHING = { calls: 0, readUnits: 0, writeUnits: 0, indexWriteUnits: 0, conflicts: 0 };

describe('DynamoDbProxy usage', () => {
  let proxy: DynamoDbProxy;
  let table: Table;
  let client: DynamoDBClient;

  const put = () => client.send(new PutItemCommand({ TableName, Item }));
  const transact = () =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item } },
          { Update: { TableName, Key: { pk: { S: 'b' } }, UpdateExpression: 'SET a = b' } },
          { ConditionCheck: { TableName, Key: { pk: { S: 'c' } }, ConditionExpression: 'attribute_exists(pk)' } },
        ],
      }),
    );

  beforeEach(async () => {
    ({ proxy, table } = await startDynamoDb({ transactionMs: 1 }));
    client = dynamoClient(proxy);
  });

  test('counts the calls and units of each operation', async () => {
    const consumed = {
      PutItem: { CapacityUnits: 5, Table: { CapacityUnits: 2 }, GlobalSecondaryIndexes: { one: { CapacityUnits: 3 } } },
      GetItem: { CapacityUnits: 0.5 },
      TransactWriteItems: [{ CapacityUnits: 18, WriteCapacityUnits: 18 }, { CapacityUnits: 2 }],
    };
    table.answer = (operation) => ({ ConsumedCapacity: consumed[operation as keyof typeof consumed] });
    await put();
    await put();
    await client.send(new GetItemCommand({ TableName, Key }));
    await transact();
    expect(proxy.usage.byOperation).toEqual({
      PutItem: { ...NOTHING, calls: 2, writeUnits: 10, indexWriteUnits: 6 },
      GetItem: { ...NOTHING, calls: 1, readUnits: 0.5 },
      TransactWriteItems: { ...NOTHING, calls: 1, writeUnits: 20 },
    });
    expect(proxy.usage.total).toEqual({ calls: 4, readUnits: 0.5, writeUnits: 30, indexWriteUnits: 6, conflicts: 0 });
    proxy.usage.reset();
    expect(proxy.usage.total).toEqual(NOTHING);
  });

  test('rounds the items of a transaction one by one', async () => {
    const GlobalSecondaryIndexes = { one: { CapacityUnits: 2 } };
    table.answer = () => ({ ConsumedCapacity: [{ CapacityUnits: 4, GlobalSecondaryIndexes }] });
    await transact();
    expect(proxy.usage.total).toMatchObject({ writeUnits: 2 * (2 + 1 + 1) + 2, indexWriteUnits: 2 });
  });

  test('counts a transaction that only repeats a completed one as reads', async () => {
    table.answer = () => ({ ConsumedCapacity: [{ CapacityUnits: 6, ReadCapacityUnits: 6 }] });
    await transact();
    expect(proxy.usage.total).toMatchObject({ readUnits: 6, writeUnits: 0 });
  });

  test('returns the consumed capacity only to callers that request it', async () => {
    table.answer = () => ({ ConsumedCapacity: { CapacityUnits: 2 } });
    expect(await put()).not.toHaveProperty('ConsumedCapacity');
    const ReturnConsumedCapacity = 'TOTAL';
    const { ConsumedCapacity } = await client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity }));
    expect(ConsumedCapacity).toEqual({ CapacityUnits: 2 });
  });

  test('estimates the units of a write whose condition failed, from its item', async () => {
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    table.answer = () => ({ status: 400, __type });
    await expect(put()).rejects.toThrow();
    expect(proxy.usage.total.writeUnits).toBe(2);
    await expect(client.send(new UpdateItemCommand({ TableName, Key }))).rejects.toThrow();
    expect(proxy.usage.total.writeUnits).toBe(3);
    table.answer = () => ({ status: 400, __type, Item: { pk: { S: 'a' }, text: { S: 'x'.repeat(3000) } } });
    await expect(put()).rejects.toThrow();
    expect(proxy.usage.total.writeUnits).toBe(6);
  });

  test('estimates the units of a cancelled transaction, from its items', async () => {
    const CancellationReasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item }, { Code: 'None' }];
    const __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
    table.answer = () => ({ status: 400, __type, CancellationReasons });
    await expect(transact()).rejects.toThrow();
    expect(proxy.usage.total.writeUnits).toBe(2 * (2 + 2 + 1));
  });

  test.each([
    [{ S: 'äb' }, 3],
    [{ N: '-123.45' }, 4],
    [{ B: Buffer.from('four').toString('base64') }, 4],
    [{ BOOL: true }, 1],
    [{ NULL: true }, 1],
    [{ SS: ['one', 'two'] }, 6],
    [{ NS: ['1', '123'] }, 5],
    [{ L: [{ S: 'ab' }, { BOOL: true }] }, 3 + 3 + 2],
    [{ M: { key: { S: 'ab' } } }, 3 + 1 + 3 + 2],
  ])('computes the size of %j', (value, size) => {
    expect(sizeOf({ name: value })).toBe(4 + size);
  });
});
