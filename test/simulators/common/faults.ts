import { Call } from './call';
import { ApiError } from './errors';
import { ServiceModel } from './model';
import { SeededRandom } from './random';

/** What can go wrong with a call of any API. */
type Effect =
  | { readonly kind: 'error'; readonly error: ApiError; readonly applied: boolean }
  | { readonly kind: 'reset' }
  | { readonly kind: 'lost-answer' };

/** What can go wrong with the calls of one API only. */
export interface OwnEffect {
  readonly kind: 'own';
}

/** What happens to one call. */
export interface Fate<Own extends OwnEffect = never> {
  /** In ms of real time. */
  readonly latency: number;
  readonly effect?: Effect | Own;
}

/** Something that goes wrong with a call. Each API adds what it can answer. */
export class Fault<Own extends OwnEffect = never> {
  /** The answer takes longer, in real time. Adds to any other fault. */
  static latency(milliseconds: number): Fault {
    return new Fault<never>({ latency: milliseconds });
  }

  /** The connection is cut before the call is applied. */
  static reset(): Fault {
    return new Fault<never>({ latency: 0, effect: { kind: 'reset' } });
  }

  /** The call is applied, and the connection is cut before the caller hears of it. */
  static lostAnswer(): Fault {
    return new Fault<never>({ latency: 0, effect: { kind: 'lost-answer' } });
  }

  /** An error is the answer, to a call that was applied all the same if `applied`. */
  protected static answer(error: ApiError, applied = false): Fault {
    return new Fault<never>({ latency: 0, effect: { kind: 'error', error, applied } });
  }

  protected constructor(readonly fate: Fate<Own>) {}
}

/** Which calls a fault hits. */
export interface Target<C extends Call> {
  /** @default - every operation that the fault can hit */
  readonly operation?: C['operation'] | readonly C['operation'][];
  /** @default - every call of the operations */
  readonly when?: (call: C) => boolean;
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

interface Injection<C extends Call, Own extends OwnEffect> {
  readonly fate: Fate<Own>;
  readonly target: Target<C>;
  seen: number;
  hits: number;
}

/** The faults that a test has asked for. */
export class Faults<C extends Call, Own extends OwnEffect = never> {
  private injections: Injection<C, Own>[] = [];

  constructor(
    private readonly model: ServiceModel<C['operation']>,
    private readonly chance: SeededRandom,
  ) {}

  inject({ fate }: Fault<Own>, target: Target<C> = {}): InjectedFault {
    this.checkPossible(fate, this.operationsOf(target));
    const injection: Injection<C, Own> = { fate, target, seen: 0, hits: 0 };
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
  strike(call: C): Fate<Own> {
    let latency = 0;
    let effect: Fate<Own>['effect'];
    for (const injection of this.injections) {
      if (effect && injection.fate.effect) continue;
      if (!this.hits(injection, call)) continue;
      latency += injection.fate.latency;
      effect ??= injection.fate.effect;
    }
    return { latency, effect };
  }

  /** Fails for an answer that an operation cannot return: a fault that cannot occur proves nothing. */
  private checkPossible({ effect }: Fate<Own>, operations: readonly C['operation'][]): void {
    if (effect?.kind !== 'error') return;
    const unable = operations.find((operation) => !this.model.canFailWith(operation, effect.error));
    if (unable) throw new Error(`The model has no ${effect.error.name} for ${unable}: name the operations`);
  }

  private operationsOf({ operation = this.model.names }: Target<C>): readonly C['operation'][] {
    return typeof operation === 'string' ? [operation] : operation;
  }

  private hits(injection: Injection<C, Own>, call: C): boolean {
    const { when, skip = 0, rate, times = rate === undefined ? 1 : Infinity } = injection.target;
    if (injection.hits >= times || !this.operationsOf(injection.target).includes(call.operation)) return false;
    if (when && !when(call)) return false;
    if (injection.seen++ < skip) return false;
    if (rate !== undefined && this.chance.fraction() >= rate) return false;
    injection.hits++;
    return true;
  }
}
