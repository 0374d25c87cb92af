import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';

/** AppConfig's data plane with one document, which tests can change. Clients start a session, then poll with single-use tokens. */
export class AppConfig {
  document = '{}';
  private sent = new Map<string, string>();
  private tokens = 0;
  private readonly server: Server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://appconfig');
    response.setHeader('content-type', 'application/json');
    if (url.pathname === '/configurationsessions') {
      response.writeHead(201).end(JSON.stringify({ InitialConfigurationToken: this.newToken('') }));
      return;
    }
    const before = this.sent.get(url.searchParams.get('configuration_token')!);
    if (before === undefined) {
      response.writeHead(400, { 'x-amzn-errortype': 'BadRequestException' }).end('{}');
      return;
    }
    response.writeHead(200, {
      'next-poll-configuration-token': this.newToken(this.document),
      'next-poll-interval-in-seconds': '1',
    });
    response.end(before === this.document ? '' : this.document);
  });

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private newToken(sent: string): string {
    const token = `token-${++this.tokens}`;
    this.sent.set(token, sent);
    return token;
  }
}
