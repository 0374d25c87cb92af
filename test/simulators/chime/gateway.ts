import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { FrontDoorError, ServiceError } from './errors';
import { Call, Fate, Faults } from './faults';
import { canFailWith, OperationName, OPERATIONS } from './operations';
import { SeededRandom } from './random';
import { CallScope, Handlers } from './requests';
import { route } from './routes';
import { signedRegion } from './signature';
import { Throttle } from './throttle';
import { validate } from './validation';
import { World } from './world';

/** Called around each call's application. The call goes on when the returned promise has settled. */
export interface Hooks {
  /** The call has arrived, and nothing has happened yet. */
  before?(call: Call): void | Promise<void>;
  /** The service has decided (`call.status`), and the caller has not heard yet. */
  after?(call: Call): void | Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** Takes HTTP requests through the signature, faults, throttling, validation and the operation, to an answer. */
export class Gateway {
  readonly calls: Call[] = [];
  hooks: Hooks = {};
  private readonly throttle: Throttle;

  constructor(
    private readonly world: World,
    private readonly handlers: Handlers,
    private readonly faults: Faults,
    private readonly requestIds: SeededRandom,
  ) {
    this.throttle = new Throttle(world.quotas);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = this.requestIds.uuid();
    try {
      const body = await readBody(request);
      const { name, members } = route(request.method!, request.url!);
      const call: Call = {
        index: this.calls.length,
        operation: name,
        region: signedRegion(request.headers.authorization),
        request: { ...parse(body), ...members },
        at: this.world.clock.now(),
        status: 0,
        answered: false,
      };
      this.calls.push(call);
      await this.take(call, requestId, response);
    } catch (error) {
      const defect = {
        status: 500,
        headers: { 'x-amzn-errortype': 'SimulatorDefect' },
        body: { message: String(error) },
      };
      send(response, requestId, error instanceof FrontDoorError ? errorAnswer(error, requestId) : defect);
    }
  }

  private async take(call: Call, requestId: string, response: ServerResponse): Promise<void> {
    const fate = this.faults.strike(call);
    await this.hooks.before?.(call);
    if (fate.latency > 0) await sleep(fate.latency);
    if (fate.effect?.kind === 'reset') {
      response.destroy();
      return;
    }
    const answer = this.decide(call, fate, requestId);
    call.status = answer.status;
    await this.hooks.after?.(call);
    if (fate.effect?.kind === 'lost-answer') {
      response.destroy();
      return;
    }
    call.answered = send(response, requestId, answer);
  }

  private decide(call: Call, { effect }: Fate, requestId: string): Answer {
    try {
      if (effect?.kind === 'error') {
        if (effect.applied) this.apply(call, effect);
        throw effect.error;
      }
      const body = this.apply(call, effect);
      return { status: OPERATIONS[call.operation].status, body };
    } catch (error) {
      if (error instanceof FrontDoorError) return errorAnswer(error, requestId);
      if (!(error instanceof ServiceError) || !canFailWith(call.operation, error.errorName)) throw error;
      return errorAnswer(error, requestId);
    }
  }

  private apply({ operation, region, request }: Call, effect: Fate['effect']): object | undefined {
    this.world.registry.settle();
    if (!this.throttle.admits(region, operation, this.world.clock.now())) {
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    }
    validate(`${operation}Request`, request);
    const scope: CallScope = { region, ...(effect?.kind === 'refused-items' && { refuseItem: effect.refuse }) };
    return this.handlerOf(operation)(request, scope);
  }

  private handlerOf(operation: OperationName): (request: unknown, scope: CallScope) => object | undefined {
    return this.handlers[operation] as (request: unknown, scope: CallScope) => object | undefined;
  }
}

function errorAnswer(error: FrontDoorError | ServiceError, requestId: string): Answer {
  return { status: error.status, headers: error.headers(), body: error.body(requestId) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A member that is null counts as absent. */
function parse(body: string): Record<string, unknown> {
  if (body === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body, (_, part: unknown) => (part === null ? undefined : part));
  } catch {
    throw new FrontDoorError('SerializationException', 'The body is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FrontDoorError('SerializationException', 'The body is not a JSON object');
}

/** Whether there was still somebody to answer: a caller can have been killed meanwhile. */
function send(response: ServerResponse, requestId: string, { status, headers, body }: Answer): boolean {
  if (response.destroyed || !response.socket || response.socket.destroyed) return false;
  const text = body ? JSON.stringify(body) : '';
  response.writeHead(status, {
    'x-amzn-requestid': requestId,
    ...(text && { 'content-type': 'application/json' }),
    ...(status !== 204 && { 'content-length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(text);
  return true;
}
