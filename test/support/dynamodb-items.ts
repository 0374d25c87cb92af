import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A server with the item operations of DynamoDB for one table, in memory. Tests can make it fail or not answer. */
export class DynamoDbItems {
  readonly items = new Map<string, Record<string, { S: string }>>();
  readonly requests: { operation: string; body: any }[] = [];
  mode: 'answers' | 'fails' | 'hangs' = 'answers';
  private readonly server: Server;

  constructor(private readonly partitionKey: string) {
    this.server = createServer(async (request, response) => {
      const body: any = await json(request);
      const operation = String(request.headers['x-amz-target']).split('.')[1];
      this.requests.push({ operation, body });
      if (this.mode === 'hangs') return;
      response.writeHead(this.mode === 'fails' ? 500 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify(this.mode === 'fails' ? { __type: 'InternalServerError' } : this.answer(operation, body)),
      );
    });
  }

  /** Starts it, and makes the SDK use it. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  reset(): void {
    this.items.clear();
    this.requests.length = 0;
    this.mode = 'answers';
  }

  private answer(operation: string, { Key, Item }: any): object {
    const id = (Key ?? Item)[this.partitionKey].S;
    if (operation === 'PutItem') this.items.set(id, Item);
    else if (operation === 'DeleteItem') this.items.delete(id);
    else if (operation === 'GetItem') return this.items.has(id) ? { Item: this.items.get(id) } : {};
    return {};
  }
}
