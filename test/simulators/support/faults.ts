import { SeededRandom } from '../chime/random';

/** What goes wrong with a call. `Refusal` is how the simulated API says no. */
export type Effect<Refusal extends Error> =
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'error'; readonly error: Refusal; readonly applied: boolean }
  | { readonly kind: 'reset' }
  | { readonly kind: 'lost-answer' };

/** Which calls a fault hits. */
export interface Target<Operation extends string, Call> {
  /** @default - every operation */
  readonly operation?: Operation | readonly Operation[];
  /** @default - every call of the operations */
  readonly when?: (call: Call) => boolean;
  /** How many of the matching calls are spared first. @default 0 */
  readonly skip?: number;
  /** How many calls are hit. @default - 1, or without limit if a rate is given */
  readonly times?: number;
  /** The chance of a matching call to be hit, between 0 and 1. @default 1 */
  readonly rate?: number;
}

/** A fault that waits for its calls. */
export interface InjectedFault {
  /** How many calls it has hit. */
  readonly hits: number;
  remove(): void;
}

/** What happens to one call. */
export interface Fate<Refusal extends Error> {
  latency: number;
  effect?: Exclude<Effect<Refusal>, { kind: 'latency' }>;
}

interface Injection<Operation extends string, Call, Refusal extends Error> {
  readonly effect: Effect<Refusal>;
  readonly target: Target<Operation, Call>;
  seen: number;
  hits: number;
}

/** What the faults have to know of a simulated API. */
export interface FaultyApi<Operation extends string, Refusal extends Error> {
  readonly operations: readonly Operation[];
  /** Whether the API can answer an operation so: a fault that can not happen proves nothing. */
  canFailWith(operation: Operation, error: Refusal): boolean;
}

/** The faults that a test has asked for. */
export class Faults<Operation extends string, Call extends { readonly operation: Operation }, Refusal extends Error> {
  private injections: Injection<Operation, Call, Refusal>[] = [];

  constructor(
    private readonly api: FaultyApi<Operation, Refusal>,
    private readonly chance: SeededRandom,
  ) {}

  inject({ effect }: { effect: Effect<Refusal> }, target: Target<Operation, Call> = {}): InjectedFault {
    if (effect.kind === 'error') this.checkPossible(effect.error, target);
    const injection: Injection<Operation, Call, Refusal> = { effect, target, seen: 0, hits: 0 };
    this.injections.push(injection);
    return {
      get hits() {
        return injection.hits;
      },
      remove: () => {
        this.injections = this.injections.filter((other) => other !== injection);
      },
    };
  }

  clear(): void {
    this.injections = [];
  }

  /** For the service itself: what happens to a call. The first fault that hits it decides, beside any latency. */
  strike(call: Call): Fate<Refusal> {
    const fate: Fate<Refusal> = { latency: 0 };
    for (const injection of this.injections) {
      const { effect } = injection;
      if (effect.kind !== 'latency' && fate.effect) continue;
      if (!this.hits(injection, call)) continue;
      if (effect.kind === 'latency') fate.latency += effect.milliseconds;
      else fate.effect = effect;
    }
    return fate;
  }

  private hits(injection: Injection<Operation, Call, Refusal>, call: Call): boolean {
    const { when, skip = 0, rate, times = rate === undefined ? 1 : Infinity } = injection.target;
    if (injection.hits >= times || !this.operationsOf(injection.target).includes(call.operation)) return false;
    if (when && !when(call)) return false;
    if (injection.seen++ < skip) return false;
    if (rate !== undefined && this.chance.fraction() >= rate) return false;
    injection.hits++;
    return true;
  }

  private operationsOf({ operation }: Target<Operation, Call>): readonly Operation[] {
    if (operation === undefined) return this.api.operations;
    return typeof operation === 'string' ? [operation] : operation;
  }

  private checkPossible(error: Refusal, target: Target<Operation, Call>): void {
    const unable = this.operationsOf(target).filter((operation) => !this.api.canFailWith(operation, error));
    if (unable.length > 0) {
      throw new Error(`The model has no ${error.name} for ${unable.join(', ')}: name the operations`);
    }
  }
}
