import { createServer, IncomingMessage, request as send, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Answers an invocation of a function. */
export type Invoke = (name: string, payload: any) => Promise<unknown>;

export interface RegionGatewayProps {
  /** The ports of local servers, by service and region. */
  readonly servers: Record<string, Record<string, number>>;
  readonly invoke?: Invoke;
  /** The physical ids of a stack's resources, by logical id. */
  readonly resources?: (stackName: string) => Record<string, string>;
}

/**
 * The endpoints of AWS for the AWS CLI. The region and the service of a request are in its signature. Requests are forwarded
 * unchanged to the server of the service and region. A region that is off resets connections.
 */
export class RegionGateway {
  readonly off = new Set<string>();
  private readonly server: Server = createServer((request, response) => {
    const [, region, service] =
      /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    if (this.off.has(region)) return void request.socket.resetAndDestroy();
    const port = this.props.servers[service]?.[region];
    if (port !== undefined) return this.forward(port, request, response);
    void this.answer(service, request, response);
  });

  constructor(private readonly props: RegionGatewayProps) {}

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

  private forward(port: number, received: IncomingMessage, response: ServerResponse): void {
    const { method, url: path, headers } = received;
    const forwarded = send({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    received.pipe(forwarded);
  }

  private async answer(service: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString();
    const [, name] = /\/functions\/([^/]+)\/invocations$/.exec(request.url!) ?? [];
    if (service === 'lambda' && name) {
      try {
        response.end(JSON.stringify(await this.props.invoke!(decodeURIComponent(name), JSON.parse(body))));
      } catch (error) {
        const { errorType, message } = error as Error & { errorType?: string };
        response.setHeader('x-amz-function-error', 'Unhandled');
        response.end(JSON.stringify({ errorType, errorMessage: message }));
      }
    } else if (service === 'cloudformation') {
      const ids = Object.entries(this.props.resources!(new URLSearchParams(body).get('StackName')!));
      const members = ids.map(
        ([id, physicalId]) =>
          `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId></member>`,
      );
      response.end(
        `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join('')}` +
          '</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>',
      );
    } else {
      response.writeHead(400).end('{}');
    }
  }
}
