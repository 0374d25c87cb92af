import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP proxy for names below `localhost`, such as `<account>.localhost`, which Python does not resolve. */
export class LocalhostProxy {
  private readonly server = createServer((request, response) => {
    const { port, pathname, search } = new URL(request.url!);
    const { method, headers } = request;
    const upstream = send({ host: '127.0.0.1', port, method, headers, path: pathname + search }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });

  /** @returns the URL of the proxy */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
