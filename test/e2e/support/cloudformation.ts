import { randomUUID } from 'node:crypto';
import { createServer, Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TestAuthority } from './certificates';
import { DeployedFunction } from './deployed-function';

const NAME = 'cloudformation-custom-resource-response.example.com';

export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: object;
  readonly OldResourceProperties?: object;
  readonly StackId?: string;
  /** The ID of an earlier request that is repeated. */
  readonly RequestId?: string;
}

export interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, unknown>;
}

/** The side of CloudFormation that a custom resource sees: events with a URL to answer to, over verified TLS. */
export class CloudFormation {
  /** What it answers to answers. */
  status = 200;
  /** All bodies that were sent, the last one last. */
  readonly bodies: string[] = [];
  private readonly server: Server;

  constructor(authority: TestAuthority) {
    this.server = createServer(authority.issue(NAME), (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        this.bodies.push(body);
        response.writeHead(this.status).end();
      });
    });
  }

  /** What a function needs to find it. */
  get hosts(): Record<string, string> {
    return { [NAME]: '127.0.0.1' };
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  /** Sends a request, and returns what came at its URL. */
  async send(fn: DeployedFunction, request: CustomResourceRequest): Promise<CustomResourceAnswer> {
    const { RequestId = randomUUID() } = request;
    const seen = this.bodies.length;
    await fn.invoke({
      StackId: 'arn:aws:cloudformation:us-east-1:111111111111:stack/Live/1',
      ...request,
      RequestId,
      ResponseURL: `https://${NAME}:${(this.server.address() as AddressInfo).port}/answer?X-Amz-Signature=secret`,
    });
    const body = this.bodies.slice(seen).find((each) => JSON.parse(each).RequestId === RequestId);
    if (!body) throw new Error('There was no answer.');
    if (Buffer.byteLength(body) > 4096) throw new Error(`CloudFormation refuses ${body.length} bytes.`);
    const answer = JSON.parse(body);
    for (const [field, value] of Object.entries({ ...request, RequestId })) {
      if (['StackId', 'LogicalResourceId', 'RequestId'].includes(field) && answer[field] !== value) {
        throw new Error(`${field}: got ${answer[field]}, expected ${value}`);
      }
    }
    return answer;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
