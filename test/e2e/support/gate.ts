import { createServer, IncomingMessage, request as send, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A proxy that counts the calls to servers, so that a test can stop the caller after any call. The server performs that
 * call, but the caller never receives its response.
 */
export class Gate {
  /** The number of calls since the last `count`. */
  calls = 0;
  /** Loses the response to a call of a DynamoDB operation. The server performs the call. */
  loses?: (operation: string) => boolean;
  private readonly servers: Server[] = [];
  private stopAt = Infinity;
  private onStop: () => void = () => undefined;

  /** @returns the endpoint of the proxy */
  async before(endpoint: string): Promise<string> {
    const server = createServer((request, response) => this.forward(endpoint, request, response));
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Resets the count, and stops the caller after that many calls. */
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
    // Calls that a stopped caller had already sent are dropped.
    if (position > this.stopAt) return void response.destroy();
    const { hostname, port } = new URL(endpoint);
    const { method, url: path, headers } = request;
    const upstream = send({ hostname, port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        if (position === this.stopAt) this.onStop();
        if (position >= this.stopAt) return void response.destroy();
        if (this.loses?.(String(headers['x-amz-target']).split('.')[1])) return void response.destroy();
        // Tests change the caller's clock. The SDK detects the difference by the date of any response, and retries. It
        // must detect it only if a server rejects the request for that reason.
        response.sendDate = false;
        if (answer.statusCode !== 403) delete answer.headers.date;
        response.writeHead(answer.statusCode!, answer.headers).end(Buffer.concat(chunks));
      });
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  }
}
