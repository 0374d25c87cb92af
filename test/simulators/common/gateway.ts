import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Call, Hooks } from './call';
import { SimulatedClock } from './clock';
import { ApiError, SimulatorDefect } from './errors';
import { Fate, Faults, OwnEffect } from './faults';
import { ServiceModel } from './model';

/** What a call is by the request alone. */
export type Arrival<C extends Call> = Omit<C, 'index' | 'at' | 'status' | 'answered'>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Takes HTTP requests through faults and hooks to an answer. An API says how requests are read, applied and answered. */
export abstract class Gateway<C extends Call, Own extends OwnEffect = never> {
  readonly calls: C[] = [];
  hooks: Hooks<C> = {};

  constructor(
    private readonly model: ServiceModel<C['operation']>,
    private readonly clock: SimulatedClock,
    private readonly faults: Faults<C, Own>,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = this.newRequestId();
    try {
      const arrival = this.receive(request, await readBody(request));
      const own = { index: this.calls.length, at: this.clock.now(), status: 0, answered: false };
      const call = { ...arrival, ...own } as C;
      this.calls.push(call);
      await this.take(call, requestId, response);
    } catch (error) {
      send(response, this.refuse(error instanceof ApiError ? error : new SimulatorDefect(error), requestId));
    }
  }

  protected abstract newRequestId(): string;

  /** Reads a request. Fails with an ApiError for one that reaches no operation. */
  protected abstract receive(request: IncomingMessage, body: string): Arrival<C>;

  /** Does what a call asks for. Fails with an ApiError where the service refuses. */
  protected abstract apply(call: C, requestId: string, effect?: Own): Answer;

  protected abstract refuse(error: ApiError, requestId: string): Answer;

  private async take(call: C, requestId: string, response: ServerResponse): Promise<void> {
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
    call.answered = send(response, answer);
  }

  private decide(call: C, { effect }: Fate<Own>, requestId: string): Answer {
    try {
      if (effect?.kind !== 'error') return this.apply(call, requestId, effect?.kind === 'own' ? effect : undefined);
      if (effect.applied) this.apply(call, requestId);
      throw effect.error;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.model.canFailWith(call.operation, error)) return this.refuse(error, requestId);
      throw new Error(`The model has no ${error.name} for ${call.operation}: ${error.message}`);
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Whether there was still somebody to answer: a caller can have been killed meanwhile. */
function send(response: ServerResponse, { status, headers, body }: Answer): boolean {
  if (response.destroyed || !response.socket || response.socket.destroyed) return false;
  response.writeHead(status, {
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
  return true;
}
