import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { DeployedFunction, FunctionError } from './deployed-function';

/** Lambda's side of a synchronous call: functions by ARN. */
export class LambdaEndpoint {
  readonly functions = new Map<string, DeployedFunction>();
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!) ?? [];
      const fn = this.functions.get(decodeURIComponent(name ?? ''));
      if (!fn) {
        response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{}');
        return;
      }
      try {
        response.end(JSON.stringify(await fn.invoke(JSON.parse(Buffer.concat(chunks).toString() || '{}'))));
      } catch (error) {
        const { errorType, message } = error as FunctionError;
        response.setHeader('x-amz-function-error', 'Unhandled');
        response.end(JSON.stringify({ errorType, errorMessage: message }));
      }
    });
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
}
