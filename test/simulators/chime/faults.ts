import { ErrorName, ServiceError } from './errors';
import { canFailWith, OperationName, OPERATIONS } from './operations';
import { SeededRandom } from './random';
import { ItemError } from './requests';

/** A call that reached the service, as far as it has come. */
export interface Call {
  /** Counts from 0. */
  readonly index: number;
  readonly operation: OperationName;
  /** The control region. */
  readonly region: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** On the simulated clock. */
  readonly at: number;
  /** What the service decided; 0 for a call that it has not decided on, or that never reached it. */
  status: number;
  /** Whether the caller was told. */
  answered: boolean;
}

type Effect =
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'error'; readonly error: ServiceError; readonly applied: boolean }
  | { readonly kind: 'reset' }
  | { readonly kind: 'lost-answer' }
  | { readonly kind: 'refused-items'; readonly refuse: (externalUserId: string) => ItemError | undefined };

/** Something that goes wrong with a call. */
export class Fault {
  /** The answer takes longer, in real time. Adds to any other fault. */
  static latency(milliseconds: number): Fault {
    return new Fault({ kind: 'latency', milliseconds });
  }

  static throttling(): Fault {
    return Fault.error('ThrottlingException', 'Rate exceeded');
  }

  static unavailable(retryAfterSeconds?: number): Fault {
    const error = new ServiceError('ServiceUnavailableException', 'Service is unavailable', { retryAfterSeconds });
    return new Fault({ kind: 'error', error, applied: false });
  }

  /** An answer 500, to a call that was applied all the same if `applied`. */
  static failure({ applied = false } = {}): Fault {
    const error = new ServiceError('ServiceFailureException', 'Service has experienced an unexpected failure');
    return new Fault({ kind: 'error', error, applied });
  }

  /** Any error that the model gives the operation. */
  static error(name: ErrorName, message: string): Fault {
    return new Fault({ kind: 'error', error: new ServiceError(name, message), applied: false });
  }

  /** The connection is cut before the call is applied. */
  static reset(): Fault {
    return new Fault({ kind: 'reset' });
  }

  /** The call is applied, and the connection is cut before the caller hears of it. */
  static lostAnswer(): Fault {
    return new Fault({ kind: 'lost-answer' });
  }

  /** Attendees of a batch are not created, in an answer that is a success. */
  static refusedItems(
    which: (externalUserId: string) => boolean,
    error: ItemError = { ErrorCode: 'ServiceFailure', ErrorMessage: 'Service has experienced an unexpected failure' },
  ): Fault {
    return new Fault({ kind: 'refused-items', refuse: (user) => (which(user) ? error : undefined) });
  }

  private constructor(readonly effect: Effect) {}
}

/** Which calls a fault hits. */
export interface Target {
  /** @default - every operation, or those with items if items are refused */
  readonly operation?: OperationName | readonly OperationName[];
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
export interface Fate {
  latency: number;
  effect?: Exclude<Effect, { kind: 'latency' }>;
}

interface Injection {
  readonly effect: Effect;
  readonly target: Target;
  seen: number;
  hits: number;
}

/** The faults that a test has asked for. */
export class Faults {
  private injections: Injection[] = [];

  constructor(private readonly chance: SeededRandom) {}

  inject({ effect }: Fault, target: Target = {}): InjectedFault {
    checkPossible(effect, target);
    const injection: Injection = { effect, target, seen: 0, hits: 0 };
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
  strike(call: Call): Fate {
    const fate: Fate = { latency: 0 };
    for (const injection of this.injections) {
      const { effect } = injection;
      if (effect.kind !== 'latency' && fate.effect) continue;
      if (!this.hits(injection, call)) continue;
      if (effect.kind === 'latency') fate.latency += effect.milliseconds;
      else fate.effect = effect;
    }
    return fate;
  }

  private hits(injection: Injection, call: Call): boolean {
    const { when, skip = 0, rate, times = rate === undefined ? 1 : Infinity } = injection.target;
    if (injection.hits >= times || !operationsOf(injection).includes(call.operation)) return false;
    if (when && !when(call)) return false;
    if (injection.seen++ < skip) return false;
    if (rate !== undefined && this.chance.fraction() >= rate) return false;
    injection.hits++;
    return true;
  }
}

const ALL_OPERATIONS = Object.keys(OPERATIONS) as OperationName[];
const BATCHES: readonly OperationName[] = ['BatchCreateAttendee', 'CreateMeetingWithAttendees'];

function operationsOf({
  effect,
  target: { operation },
}: Pick<Injection, 'effect' | 'target'>): readonly OperationName[] {
  if (operation === undefined) return effect.kind === 'refused-items' ? BATCHES : ALL_OPERATIONS;
  return typeof operation === 'string' ? [operation] : operation;
}

/** Fails for a fault that could hit a call without any effect, or with one that the model does not have. */
function checkPossible(effect: Effect, target: Target): void {
  for (const operation of operationsOf({ effect, target })) {
    if (effect.kind === 'error' && !canFailWith(operation, effect.error.errorName)) {
      throw new Error(`The model has no ${effect.error.errorName} for ${operation}: name the operations`);
    }
    if (effect.kind === 'refused-items' && !BATCHES.includes(operation)) throw new Error(`${operation} has no items`);
  }
}
