import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../contract';

export type Item = Record<string, unknown>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Expressions name attributes as `#name`, and values as `:name`. */
export interface Change {
  readonly set?: Item;
  /** Set where the attribute is not there yet. */
  readonly setOnce?: Item;
  readonly add?: Record<string, number>;
  readonly remove?: readonly string[];
  readonly if?: string;
  /** Values that the condition names and the change does not. */
  readonly values?: Item;
  /** Attributes that the condition names and the change does not. */
  readonly names?: readonly string[];
}

export interface Page<T> {
  readonly items: T[];
  /** Where the next page begins; none after the last. */
  readonly next?: string;
}

const REFUSED = 'ConditionalCheckFailedException';

/** One table: items by key, and lists of those that have a partition in common. */
export class Table {
  private readonly client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 8 }), {
    marshallOptions: { removeUndefinedValues: true },
  });

  constructor(private readonly name: string) {}

  async get<T>(key: Key): Promise<T | undefined> {
    const { Item: item } = await this.client.send(
      new GetCommand({ TableName: this.name, Key: pick(key), ConsistentRead: true }),
    );
    return item as T | undefined;
  }

  /** A page of a partition, in the order of the sort keys. */
  async page<T>(pk: string, { after, limit }: { after?: string; limit?: number } = {}): Promise<Page<T>> {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.name,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': TABLE.key },
        ExpressionAttributeValues: { ':pk': pk },
        ExclusiveStartKey: after === undefined ? undefined : { pk, sk: after },
        Limit: limit,
        ConsistentRead: true,
      }),
    );
    return { items: Items as T[], next: LastEvaluatedKey?.[TABLE.sort] };
  }

  /** All of a partition, a page at a time. */
  async *list<T>(pk: string): AsyncGenerator<T> {
    let after: string | undefined;
    do {
      const { items, next } = await this.page<T>(pk, { after });
      yield* items;
      after = next;
    } while (after !== undefined);
  }

  /** @returns whether there was none before */
  put(item: Item & Key): Promise<boolean> {
    return ifHeld(
      this.client.send(
        new PutCommand({ TableName: this.name, Item: item, ConditionExpression: `attribute_not_exists(${TABLE.key})` }),
      ),
    );
  }

  /** All or none. @returns whether there was none of them before */
  async putAll(items: readonly (Item & Key)[]): Promise<boolean> {
    try {
      await this.client.send(
        new TransactWriteCommand({
          TransactItems: items.map((item) => ({
            Put: { TableName: this.name, Item: item, ConditionExpression: `attribute_not_exists(${TABLE.key})` },
          })),
        }),
      );
      return true;
    } catch (error) {
      if ((error as Error).name === 'TransactionCanceledException') return false;
      throw error;
    }
  }

  /** @returns what was there before, if the condition held */
  async update(key: Key, change: Change): Promise<Item | undefined> {
    try {
      const { Attributes } = await this.client.send(
        new UpdateCommand({
          TableName: this.name,
          Key: pick(key),
          ReturnValues: 'ALL_OLD',
          ...expressionOf(change),
        }),
      );
      return Attributes ?? {};
    } catch (error) {
      if ((error as Error).name === REFUSED) return undefined;
      throw error;
    }
  }

  /** @returns whether the condition held */
  delete(key: Key, { if: condition, values, names }: Pick<Change, 'if' | 'values' | 'names'> = {}): Promise<boolean> {
    return ifHeld(
      this.client.send(
        new DeleteCommand({
          TableName: this.name,
          Key: pick(key),
          ConditionExpression: condition,
          ExpressionAttributeValues: values && prefixed(':', values),
          ExpressionAttributeNames: names && Object.fromEntries(names.map((name) => [`#${name}`, name])),
        }),
      ),
    );
  }
}

/** Items are passed as keys too. */
const pick = ({ pk, sk }: Key): Key => ({ pk, sk });

async function ifHeld(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if ((error as Error).name === REFUSED) return false;
    throw error;
  }
}

function expressionOf(change: Change) {
  const { set = {}, setOnce = {}, add = {}, remove = [], values = {}, names = [] } = change;
  const given = Object.entries(set).filter(([, value]) => value !== undefined);
  const once = Object.keys(setOnce);
  const added = Object.keys(add);
  const sets = [
    ...given.map(([name]) => `#${name} = :${name}`),
    ...once.map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const parts = [
    sets.length > 0 && `SET ${sets.join(', ')}`,
    added.length > 0 && `ADD ${added.map((name) => `#${name} :add_${name}`).join(', ')}`,
    remove.length > 0 && `REMOVE ${remove.map((name) => `#${name}`).join(', ')}`,
  ].filter(Boolean);
  const all = new Set([...given.map(([name]) => name), ...once, ...added, ...remove, ...names]);
  const additions = Object.fromEntries(added.map((name) => [`add_${name}`, add[name]]));
  const bound = { ...Object.fromEntries(given), ...setOnce, ...additions, ...values };
  return {
    UpdateExpression: parts.join(' '),
    ConditionExpression: change.if,
    ExpressionAttributeNames: Object.fromEntries([...all].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.keys(bound).length > 0 ? prefixed(':', bound) : undefined,
  };
}

function prefixed(prefix: string, values: Item): Item {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
