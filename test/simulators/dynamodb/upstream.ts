import { Agent, IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Response {
  readonly status: number;
  readonly body: string;
}

/** DynamoDB Local, behind the proxy. It does not verify signatures, so requests can be changed. */
export class Upstream {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly keys = new Map<string, Promise<string[]>>();

  constructor(private readonly endpoint: string) {}

  async send(headers: IncomingHttpHeaders, input: object): Promise<Response> {
    const body = JSON.stringify(input);
    const { 'accept-encoding': _, 'transfer-encoding': __, connection, host, ...others } = headers;
    return new Promise((resolve, reject) => {
      const call = request(
        this.endpoint,
        { method: 'POST', agent: this.agent, headers: { ...others, 'content-length': Buffer.byteLength(body) } },
        (answer) => text(answer).then((content) => resolve({ status: answer.statusCode!, body: content }), reject),
      );
      call.on('error', reject).end(body);
    });
  }

  /** The names of the key attributes of each table. */
  async keysOf(tables: readonly string[], headers: IncomingHttpHeaders): Promise<Map<string, string[]>> {
    const found = [...new Set(tables)].map(async (table) => {
      if (!this.keys.has(table)) this.keys.set(table, this.describe(table, headers));
      return [table, await this.keys.get(table)!] as const;
    });
    return new Map(await Promise.all(found));
  }

  close(): void {
    this.agent.destroy();
  }

  private async describe(TableName: string, headers: IncomingHttpHeaders): Promise<string[]> {
    const target = { 'x-amz-target': 'DynamoDB_20120810.DescribeTable' };
    const { status, body } = await this.send({ ...headers, ...target }, { TableName });
    if (status === 200) return JSON.parse(body).Table.KeySchema.map(({ AttributeName }: any) => AttributeName);
    this.keys.delete(TableName);
    return []; // DynamoDB Local reports the missing table to the caller
  }
}
