import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  BatchWriteCommandInput,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { patience } from './patience';
import { unlessError } from './unless-error';
import { chunks } from '../chunks';

export type Item = Record<string, unknown>;

/** The primary key of an item in a table with a sort key. Where there is none, the partition key alone is passed. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A single write of a transaction. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Expressions name attributes as `#name`, and values as `:name`. */
export interface Condition {
  /** `#state = :old AND …` */
  readonly if?: string;
  /** The values in the condition that are not in the change. */
  readonly values?: Item;
}

export interface Change extends Condition {
  readonly set?: Item;
  /** Set only where the attribute does not exist yet. */
  readonly setOnce?: Item;
  /** Values to add to a number or to a set of strings. */
  readonly add?: Record<string, number | Set<string>>;
  /** Values to remove from a set of strings. If the set becomes empty, DynamoDB removes the attribute. */
  readonly subtract?: Record<string, Set<string>>;
  readonly remove?: readonly string[];
}

type BatchWrites = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

export interface Page<T> {
  readonly items: T[];
  /** The key to continue after. Undefined on the last page. */
  readonly next?: Item;
}

export interface TableOptions {
  /** The number of attempts for each request, including the first. */
  readonly maxAttempts: number;
  /** The index that partitions are listed by. @default - the table itself */
  readonly index?: { readonly name: string; readonly partitionKey: string; readonly sortKey?: string };
  /** How long to wait for the response to one attempt, in milliseconds. @default 5000 */
  readonly requestTimeout?: number;
}

const PARTITION_KEY = 'pk';
const SORT_KEY = 'sk';
const ABSENT: Condition = { if: `attribute_not_exists(${PARTITION_KEY})` };
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_PER_BATCH = 100;
const PARALLEL_DELETES = 25;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const WRITES_PER_BATCH = 25;
const PARALLEL_BATCHES = 16;
const UNMET = 'ConditionalCheckFailedException';
/** For what the SDK does not retry: unprocessed keys, and conflicts between transactions. */
const MAX_TRIES = 8;

/** A DynamoDB table whose partition key is `pk` and whose sort key, if it has one, is `sk`. */
export class DynamoDbTable {
  private readonly client: DynamoDBDocumentClient;

  constructor(
    private readonly name: string,
    private readonly options: TableOptions,
  ) {
    const { maxAttempts, requestTimeout = 5_000 } = options;
    const client = new DynamoDBClient({ maxAttempts, requestHandler: patience(requestTimeout) });
    this.client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  /** A strongly consistent read. */
  async get<T>(key: Key | string): Promise<T | undefined> {
    const { Item: item } = await this.client.send(new GetCommand({ ...this.at(key), ConsistentRead: true }));
    return item as T | undefined;
  }

  /** Strongly consistent reads of several items, by partition key. Keys without an item are left out. */
  async getAll<T>(keys: readonly string[]): Promise<Map<string, T>> {
    const found = new Map<string, T>();
    for (const batch of chunks(keys, KEYS_PER_BATCH)) {
      let wanted: Item[] = batch.map((pk) => ({ pk }));
      for (let attempt = 1; wanted.length > 0; attempt++) {
        if (attempt > MAX_TRIES) throw new Error(`DynamoDB left ${wanted.length} keys unprocessed.`);
        if (attempt > 1) await backOff(attempt);
        const { Responses, UnprocessedKeys } = await this.client.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } }),
        );
        for (const item of Responses?.[this.name] ?? []) found.set(item[PARTITION_KEY] as string, item as T);
        wanted = UnprocessedKeys?.[this.name]?.Keys ?? [];
      }
    }
    return found;
  }

  /** One page of a partition, in the order of the sort key. Strongly consistent, unless it is read from an index. */
  async page<T>(
    partition: string,
    { from, after, limit }: { from?: string; after?: Item; limit?: number } = {},
  ): Promise<Page<T>> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({ ...this.in(partition, from), ExclusiveStartKey: after, Limit: limit }),
    );
    return { items: Items as T[], next: LastEvaluatedKey };
  }

  /** The number of items in a partition. Strongly consistent, unless they are counted in an index. */
  async count(partition: string): Promise<number> {
    let total = 0;
    let after: Item | undefined;
    do {
      const query = new QueryCommand({ ...this.in(partition), Select: 'COUNT', ExclusiveStartKey: after });
      const { Count = 0, LastEvaluatedKey } = await this.client.send(query);
      total += Count;
      after = LastEvaluatedKey;
    } while (after);
    return total;
  }

  /** Iterates over a partition and holds one page at a time. */
  async *each<T>(partition: string): AsyncGenerator<T> {
    let after: Item | undefined;
    do {
      const { items, next } = await this.page<T>(partition, { after });
      yield* items;
      after = next;
    } while (after);
  }

  /** All items of a partition. */
  async list<T>(partition: string): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this.each<T>(partition)) items.push(item);
    return items;
  }

  async put(item: Item): Promise<void> {
    await this.client.send(new PutCommand({ TableName: this.name, Item: item }));
  }

  /** Puts all items, or none if one of them exists. @returns whether they were put */
  async create(...items: Item[]): Promise<boolean> {
    const failed = await this.transact(items.map((item) => this.putIf(item, ABSENT)));
    return failed.size === 0;
  }

  /**
   * @param more further writes of the same transaction
   * @returns whether the condition was met
   */
  async update(key: Key | string, change: Change, more: readonly Write[] = []): Promise<boolean> {
    if (more.length > 0) return (await this.transact([this.updateIf(key, change), ...more])).size === 0;
    return isMet(() => this.client.send(new UpdateCommand({ ...this.at(key), ...updateOf(change) })));
  }

  /** @returns the item before the update, or undefined if the condition was not met */
  async updateAndReturnOld(key: Key | string, change: Change): Promise<Item | undefined> {
    const command = new UpdateCommand({ ...this.at(key), ...updateOf(change), ReturnValues: 'ALL_OLD' });
    const output = await unlessError(this.client.send(command), UNMET);
    return output && (output.Attributes ?? {});
  }

  /** @returns whether the condition was met */
  async delete(key: Key | string, condition: Condition = {}): Promise<boolean> {
    return isMet(() => this.client.send(new DeleteCommand({ ...this.at(key), ...conditionOf(condition) })));
  }

  async deleteAll(partition: string): Promise<void> {
    for (const items of chunks(await this.list<Key>(partition), PARALLEL_DELETES)) {
      await Promise.all(items.map((item) => this.delete(item)));
    }
  }

  /** Puts and deletes items without conditions, in batches. Neither all nor none: an error leaves some unwritten. */
  async writeAll({ puts = [], deletes = [] }: { puts?: readonly Item[]; deletes?: readonly string[] }): Promise<void> {
    const writes = [
      ...puts.map((item) => ({ PutRequest: { Item: item } })),
      ...deletes.map((pk) => ({ DeleteRequest: { Key: { [PARTITION_KEY]: pk } } })),
    ];
    const batches = chunks(writes, WRITES_PER_BATCH);
    for (const parallel of chunks(batches, PARALLEL_BATCHES)) {
      await Promise.all(parallel.map((batch) => this.writeBatch(batch)));
    }
  }

  putIf(item: Item, condition: Condition): Write {
    return { Put: { TableName: this.name, Item: item, ...conditionOf(condition) } };
  }

  updateIf(key: Key | string, change: Change): Write {
    return { Update: { ...this.at(key), ...updateOf(change), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } };
  }

  deleteIf(key: Key | string, condition: Condition): Write {
    return { Delete: { ...this.at(key), ...conditionOf(condition) } };
  }

  checkIf(key: Key | string, condition: Condition): Write {
    const { ConditionExpression, ...rest } = conditionOf(condition);
    return { ConditionCheck: { ...this.at(key), ...rest, ConditionExpression } };
  }

  /**
   * Carries out all writes or none, and does not wait for other transactions.
   *
   * @returns what prevented each write, by index: its condition, or another transaction on the same item. Empty if
   * everything was written.
   */
  async attempt(writes: readonly Write[]): Promise<Map<number, 'unmet' | 'conflict'>> {
    try {
      await this.client.send(new TransactWriteCommand({ TransactItems: [...writes] }));
      return new Map();
    } catch (error) {
      if ((error as Error).name !== 'TransactionCanceledException') throw error;
      const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
      const failed = reasons.flatMap(({ Code }, index): [number, 'unmet' | 'conflict'][] => {
        if (Code === 'ConditionalCheckFailed') return [[index, 'unmet']];
        return Code === 'TransactionConflict' ? [[index, 'conflict']] : [];
      });
      if (failed.length === 0) throw error;
      return new Map(failed);
    }
  }

  /**
   * Carries out all writes or none. Retries after a conflict with another transaction.
   *
   * @returns the writes whose condition was not met, by index: `unfit` if the item exists, `missing` if it does not. Puts
   * and deletes do not request the item and are always `missing`. Empty if everything was written.
   */
  async transact(writes: readonly Write[]): Promise<Map<number, 'unfit' | 'missing'>> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.send(new TransactWriteCommand({ TransactItems: [...writes] }));
        return new Map();
      } catch (error) {
        if ((error as Error).name !== 'TransactionCanceledException') throw error;
        const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
        const failed = reasons.flatMap(({ Code, Item: item }, index) =>
          Code === 'ConditionalCheckFailed' ? [[index, item ? 'unfit' : 'missing'] as const] : [],
        );
        if (failed.length > 0) return new Map(failed);
        if (attempt === MAX_TRIES) throw error;
        await backOff(attempt);
      }
    }
  }

  private async writeBatch(batch: BatchWrites): Promise<void> {
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt++) {
      if (attempt > MAX_TRIES) throw new Error(`DynamoDB left ${left.length} writes unprocessed.`);
      if (attempt > 1) await backOff(attempt);
      const command = new BatchWriteCommand({ RequestItems: { [this.name]: left } });
      const { UnprocessedItems } = await this.client.send(command);
      left = UnprocessedItems?.[this.name] ?? [];
    }
  }

  /** The part of a query that selects a partition, optionally from a value of the sort key on. */
  private in(partition: string, from?: string) {
    const { index } = this.options;
    const names = { '#partition': index?.partitionKey ?? PARTITION_KEY };
    const isFrom = from !== undefined;
    return {
      TableName: this.name,
      IndexName: index?.name,
      KeyConditionExpression: `#partition = :partition${isFrom ? ' AND #sort >= :from' : ''}`,
      ExpressionAttributeNames: isFrom ? { ...names, '#sort': index?.sortKey ?? SORT_KEY } : names,
      ExpressionAttributeValues: isFrom ? { ':partition': partition, ':from': from } : { ':partition': partition },
      ConsistentRead: index === undefined,
    };
  }

  /** Whole items are passed as keys too. */
  private at(key: Key | string) {
    const { pk, sk } = typeof key === 'string' ? { pk: key, sk: undefined } : key;
    return { TableName: this.name, Key: { pk, sk } };
  }
}

async function backOff(attempt: number): Promise<void> {
  await new Promise((done) => setTimeout(done, Math.random() * 25 * 2 ** attempt));
}

/** Retries after a conflict with a transaction, which the SDK does not. */
async function isMet(write: () => Promise<object>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await unlessError(write(), UNMET)) !== undefined;
    } catch (error) {
      if ((error as Error).name !== 'TransactionConflictException' || attempt === MAX_TRIES) throw error;
      await backOff(attempt);
    }
  }
}

function updateOf(change: Change) {
  const { setOnce = {}, add = {}, subtract = {}, remove = [], values } = change;
  const set = Object.fromEntries(Object.entries(change.set ?? {}).filter(([, value]) => value !== undefined));
  const prefixed = (prefix: string, operands: Item) =>
    Object.fromEntries(Object.entries(operands).map(([name, value]) => [`${prefix}_${name}`, value]));
  const operands = { ...prefixed('add', add), ...prefixed('subtract', subtract) };
  const [sets, defaults, sums, differences] = [set, setOnce, add, subtract].map((each) => Object.keys(each));
  const clauses: Record<string, string[]> = {
    SET: [
      ...sets.map((name) => `#${name} = :${name}`),
      ...defaults.map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
    ],
    ADD: sums.map((name) => `#${name} :add_${name}`),
    DELETE: differences.map((name) => `#${name} :subtract_${name}`),
    REMOVE: remove.map((name) => `#${name}`),
  };
  const used = Object.entries(clauses).filter(([, terms]) => terms.length > 0);
  const UpdateExpression = used.map(([clause, terms]) => `${clause} ${terms.join(', ')}`).join(' ') || undefined;
  return {
    UpdateExpression,
    ...conditionOf({ if: change.if, values: { ...set, ...setOnce, ...operands, ...values } }, UpdateExpression),
  };
}

/** DynamoDB rejects empty maps, and names that no expression has. */
function conditionOf({ if: condition, values = {} }: Condition, update = '') {
  const names = [...`${condition} ${update}`.matchAll(/#(\w+)/g)].map(([placeholder, name]) => [placeholder, name]);
  const bound = Object.entries(values).map(([name, value]) => [`:${name}`, value]);
  return {
    ConditionExpression: condition,
    ...(bound.length > 0 && { ExpressionAttributeValues: Object.fromEntries(bound) as Item }),
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string> }),
  };
}
