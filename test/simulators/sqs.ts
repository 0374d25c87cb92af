import { createHash, randomUUID } from 'node:crypto';
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  receives: number;
  visibleAt: number;
}

export interface SqsOptions {
  readonly now: () => number;
  readonly visibilityTimeoutMs: number;
  /** A message that was received this often, and not deleted, becomes a dead letter. */
  readonly maxReceiveCount: number;
}

/**
 * A standard queue with the operations of a consumer, over the JSON protocol. Answers long polls at once.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export class SqsSimulator {
  static async start(options: SqsOptions): Promise<SqsSimulator> {
    const simulator = new SqsSimulator(options);
    await new Promise<void>((done) => simulator.server.listen(0, '127.0.0.1', done));
    return simulator;
  }

  readonly url = 'https://sqs.us-east-1.amazonaws.com/111111111111/failures';
  readonly deadLetters: string[] = [];
  private messages: QueuedMessage[] = [];
  private readonly server: Server;

  private constructor(private readonly options: SqsOptions) {
    this.server = createServer(async (request, response) => {
      const [, operation] = String(request.headers['x-amz-target']).split('.');
      const result = this.call(operation, await json(request));
      response.writeHead(result ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(result ?? { __type: 'com.amazonaws.sqs#UnsupportedOperation' }));
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The bodies of the messages that are not deleted. */
  get bodies(): string[] {
    return this.messages.map(({ body }) => body);
  }

  send(...bodies: string[]): void {
    this.messages.push(...bodies.map((body) => ({ id: randomUUID(), body, receives: 0, visibleAt: 0 })));
  }

  clear(): void {
    this.messages = [];
    this.deadLetters.length = 0;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private call(operation: string, request: any): object | undefined {
    if (request.QueueUrl !== this.url) return undefined;
    if (operation === 'ReceiveMessage') return { Messages: this.receive(request.MaxNumberOfMessages) };
    if (operation !== 'DeleteMessageBatch') return undefined;
    const handles = new Set(request.Entries.map(({ ReceiptHandle }: any) => ReceiptHandle));
    this.messages = this.messages.filter(({ id, receives }) => !handles.has(`${id}.${receives}`));
    return { Successful: request.Entries.map(({ Id }: any) => ({ Id })), Failed: [] };
  }

  private receive(maximum: number): object[] {
    const { now, visibilityTimeoutMs, maxReceiveCount } = this.options;
    const visible = this.messages.filter(({ visibleAt }) => visibleAt <= now());
    const dead = visible.filter(({ receives }) => receives >= maxReceiveCount);
    this.deadLetters.push(...dead.map(({ body }) => body));
    this.messages = this.messages.filter((message) => !dead.includes(message));
    return visible
      .filter((message) => !dead.includes(message))
      .slice(0, maximum)
      .map((message) => {
        message.receives++;
        message.visibleAt = now() + visibilityTimeoutMs;
        const { id, body, receives } = message;
        const MD5OfBody = createHash('md5').update(body).digest('hex');
        return { MessageId: id, ReceiptHandle: `${id}.${receives}`, Body: body, MD5OfBody };
      });
  }
}
