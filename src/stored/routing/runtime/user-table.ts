import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { patience } from '../../../private/runtime/patience';
import { USER_KEY } from '../contract';

const REQUEST_MS = 2_000;

/**
 * The table of preferences, whose attributes are all strings. Uses DynamoDB's own client, because the document client
 * would add more code to the start of every router.
 */
export class UserTable {
  private readonly client = new DynamoDBClient({ maxAttempts: 2, requestHandler: patience(REQUEST_MS) });

  constructor(private readonly name: string) {}

  /** A strongly consistent read, so that a user sees a change at once. @param timeoutMs the limit for all attempts */
  async get(user: string, timeoutMs?: number): Promise<Record<string, string | undefined> | undefined> {
    const command = new GetItemCommand({
      TableName: this.name,
      Key: { [USER_KEY]: { S: user } },
      ConsistentRead: true,
    });
    const abortSignal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const { Item: item } = await this.client.send(command, { abortSignal });
    return item && Object.fromEntries(Object.entries(item).map(([name, { S: text }]) => [name, text]));
  }

  async put(item: Record<string, string | undefined>): Promise<void> {
    const present = Object.entries(item).flatMap(([name, text]) => (text === undefined ? [] : [[name, { S: text }]]));
    await this.client.send(new PutItemCommand({ TableName: this.name, Item: Object.fromEntries(present) }));
  }

  async delete(user: string): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.name, Key: { [USER_KEY]: { S: user } } }));
  }
}
