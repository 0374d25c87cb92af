import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { DynamoDbTable } from '../../src/private/runtime/dynamodb-table';

type Responder = (request: any, attempt: number) => object | 'silence';

/** Speaks DynamoDB's protocol and answers the requests of one test. */
let respond: Responder;
let requests: { operation: string; body: any }[];
let server: Server;

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: any = await json(request);
  requests.push({ operation: String(request.headers['x-amz-target']).split('.')[1], body });
  const answer = respond(body, requests.length);
  if (answer === 'silence') return;
  response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(answer));
}

const failure = (name: string, more: object = {}) => ({
  __type: `com.amazonaws.dynamodb.v20120810#${name}`,
  message: name,
  ...more,
});
const cancelled = (...codes: string[]) =>
  failure('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

beforeAll(async () => {
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
});

afterAll(() => {
  for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    delete process.env[name];
  }
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  requests = [];
});

const table = (options: object = {}) => new DynamoDbTable('table', { maxAttempts: 2, ...options });

describe('DynamoDbTable', () => {
  test('retries a request that is not answered in time', async () => {
    respond = (_, attempt) => (attempt === 1 ? 'silence' : { Item: { pk: { S: 'a' }, count: { N: '1' } } });
    expect(await table({ requestTimeout: 100 }).get('a')).toEqual({ pk: 'a', count: 1 });
    expect(requests.map(({ operation }) => operation)).toEqual(['GetItem', 'GetItem']);
  });

  test('fails when no attempt is answered in time', async () => {
    respond = () => 'silence';
    await expect(table({ requestTimeout: 100 }).get('a')).rejects.toThrow(/timeout|timed out/i);
    expect(requests).toHaveLength(2);
  });

  describe('getAll', () => {
    test('requests unprocessed keys again, after a pause', async () => {
      const times: number[] = [];
      respond = ({ RequestItems }) => {
        times.push(Date.now());
        const [first, ...rest] = RequestItems.table.Keys;
        return {
          Responses: { table: [first] },
          UnprocessedKeys: rest.length > 0 ? { table: { Keys: rest } } : {},
        };
      };
      jest.spyOn(Math, 'random').mockReturnValue(1);
      const found = await table().getAll(['a', 'b', 'c']);
      jest.restoreAllMocks();
      expect([...found.keys()]).toEqual(['a', 'b', 'c']);
      expect(requests.map(({ body }) => body.RequestItems.table.Keys.length)).toEqual([3, 2, 1]);
      expect(times[2] - times[1]).toBeGreaterThan(times[1] - times[0]);
    });

    test('fails when keys remain unprocessed', async () => {
      respond = ({ RequestItems }) => ({ Responses: {}, UnprocessedKeys: RequestItems });
      jest.spyOn(Math, 'random').mockReturnValue(0);
      await expect(table().getAll(['a', 'b'])).rejects.toThrow('DynamoDB left 2 keys unprocessed.');
      jest.restoreAllMocks();
      expect(requests).toHaveLength(8);
    });

    test('requests 100 keys at a time', async () => {
      respond = ({ RequestItems }) => ({ Responses: { table: RequestItems.table.Keys } });
      const found = await table().getAll(Array.from({ length: 230 }, (_, index) => `${index}`));
      expect(found.size).toBe(230);
      expect(requests.map(({ body }) => body.RequestItems.table.Keys.length)).toEqual([100, 100, 30]);
    });
  });

  describe('list', () => {
    const pages = (body: any) =>
      body.ExclusiveStartKey ? { Items: [{ pk: { S: 'b' } }] } : { Items: [], LastEvaluatedKey: { pk: { S: 'a' } } };

    test('reads all pages of a partition, strongly consistent', async () => {
      respond = pages;
      expect(await table().list('p')).toEqual([{ pk: 'b' }]);
      expect(requests[0].body).toMatchObject({
        ConsistentRead: true,
        ExpressionAttributeNames: { '#partition': 'pk' },
      });
      expect(requests[1].body.ExclusiveStartKey).toEqual({ pk: { S: 'a' } });
    });

    test('reads from the index of a table that has one', async () => {
      respond = pages;
      await table({ index: { name: 'byGroup', partitionKey: 'grp' } }).list('p');
      expect(requests[0].body).toMatchObject({
        IndexName: 'byGroup',
        ConsistentRead: false,
        ExpressionAttributeNames: { '#partition': 'grp' },
      });
    });
  });

  describe('update', () => {
    test('combines all clauses and names only what is used', async () => {
      respond = () => ({});
      await table().update(
        { pk: 'a', sk: 'b' },
        {
          ...{ set: { state: 'on', gone: undefined }, setOnce: { since: 1 }, add: { count: 2 }, remove: ['old'] },
          ...{ if: '#seen < :now', names: ['seen'], values: { now: 3 } },
        },
      );
      expect(requests[0].body).toMatchObject({
        Key: { pk: { S: 'a' }, sk: { S: 'b' } },
        UpdateExpression:
          'SET #state = :state, #since = if_not_exists(#since, :since) ADD #count :add_count REMOVE #old',
        ConditionExpression: '#seen < :now',
        ExpressionAttributeNames: {
          ...{ '#state': 'state', '#since': 'since', '#count': 'count', '#old': 'old', '#seen': 'seen' },
        },
        ExpressionAttributeValues: {
          ...{ ':state': { S: 'on' }, ':since': { N: '1' }, ':add_count': { N: '2' }, ':now': { N: '3' } },
        },
      });
    });

    test('returns whether the condition was met', async () => {
      respond = () => ({ Attributes: { count: { N: '1' } } });
      expect(await table().update('a', { set: { x: 1 } })).toBe(true);
      expect(await table().updateAndReturnOld('a', { set: { x: 1 } })).toEqual({ count: 1 });
      respond = () => ({});
      expect(await table().updateAndReturnOld('a', { set: { x: 1 } })).toEqual({});
      respond = () => failure('ConditionalCheckFailedException');
      expect(await table().update('a', { set: { x: 1 } })).toBe(false);
      expect(await table().updateAndReturnOld('a', { set: { x: 1 } })).toBeUndefined();
      expect(await table().delete('a', { if: 'attribute_exists(pk)' })).toBe(false);
    });

    test('fails with any other error', async () => {
      respond = () => failure('AccessDeniedException');
      await expect(table().update('a', { set: { x: 1 } })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    });
  });

  test('retries single writes during a transaction on the same item', async () => {
    respond = (_, attempt) => (attempt < 3 ? failure('TransactionConflictException') : {});
    expect(await table().update('a', { set: { x: 1 } })).toBe(true);
    expect(requests).toHaveLength(3);
  });

  test('lists a partition of an index from a value of its sort key on', async () => {
    respond = () => ({ Items: [{ pk: { S: 'a' } }] });
    const index = { name: 'byGroup', partitionKey: 'grp', sortKey: 'ord' };
    expect(await table({ index }).page('group', { from: '0007', limit: 2 })).toEqual({ items: [{ pk: 'a' }] });
    expect(requests[0].body).toMatchObject({
      IndexName: 'byGroup',
      KeyConditionExpression: '#partition = :partition AND #sort >= :from',
      ExpressionAttributeNames: { '#partition': 'grp', '#sort': 'ord' },
      Limit: 2,
    });
  });

  test('counts the items of all pages of a partition', async () => {
    respond = (_, attempt) => (attempt === 1 ? { Count: 3, LastEvaluatedKey: { pk: { S: 'c' } } } : { Count: 2 });
    expect(await table().count('group')).toBe(5);
    expect(requests.map(({ body }) => body.Select)).toEqual(['COUNT', 'COUNT']);
  });

  test('writes in batches, and repeats what DynamoDB leaves unprocessed', async () => {
    const unprocessed = { table: [{ DeleteRequest: { Key: { pk: { S: 'old' } } } }] };
    const sizes = () => requests.map(({ body }) => body.RequestItems.table.length);
    respond = ({ RequestItems }) => {
      const isFirst = RequestItems.table.length === 1 && sizes().filter((size) => size === 1).length === 1;
      return isFirst ? { UnprocessedItems: unprocessed } : {};
    };
    const puts = Array.from({ length: 25 }, (_, number) => ({ pk: `new-${number}` }));
    await table().writeAll({ puts, deletes: ['old'] });
    expect(sizes().sort()).toEqual([1, 1, 25]);
  });

  describe('attempt', () => {
    test('returns conditions and conflicts by write, and does not retry', async () => {
      const writes = [table().checkIf('a', {}), table().checkIf('b', {}), table().checkIf('c', {})];
      respond = () => cancelled('ConditionalCheckFailed', 'None', 'TransactionConflict');
      expect(await table().attempt(writes)).toEqual(
        new Map([
          [0, 'unmet'],
          [2, 'conflict'],
        ]),
      );
      expect(requests).toHaveLength(1);
    });

    test('fails if no write is the reason', async () => {
      respond = () => cancelled('ThrottlingError');
      await expect(table().attempt([])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    });
  });

  describe('transact', () => {
    test('retries a conflict with another transaction', async () => {
      respond = (_, attempt) => (attempt < 3 ? cancelled('None', 'TransactionConflict') : {});
      expect(await table().transact([table().checkIf('a', { if: 'attribute_exists(pk)' })])).toEqual(new Map());
      expect(requests).toHaveLength(3);
    });

    test('fails when the conflict persists', async () => {
      respond = () => cancelled('TransactionConflict');
      jest.spyOn(Math, 'random').mockReturnValue(0);
      await expect(table().create({ pk: 'a', sk: 'b' })).rejects.toMatchObject({
        name: 'TransactionCanceledException',
      });
      jest.restoreAllMocks();
      expect(requests).toHaveLength(8);
    });

    test('returns the writes whose condition was not met, and does not retry them', async () => {
      respond = () =>
        failure('TransactionCanceledException', {
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'b' } } },
            { Code: 'ConditionalCheckFailed' },
          ],
        });
      const failed = await table().transact(['a', 'b', 'c'].map((pk) => table().updateIf(pk, { add: { count: 1 } })));
      expect([...failed]).toEqual([
        [1, 'unfit'],
        [2, 'missing'],
      ]);
      expect(await table().create({ pk: 'a', sk: 'b' })).toBe(false);
      expect(requests).toHaveLength(2);
    });
  });
});
