import { randomUUID } from 'node:crypto';
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly time: string;
  readonly detail: any;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_ENTRIES = 10;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MOST_BYTES = 1024 * 1024;
const REQUIRED = ['Source', 'DetailType', 'Detail'];

/**
 * The default event bus, with `PutEvents` over the JSON protocol. A call can be refused as a whole, and each of its
 * entries on its own.
 */
export class EventBridgeSimulator {
  static async start(): Promise<EventBridgeSimulator> {
    const simulator = new EventBridgeSimulator();
    await new Promise<void>((done) => simulator.server.listen(0, '127.0.0.1', done));
    return simulator;
  }

  readonly events: PublishedEvent[] = [];
  /** The error code with which an entry is refused. */
  refuses?: (event: PublishedEvent) => string | undefined;
  /** Whether calls fail. */
  isDown = false;
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const answer = this.call(String(request.headers['x-amz-target']), await json(request));
      response.writeHead('__type' in answer ? (this.isDown ? 500 : 400) : 200, {
        'content-type': 'application/x-amz-json-1.1',
      });
      response.end(JSON.stringify(answer));
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The types of the events, in the order in which they arrived. */
  get types(): string[] {
    return this.events.map(({ detailType }) => detailType);
  }

  clear(): void {
    this.events.length = 0;
    this.refuses = undefined;
    this.isDown = false;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private call(target: string, { Entries = [] }: any): Record<string, unknown> {
    if (target !== 'AWSEvents.PutEvents') return { __type: 'UnknownOperationException' };
    if (this.isDown) return { __type: 'InternalException' };
    const isTooLarge = Buffer.byteLength(JSON.stringify(Entries)) > MOST_BYTES;
    if (Entries.length === 0 || Entries.length > MOST_ENTRIES || isTooLarge) return { __type: 'ValidationException' };
    const results = Entries.map((entry: any) => this.put(entry));
    return { FailedEntryCount: results.filter(({ ErrorCode }: any) => ErrorCode).length, Entries: results };
  }

  private put(entry: any): object {
    if (REQUIRED.some((name) => !entry[name])) return { ErrorCode: 'InvalidArgument' };
    const event = {
      source: entry.Source,
      detailType: entry.DetailType,
      time: new Date(entry.Time * 1000).toISOString(),
      detail: parse(entry.Detail),
    };
    if (!event.detail) return { ErrorCode: 'MalformedDetail' };
    const ErrorCode = this.refuses?.(event);
    if (ErrorCode) return { ErrorCode };
    this.events.push(event);
    return { EventId: randomUUID() };
  }
}

function parse(detail: string): unknown {
  try {
    return JSON.parse(detail);
  } catch {
    return undefined;
  }
}
