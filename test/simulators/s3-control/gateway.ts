import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, badRequest, FrontDoorError, ServiceError } from './errors';
import { Call, Faults } from './faults';
import { canFailWith, Operation, OperationName, OPERATIONS } from './operations';
import { Handlers } from './requests';
import { route } from './routes';
import { checkHeaders } from './signature';
import { problemsOf } from './validation';
import { World } from './world';
import { toXml } from './xml';
import { SeededRandom } from '../chime/random';
import { Fate } from '../support/faults';

/** Called around each call's application. The call goes on when the returned promise has settled. */
export interface Hooks {
  /** The call has arrived, and nothing has happened yet. */
  before?(call: Call): void | Promise<void>;
  /** The service has decided (`call.status`), and the caller has not heard yet. */
  after?(call: Call): void | Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const NAMESPACE = ' xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"';

/** Takes HTTP requests through headers, faults, validation and the operation, to an answer. */
export class Gateway {
  readonly calls: Call[] = [];
  hooks: Hooks = {};

  constructor(
    private readonly world: World,
    private readonly handlers: Handlers,
    private readonly faults: Faults,
    private readonly requestIds: SeededRandom,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = this.requestIds.hex(16).toUpperCase();
    try {
      const { headers, method = '', url = '' } = request;
      const body = await readBody(request);
      const account = checkHeaders(headers, body, this.world.account, this.world.region);
      const { name, input } = route(method, url, account, body);
      const call: Call = {
        index: this.calls.length,
        operation: name,
        host: headers.host ?? '',
        request: input,
        at: this.world.clock.now(),
        status: 0,
        answered: false,
      };
      this.calls.push(call);
      await this.take(call, requestId, response);
    } catch (error) {
      const defect = { status: 500, body: toXml('Error', { Code: 'SimulatorDefect', Message: String(error) }) };
      send(response, requestId, error instanceof ApiError ? errorAnswer(error, requestId) : defect);
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

  private decide(call: Call, { effect }: Fate<ApiError>, requestId: string): Answer {
    try {
      if (effect?.kind === 'error') {
        if (effect.applied) this.apply(call);
        throw effect.error;
      }
      return { status: 200, body: toXml(`${call.operation}Result`, this.apply(call), NAMESPACE) };
    } catch (error) {
      if (error instanceof ApiError && canFailWith(call.operation, error)) return errorAnswer(error, requestId);
      throw error;
    }
  }

  private apply({ operation, request }: Call): object {
    this.world.registry.settle();
    const problems = problemsOf(OPERATIONS[operation].input, request);
    if (problems.length > 0) throw invalid(operation, problems.join('; '));
    return (this.handlers[operation] as (input: unknown) => object)(request);
  }
}

/** What an operation says of an input that breaks the model: one of its errors where it has a fitting one. */
function invalid(name: OperationName, problems: string): ApiError {
  const { errors }: Operation = OPERATIONS[name];
  if (errors.includes('BadRequestException')) return badRequest(problems);
  if (errors.includes('InvalidRequestException')) return new ServiceError('InvalidRequestException', problems);
  return new FrontDoorError('InvalidRequest', problems);
}

function errorAnswer({ code, message, status }: ApiError, RequestId: string): Answer {
  return { status, body: toXml('ErrorResponse', { Error: { Code: code, Message: message }, RequestId }, NAMESPACE) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Whether there was still somebody to answer: a caller can have been killed meanwhile. */
function send(response: ServerResponse, requestId: string, { status, body }: Answer): boolean {
  if (response.destroyed || !response.socket || response.socket.destroyed) return false;
  const document = `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
  response.writeHead(status, {
    'x-amz-request-id': requestId,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(document),
  });
  response.end(document);
  return true;
}
