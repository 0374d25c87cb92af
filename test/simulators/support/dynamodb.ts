import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_DEFAULTS, Running } from './running';
import { DynamoDbProxy, DynamoDbProxyOptions } from '../dynamodb';

const running = new Running();

/** In place of DynamoDB Local: records requests, and answers them as the test specifies. */
export class Table {
  static async start(): Promise<Table> {
    const table = new Table();
    await new Promise<void>((done) => table.server.listen(0, '127.0.0.1', done));
    return running.simulator(table);
  }

  /** The requests on items. */
  readonly requests: { readonly operation: string; readonly input: any }[] = [];
  keys = ['pk'];
  private readonly server: Server = createServer(async (request, response) => {
    const [, operation] = String(request.headers['x-amz-target']).split('.');
    const input: any = await json(request);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (operation === 'DescribeTable') {
      const KeySchema = this.keys.map((AttributeName) => ({ AttributeName }));
      return void response.end(JSON.stringify({ Table: { KeySchema } }));
    }
    this.requests.push({ operation, input });
    const { status = 200, ...body } = (await this.answer(operation, input)) as { status?: number };
    response.writeHead(status).end(JSON.stringify(body));
  });
  /** The body of each response. Its `status` is 200 unless specified. */
  answer: (operation: string, input: any) => object | Promise<object> = () => ({});

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** A proxy in front of a table. It is stopped after the test. */
export async function startDynamoDb(
  options: Omit<DynamoDbProxyOptions, 'upstream'> = {},
): Promise<{ proxy: DynamoDbProxy; table: Table }> {
  const table = await Table.start();
  return { table, proxy: running.simulator(await DynamoDbProxy.start({ upstream: table.endpoint, ...options })) };
}

export function dynamoClient({ endpoint }: DynamoDbProxy, options: { maxAttempts?: number } = {}): DynamoDBClient {
  return running.client(new DynamoDBClient({ ...CLIENT_DEFAULTS, endpoint, region: 'us-east-1', ...options }));
}
