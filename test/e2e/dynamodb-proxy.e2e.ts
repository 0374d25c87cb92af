import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbLocal } from './support/dynamodb-local';
import { DynamoDbProxy, Fault } from '../simulators/dynamodb';

const TableName = 'units';
const key = (pk: string) => ({ pk: { S: pk } });
/** An item of about as many bytes, which the index lists if it has a group. */
const item = (pk: string, size: number, group?: string) => ({
  ...key(pk),
  text: { S: 'x'.repeat(size - 10) },
  ...(group && { grp: { S: group }, ord: { S: pk } }),
});

let dynamo: DynamoDbLocal;
let proxy: DynamoDbProxy;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamo = await DynamoDbLocal.start();
  const attributes = ['pk', 'grp', 'ord'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  await dynamo.createTable(TableName, {
    AttributeDefinitions: attributes,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: [
          { AttributeName: 'grp', KeyType: 'HASH' },
          { AttributeName: 'ord', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state'] },
      },
    ],
  });
  proxy = await DynamoDbProxy.start({ upstream: dynamo.endpoint });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await proxy.stop();
  dynamo.stop();
});

const put = (Item: Record<string, any>) => client.send(new PutItemCommand({ TableName, Item }));
const remove = (pk: string) => client.send(new DeleteItemCommand({ TableName, Key: key(pk) }));

async function unitsOf(work: () => Promise<unknown>) {
  proxy.usage.reset();
  await work();
  const { readUnits, writeUnits, indexWriteUnits } = proxy.usage.total;
  return { readUnits, writeUnits, indexWriteUnits };
}

const writes = (writeUnits: number, indexWriteUnits = 0) => ({ readUnits: 0, writeUnits, indexWriteUnits });
const reads = (readUnits: number) => ({ readUnits, writeUnits: 0, indexWriteUnits: 0 });

describe('units behind the proxy', () => {
  test('of a write are the size of the larger item in KB', async () => {
    expect(await unitsOf(() => put(item('a', 1000)))).toEqual(writes(1));
    expect(await unitsOf(() => put(item('a', 1400)))).toEqual(writes(2));
    expect(await unitsOf(() => put(item('a', 100)))).toEqual(writes(2));
    expect(await unitsOf(() => remove('a'))).toEqual(writes(1));
  });

  test('of a transaction are doubled, condition checks included', async () => {
    await put(item('checked', 400));
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: item('b', 1400) } },
        { Put: { TableName, Item: item('c', 100) } },
        { ConditionCheck: { TableName, Key: key('checked'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    });
    expect(await unitsOf(() => client.send(transaction))).toEqual(writes(2 * (2 + 1 + 1)));
  });

  test('of a transaction with a large item that it updates are not less than reported', async () => {
    await put(item('large', 5000));
    const UpdateExpression = 'SET more = :more';
    const update = {
      TableName,
      Key: key('large'),
      UpdateExpression,
      ExpressionAttributeValues: { ':more': { S: 'x' } },
    };
    const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Update: update }] });
    expect(await unitsOf(() => client.send(transaction))).toEqual(writes(2 * 5));
  });

  test('of an index are consumed only by changes of its projection', async () => {
    expect(await unitsOf(() => put(item('d', 1400, 'one')))).toEqual(writes(3, 1));
    const update = (name: string, value: string) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: key('d'),
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': { S: value } },
        }),
      );
    expect(await unitsOf(() => update('other', 'x'))).toEqual(writes(2));
    expect(await unitsOf(() => update('state', 'x'))).toEqual(writes(3, 1));
    expect(await unitsOf(() => update('grp', 'two'))).toEqual(writes(4, 2));
    expect(await unitsOf(() => remove('d'))).toEqual(writes(3, 1));
  });

  test('of a read are its size in 4 KB, halved without strong consistency', async () => {
    await put(item('e', 5000, 'read'));
    const get = (ConsistentRead: boolean) =>
      client.send(new GetItemCommand({ TableName, Key: key('e'), ConsistentRead }));
    expect(await unitsOf(() => get(true))).toEqual(reads(2));
    expect(await unitsOf(() => get(false))).toEqual(reads(1));
  });

  test('of a batch are those of each item, and of a query those of the sum', async () => {
    for (const pk of ['f', 'g', 'h']) await put(item(pk, 1400, 'batch'));
    const Keys = ['f', 'g', 'h'].map(key);
    const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    expect(await unitsOf(() => client.send(batch))).toEqual(reads(3));
    const query = new QueryCommand({
      TableName,
      IndexName: 'byGroup',
      KeyConditionExpression: 'grp = :grp',
      ExpressionAttributeValues: { ':grp': { S: 'batch' } },
    });
    expect(await unitsOf(() => client.send(query))).toEqual(reads(0.5));
  });

  test('of a transactional read are doubled for each item', async () => {
    for (const pk of ['k', 'l']) await put(item(pk, 5000));
    const TransactItems = ['k', 'l'].map((pk) => ({ Get: { TableName, Key: key(pk) } }));
    const transaction = new TransactGetItemsCommand({ TransactItems });
    expect(await unitsOf(() => client.send(transaction))).toEqual(reads(2 * (2 + 2)));
  });

  test('of a failed condition are estimated', async () => {
    await put(item('i', 1400));
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    const again = new PutItemCommand({ TableName, Item: item('i', 100), ...condition });
    const withOld = { ...again.input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    expect(await unitsOf(() => expect(client.send(again)).rejects.toThrow())).toEqual(writes(1));
    expect(await unitsOf(() => expect(client.send(new PutItemCommand(withOld))).rejects.toThrow())).toEqual(writes(2));
  });
});

test('a transaction whose answer was lost is applied once', async () => {
  proxy.faults.inject(Fault.lostAnswer(), { operation: 'TransactWriteItems' });
  const create = { TableName, Item: item('once', 100), ConditionExpression: 'attribute_not_exists(pk)' };
  await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: create }] }));
  expect(await dynamo.scan(TableName)).toContainEqual(expect.objectContaining({ pk: 'once' }));
});
