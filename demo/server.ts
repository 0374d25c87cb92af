import { readFileSync } from 'node:fs';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { LiveDemo } from './live';
import { StoredDemo } from './stored';
import { bundleForBrowsers } from '../test/e2e/support/browser-bundle';
import { DynamoDbLocal } from '../test/e2e/support/dynamodb-local';

const PAGE = join(__dirname, 'page');

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves the page of the demo, and what it needs, on this machine only. */
export class DemoServer {
  /** @param port 0 for a free one */
  static async start(port: number): Promise<DemoServer> {
    const script = await bundleForBrowsers(join(PAGE, 'main.ts'));
    const dynamo = await DynamoDbLocal.start();
    const [live, stored] = await Promise.all([LiveDemo.start(), StoredDemo.start(dynamo)]);
    const demo = new DemoServer(script, live, stored, dynamo);
    await new Promise<void>((resolve, reject) => {
      demo.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return demo;
  }

  private readonly routes: Readonly<Record<string, Handler | undefined>>;
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  private constructor(
    script: Uint8Array,
    private readonly live: LiveDemo,
    private readonly stored: StoredDemo,
    private readonly dynamo: DynamoDbLocal,
  ) {
    const file = (name: string, type: string) => serve(readFileSync(join(PAGE, name)), type);
    this.routes = {
      'GET /': file('index.html', 'text/html'),
      'GET /style.css': file('style.css', 'text/css'),
      'GET /main.js': serve(script, 'text/javascript'),
      'GET /live': answer(async () => live.settings),
      'POST /audience': (request, response) => this.audience(request, response),
      'POST /host': answer((body) => live.host(body)),
      'POST /cut': answer(async ({ attendeeId }) => live.cut(attendeeId)),
      'GET /events': (_, response) => this.events(response),
      'GET /stored': answer(async () => stored.settings),
      'GET /objects': answer(async () => stored.objects()),
      'POST /links': answer((body) => stored.links(body)),
      'POST /upload': answer(async () => stored.upload()),
      'POST /advance': answer(({ minutes }) => stored.advance(minutes)),
    };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Ends the processes at once, because the process that calls it can be killed soon. */
  async stop(): Promise<void> {
    this.dynamo.stop();
    this.server.closeAllConnections();
    this.server.close();
    await Promise.all([this.live.stop(), this.stored.stop()]);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, this.url);
    const handler = this.routes[`${request.method} ${pathname}`];
    try {
      if (!handler) throw new Error(`Not found: ${request.method} ${pathname}`);
      await handler(request, response);
    } catch (error) {
      respond(response, handler ? 400 : 404, { message: (error as Error).message });
    }
  }

  private async audience(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const user = decodeURIComponent(String(request.headers['x-user']));
    const { statusCode, headers, body } = await this.live.audience(user, await text(request));
    response.writeHead(statusCode, headers).end(body);
  }

  /** https://html.spec.whatwg.org/multipage/server-sent-events.html */
  private events(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const stop = this.live.follow((event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
    response.on('close', stop);
  }
}

function serve(content: Uint8Array, type: string): Handler {
  return (_, response) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
}

function answer(task: (body: any) => Promise<unknown>): Handler {
  return async (request, response) => {
    const body = request.method === 'POST' ? await json(request) : undefined;
    respond(response, 200, (await task(body)) ?? {});
  };
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
