import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
}

const VISIBILITY_MS = 6 * 60_000;

/**
 * Queues whose messages functions receive, and those that Lambda receives for them. The operations of a consumer are an
 * HTTP endpoint. A message that is not deleted can be received again after six minutes.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export class Queues {
  private readonly queues = new Map<string, Message[]>();
  private readonly server = createServer(async (request, response) => {
    const [, operation] = String(request.headers['x-amz-target']).split('.');
    const result = this.call(operation, (await json(request)) as any);
    response.writeHead(result ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(result ?? { __type: 'com.amazonaws.sqs#UnsupportedOperation' }));
  });

  constructor(private readonly now: () => number) {}

  /** For AWS_ENDPOINT_URL_SQS. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', done));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  create(arn: string): void {
    this.queues.set(arn, []);
  }

  delete(arn: string): void {
    this.queues.delete(arn);
  }

  send(arn: string, body: string): void {
    this.queues.get(arn)!.push({ id: randomUUID(), body, visibleAt: 0 });
  }

  /** Takes all messages, as Lambda does for a function that succeeds. */
  takeAll(arn: string): { messageId: string; body: string }[] {
    return this.queues
      .get(arn)!
      .splice(0)
      .map(({ id, body }) => ({ messageId: id, body }));
  }

  private call(operation: string, request: any): object | undefined {
    const [region, account, name] =
      /^https:\/\/sqs\.([^.]+)\.[^/]+\/(\d+)\/(.+)$/.exec(request.QueueUrl)?.slice(1) ?? [];
    const messages = this.queues.get(`arn:aws:sqs:${region}:${account}:${name}`);
    if (!messages) return undefined;
    if (operation === 'ReceiveMessage') {
      const visible = messages.filter(({ visibleAt }) => visibleAt <= this.now());
      return { Messages: visible.slice(0, request.MaxNumberOfMessages ?? 1).map((each) => this.received(each)) };
    }
    if (operation !== 'DeleteMessageBatch') return undefined;
    const handles = request.Entries.map(({ ReceiptHandle }: any) => ReceiptHandle);
    messages.splice(0, Infinity, ...messages.filter(({ id }) => !handles.includes(id)));
    return { Successful: request.Entries.map(({ Id }: any) => ({ Id })), Failed: [] };
  }

  private received(message: Message): object {
    message.visibleAt = this.now() + VISIBILITY_MS;
    const { id, body } = message;
    const MD5OfBody = createHash('md5').update(body).digest('hex');
    return { MessageId: id, ReceiptHandle: id, Body: body, MD5OfBody };
  }
}
