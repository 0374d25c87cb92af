import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleForBrowsers } from './browser-bundle';
import { MeetingsWorld } from './meetings-world';

const PAGE = `<!doctype html><title>Meeting</title><audio autoplay></audio><script type="module" src="/page.js"></script>`;

/** The site of a test: its page, and the audience API, whose authorizer trusts the header `x-user`. */
export class MeetingSite {
  static async start(world: MeetingsWorld): Promise<MeetingSite> {
    const site = new MeetingSite(world, await bundleForBrowsers(join(__dirname, 'web/page.ts')));
    await new Promise<void>((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  /** The requests of all users, in the order of arrival. */
  readonly requests: { readonly user: string; readonly operation: string; readonly at: number }[] = [];
  /** Responses of API Gateway and the function to the next requests, which do not reach the service. */
  readonly refusals: { readonly statusCode: number; readonly body: object }[] = [];
  private readonly server = createServer((request, response) => void this.handle(request, response));

  private constructor(
    private readonly world: MeetingsWorld,
    private readonly script: Uint8Array,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, this.url);
    if (pathname === '/') return void response.setHeader('content-type', 'text/html').end(PAGE);
    if (pathname === '/page.js') return void response.setHeader('content-type', 'text/javascript').end(this.script);
    if (pathname !== '/audience') return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { statusCode, headers, body } = await this.audience(
      request.headers['x-user'] as string,
      Buffer.concat(chunks).toString(),
    );
    response.writeHead(statusCode, headers).end(body);
  }

  /** Invokes the function as API Gateway does. */
  private audience(sub: string, body: string): Promise<any> {
    this.requests.push({ user: sub, operation: JSON.parse(body).operation, at: Date.now() });
    const refusal = this.refusals.shift();
    if (refusal) return Promise.resolve({ ...refusal, body: JSON.stringify(refusal.body) });
    return this.world.fn('Audience').invoke({
      version: '2.0',
      routeKey: 'POST /audience',
      body,
      requestContext: { http: { sourceIp: '127.0.0.1' }, authorizer: { jwt: { claims: { sub } } } },
    });
  }
}
