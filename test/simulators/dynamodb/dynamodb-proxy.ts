import { createServer, IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDbError, errorBody, transactionCancelled, transactionConflict, transactionInProgress } from './errors';
import { Call, Faults } from './faults';
import { Access, Holds } from './holds';
import { identityOf, itemsOf, splitBatch } from './items';
import { isOperation } from './operations';
import { Response, Upstream } from './upstream';
import { estimatedUnits, unitsOf, Usage } from './usage';
import { Hooks } from '../common/call';
import { ApiError, SimulatorDefect } from '../common/errors';
import { Fate } from '../common/faults';
import { SeededRandom } from '../common/random';

export interface DynamoDbProxyOptions {
  /** The endpoint of DynamoDB Local. */
  readonly upstream: string;
  /** How long a transaction holds its items, in milliseconds. @default 15 */
  readonly transactionMs?: number;
  /** The same seed gives the same random faults for the same calls. @default 'dynamodb' */
  readonly seed?: string | number;
}

/** The caller was killed, or DynamoDB Local was stopped. */
const DISCONNECTED = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

const ACCESS: Partial<Record<Call['operation'], Access>> = {
  TransactWriteItems: 'transactional write',
  TransactGetItems: 'transactional read',
  PutItem: 'write',
  UpdateItem: 'write',
  DeleteItem: 'write',
  BatchWriteItem: 'write',
};

/** What DynamoDB Local lacks, in front of it: conflicts between transactions, faults, and a count of calls and units. */
export class DynamoDbProxy {
  static async start(options: DynamoDbProxyOptions): Promise<DynamoDbProxy> {
    const proxy = new DynamoDbProxy(options);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  readonly faults: Faults;
  readonly usage = new Usage();
  hooks: Hooks<Call> = {};
  transactionMs: number;
  private readonly upstream: Upstream;
  private readonly holds = new Holds();
  /** The tokens of the transactions under way. */
  private readonly tokens = new Set<unknown>();
  private readonly server: Server;
  private calls = 0;

  private constructor({ upstream, transactionMs = 15, seed = 'dynamodb' }: DynamoDbProxyOptions) {
    this.upstream = new Upstream(upstream);
    this.transactionMs = transactionMs;
    this.faults = new Faults(new SeededRandom(`${seed}/faults`));
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** The value for AWS_ENDPOINT_URL_DYNAMODB. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.upstream.close();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { headers } = request;
      const body = await text(request);
      const operation = String(headers['x-amz-target']).split('.')[1];
      if (!isOperation(operation)) throw new ApiError('UnknownOperationException', 400, operation, false);
      const arrived = { index: this.calls++, at: Date.now(), status: 0, answered: false };
      await this.take({ ...arrived, operation, request: JSON.parse(body) }, headers, response);
    } catch (error) {
      if (DISCONNECTED.includes((error as NodeJS.ErrnoException).code ?? '')) response.destroy();
      else send(response, refusal(error instanceof ApiError ? error : new SimulatorDefect(error)));
    }
  }

  private async take(call: Call, headers: IncomingHttpHeaders, response: ServerResponse): Promise<void> {
    this.usage.count(call.operation, { calls: 1 });
    const fate = this.faults.strike(call);
    await this.hooks.before?.(call);
    if (fate.latency > 0) await sleep(fate.latency);
    if (fate.effect?.kind === 'reset') return void response.destroy();
    const answer = await this.decide(call, fate, headers);
    call.status = answer.status;
    await this.hooks.after?.(call);
    if (fate.effect?.kind === 'lost-answer') return void response.destroy();
    call.answered = send(response, answer);
  }

  private async decide(call: Call, { effect }: Fate, headers: IncomingHttpHeaders): Promise<Response> {
    try {
      if (effect?.kind !== 'error') return await this.apply(call, headers);
      if (effect.applied) await this.apply(call, headers);
      throw effect.error;
    } catch (error) {
      if (error instanceof DynamoDbError) return refusal(error);
      throw error;
    }
  }

  private async apply(call: Call, headers: IncomingHttpHeaders): Promise<Response> {
    const access = ACCESS[call.operation];
    if (!access) return this.forward(call, call.request, headers);
    const references = itemsOf(call);
    const keys = await this.upstream.keysOf(
      references.map(({ table }) => table),
      headers,
    );
    const items = references.map((reference) => identityOf(reference, keys.get(reference.table)!));
    const token = call.request.ClientRequestToken;
    if (token !== undefined && this.tokens.has(token)) throw transactionInProgress();
    const conflicts = this.holds.conflicts(items, access);
    if (conflicts.length > 0) this.usage.count(call.operation, { conflicts: conflicts.length });
    if (call.operation === 'BatchWriteItem') return this.writeBatch(call, items, conflicts, headers);
    if (conflicts.length > 0) {
      this.usage.count(call.operation, estimatedUnits(call, {}));
      throw access === 'write' ? transactionConflict() : transactionCancelled(items.length, conflicts);
    }
    if (access !== 'transactional write') return this.holding(items, access, this.forward(call, call.request, headers));
    this.tokens.add(token);
    // The table applies the transaction at once. Its items are held for the time that this takes in DynamoDB.
    const [answer] = await Promise.all([
      this.forward(call, call.request, headers),
      this.holding(items, access, sleep(this.transactionMs)),
    ]).finally(() => this.tokens.delete(token));
    return answer;
  }

  /** Writes that conflict with a transaction are returned as unprocessed. */
  private async writeBatch(
    call: Call,
    items: readonly string[],
    conflicts: readonly number[],
    headers: IncomingHttpHeaders,
  ): Promise<Response> {
    const { kept, left } = splitBatch(call.request, conflicts);
    if (conflicts.length === items.length) return { status: 200, body: JSON.stringify({ UnprocessedItems: left }) };
    const written = items.filter((_, position) => !conflicts.includes(position));
    const answer = await this.holding(written, 'write', this.forward(call, kept, headers));
    if (conflicts.length === 0 || answer.status !== 200) return answer;
    return { status: 200, body: JSON.stringify({ ...JSON.parse(answer.body), UnprocessedItems: left }) };
  }

  private async holding<T>(items: readonly string[], access: Access, work: Promise<T>): Promise<T> {
    const release = this.holds.hold(items, access);
    return work.finally(release);
  }

  /** Requests the consumed capacity, which callers see only if they requested it too. */
  private async forward(call: Call, request: Call['request'], headers: IncomingHttpHeaders): Promise<Response> {
    const { ReturnConsumedCapacity: requested = 'NONE' } = request;
    const { status, body } = await this.upstream.send(headers, { ...request, ReturnConsumedCapacity: 'INDEXES' });
    const parsed = JSON.parse(body);
    this.usage.count(call.operation, status === 200 ? unitsOf(call, parsed) : estimatedUnits(call, parsed));
    const { ConsumedCapacity, ...answer } = parsed;
    return { status, body: requested === 'NONE' ? JSON.stringify(answer) : body };
  }
}

function refusal(error: ApiError): Response {
  return { status: error.status, body: error instanceof DynamoDbError ? error.body() : errorBody(error) };
}

/** Whether there was still somebody to answer: a caller can have been killed meanwhile. */
function send(response: ServerResponse, { status, body }: Response): boolean {
  if (response.destroyed || !response.socket || response.socket.destroyed) return false;
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  return true;
}
