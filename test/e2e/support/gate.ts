import { createServer, IncomingMessage, request as send, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands before servers and counts the calls to them, so that a test can stop the caller after any single one: the call
 * was carried out, and the caller never hears of it.
 */
export class Gate {
  /** Calls since the last `count`. */
  calls = 0;
  private readonly servers: Server[] = [];
  private stopAt = Infinity;
  private onStop: () => void = () => undefined;

  /** @returns the endpoint that stands for the other */
  async before(endpoint: string): Promise<string> {
    const server = createServer((request, response) => this.forward(endpoint, request, response));
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Counts from here on, and stops the caller after that many calls. */
  count(stopAt = Infinity, onStop: () => void = () => undefined): void {
    this.calls = 0;
    this.stopAt = stopAt;
    this.onStop = onStop;
  }

  stop(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  private forward(endpoint: string, request: IncomingMessage, response: ServerResponse): void {
    const position = ++this.calls;
    // What a stopped caller still has under way never arrives.
    if (position > this.stopAt) return void response.destroy();
    const { hostname, port } = new URL(endpoint);
    const { method, url: path, headers } = request;
    const upstream = send({ hostname, port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        if (position === this.stopAt) this.onStop();
        if (position >= this.stopAt) return void response.destroy();
        // Tests move the caller's clock. By the date, the SDK finds that out and tries again, whatever the answer is: it
        // is only to know where a server refuses it for that.
        response.sendDate = false;
        if (answer.statusCode !== 403) delete answer.headers.date;
        response.writeHead(answer.statusCode!, answer.headers).end(Buffer.concat(chunks));
      });
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  }
}
