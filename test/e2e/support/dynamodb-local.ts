import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  CreateTableCommand,
  CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan, PutCommand } from '@aws-sdk/lib-dynamodb';
import { CACHE } from './cache';
import { eventually } from './eventually';
import { freePort } from './free-port';

const LIBRARIES = join(CACHE, 'dynamodb/lib');

/** AWS's own DynamoDB for a machine, in memory: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html */
export class DynamoDbLocal {
  static async start(): Promise<DynamoDbLocal> {
    const port = await freePort();
    const args = [
      `-Djava.library.path=${LIBRARIES}`,
      '-cp',
      `${LIBRARIES}/*`,
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      `${port}`,
    ];
    const process = spawn('java', args, { stdio: 'ignore' });
    const server = new DynamoDbLocal(port, process);
    await eventually(async () => server.scan('none').catch((error) => expectMissing(error)));
    return server;
  }

  readonly endpoint: string;
  private readonly client: DynamoDBDocumentClient;

  private constructor(
    port: number,
    private readonly process: ChildProcess,
  ) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.client = DynamoDBDocumentClient.from(
      new DynamoDBClient({
        endpoint: this.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
    );
  }

  /** As the template has it, but for what is no matter of the data plane. */
  async createTable(name: string, properties: Record<string, any>): Promise<void> {
    const { AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, KeySchema, StreamSpecification } = properties;
    const input = {
      TableName: name,
      AttributeDefinitions,
      BillingMode,
      GlobalSecondaryIndexes,
      KeySchema,
      ...(StreamSpecification && { StreamSpecification: { ...StreamSpecification, StreamEnabled: true } }),
    };
    await this.client.send(new CreateTableCommand(input as CreateTableCommandInput));
  }

  async deleteTables(): Promise<void> {
    const { TableNames = [] } = await this.client.send(new ListTablesCommand({}));
    for (const TableName of TableNames) await this.client.send(new DeleteTableCommand({ TableName }));
  }

  async put(table: string, item: Record<string, unknown>): Promise<void> {
    await this.client.send(new PutCommand({ TableName: table, Item: item }));
  }

  /** Everything in a table. */
  async scan(table: string): Promise<Record<string, any>[]> {
    const items: Record<string, any>[] = [];
    const pages = paginateScan({ client: this.client }, { TableName: table, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  /** The server keeps its connections and answers nothing until it is resumed. */
  pause(): void {
    this.process.kill('SIGSTOP');
  }

  resume(): void {
    this.process.kill('SIGCONT');
  }

  stop(): void {
    this.client.destroy();
    this.process.kill('SIGKILL');
  }
}

function expectMissing(error: Error): void {
  if (error.name !== 'ResourceNotFoundException') throw error;
}
