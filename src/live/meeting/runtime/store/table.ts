import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../contract';

export type Item = Record<string, unknown>;

/** A write that a transaction is made of. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** An expression with what it names: `#state` and `:state` stand for the attribute `state` and its value. */
export interface Change {
  readonly set?: Item;
  readonly remove?: readonly string[];
  readonly add?: Record<string, number>;
  /** `#state = :old AND …` */
  readonly if?: string;
  /** Values that the condition names and the change does not. */
  readonly values?: Item;
  /** Attributes that the condition names and the change does not. */
  readonly names?: readonly string[];
}

const BATCH = 100;
const DELETES_AT_ONCE = 25;
const CONFLICT_TRIES = 8;
const RETURN_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** One table: items by key, lists by group. */
export class Table {
  private readonly client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 6 }), {
    marshallOptions: { removeUndefinedValues: true },
  });

  constructor(private readonly name: string) {}

  async get<T>(pk: string): Promise<T | undefined> {
    const { Item: item } = await this.client.send(
      new GetCommand({ TableName: this.name, Key: { pk }, ConsistentRead: true }),
    );
    return item as T | undefined;
  }

  async getAll<T>(keys: readonly string[]): Promise<Map<string, T>> {
    const found = new Map<string, T>();
    for (let start = 0; start < keys.length; start += BATCH) {
      let wanted: Item[] | undefined = keys.slice(start, start + BATCH).map((pk) => ({ pk }));
      while (wanted?.length) {
        const answer: { Responses?: Record<string, Item[]>; UnprocessedKeys?: Record<string, { Keys?: Item[] }> } =
          await this.client.send(
            new BatchGetCommand({ RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } }),
          );
        for (const item of answer.Responses?.[this.name] ?? []) found.set(item[TABLE.key] as string, item as T);
        wanted = answer.UnprocessedKeys?.[this.name]?.Keys;
      }
    }
    return found;
  }

  /** All of a group, in order. Eventually consistent. */
  async list<T>(group: string): Promise<T[]> {
    const items: T[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          IndexName: TABLE.index,
          KeyConditionExpression: '#group = :group',
          ExpressionAttributeNames: { '#group': TABLE.group },
          ExpressionAttributeValues: { ':group': group },
          ExclusiveStartKey,
        }),
      );
      items.push(...((page.Items ?? []) as T[]));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return items;
  }

  async deleteAll(group: string): Promise<void> {
    const items = await this.list<{ pk: string }>(group);
    for (let start = 0; start < items.length; start += DELETES_AT_ONCE) {
      await Promise.all(items.slice(start, start + DELETES_AT_ONCE).map(({ pk }) => this.delete(pk)));
    }
  }

  async put(item: Item): Promise<void> {
    await this.client.send(new PutCommand({ TableName: this.name, Item: item }));
  }

  async delete(pk: string): Promise<void> {
    await this.client.send(new DeleteCommand({ TableName: this.name, Key: { pk } }));
  }

  /** @returns whether the condition held */
  async update(pk: string, change: Change): Promise<boolean> {
    try {
      await this.client.send(new UpdateCommand({ TableName: this.name, Key: { pk }, ...expressionOf(change) }));
      return true;
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  putIf(item: Item, change: Change): Write {
    return { Put: { TableName: this.name, Item: item, ...conditionOf(change) } };
  }

  updateIf(pk: string, change: Change): Write {
    const { UpdateExpression, ...rest } = expressionOf(change);
    return {
      Update: { TableName: this.name, Key: { pk }, UpdateExpression: UpdateExpression!, ...RETURN_OLD, ...rest },
    };
  }

  deleteIf(pk: string, change: Change): Write {
    return { Delete: { TableName: this.name, Key: { pk }, ...conditionOf(change) } };
  }

  checkAbsent(pk: string): Write {
    return {
      ConditionCheck: { TableName: this.name, Key: { pk }, ConditionExpression: `attribute_not_exists(${TABLE.key})` },
    };
  }

  /**
   * All or nothing. Conflicts with other transactions are tried again: they pass.
   *
   * @returns the writes whose conditions did not hold, by index, and whether there was an item; none if all was written
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
        if (failed.length) return new Map(failed);
        if (attempt === CONFLICT_TRIES) throw error;
        await new Promise((done) => setTimeout(done, Math.random() * 25 * 2 ** attempt));
      }
    }
  }
}

function conditionOf({ if: condition, values = {}, names = [] }: Change) {
  return {
    ConditionExpression: condition,
    ...(Object.keys(values).length && { ExpressionAttributeValues: prefixed(':', values) }),
    ...(names.length && { ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])) }),
  };
}

function expressionOf({ set = {}, remove = [], add = {}, if: condition, values = {}, names = [] }: Change) {
  const given = Object.entries(set).filter(([, value]) => value !== undefined);
  const parts = [
    given.length && `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    remove.length && `REMOVE ${remove.map((name) => `#${name}`).join(', ')}`,
    Object.keys(add).length &&
      `ADD ${Object.keys(add)
        .map((name) => `#${name} :add_${name}`)
        .join(', ')}`,
  ].filter(Boolean);
  const all = [...given.map(([name]) => name), ...remove, ...Object.keys(add), ...names];
  const added = Object.fromEntries(Object.entries(add).map(([name, value]) => [`add_${name}`, value]));
  const bound = { ...Object.fromEntries(given), ...added, ...values };
  return {
    UpdateExpression: parts.length ? parts.join(' ') : undefined,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries([...new Set(all)].map((name) => [`#${name}`, name])),
    ...(Object.keys(bound).length && { ExpressionAttributeValues: prefixed(':', bound) }),
  };
}

function prefixed(prefix: string, values: Item): Item {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
