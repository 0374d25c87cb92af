import { ApiError, ErrorName, FrontDoorError, ServiceError } from './errors';
import { OperationName } from './operations';
import { Effect, Faults as GenericFaults } from '../support/faults';

/** A call that reached the service, as far as it has come. */
export interface Call {
  /** Counts from 0. */
  readonly index: number;
  readonly operation: OperationName;
  /** The Host header: the SDK puts the account in front. */
  readonly host: string;
  /** The decoded input, with the SDK's names. */
  readonly request: Readonly<Record<string, unknown>>;
  /** On the simulated clock. */
  readonly at: number;
  /** What the service decided; 0 for a call that it has not decided on, or that never reached it. */
  status: number;
  /** Whether the caller was told. */
  answered: boolean;
}

export type Faults = GenericFaults<OperationName, Call, ApiError>;

/** Something that goes wrong with a call. */
export class Fault {
  /** The answer takes longer, in real time. Adds to any other fault. */
  static latency(milliseconds: number): Fault {
    return new Fault({ kind: 'latency', milliseconds });
  }

  /** The model's throttling, which ListJobs does not have. */
  static throttling(): Fault {
    return Fault.error('TooManyRequestsException', 'Too many requests');
  }

  /** S3's own throttling, which can hit any operation. */
  static slowDown(): Fault {
    return new Fault({
      kind: 'error',
      error: new FrontDoorError('SlowDown', 'Please reduce your request rate.'),
      applied: false,
    });
  }

  /** As if the caller had no permission. */
  static accessDenied(): Fault {
    return new Fault({ kind: 'error', error: new FrontDoorError('AccessDenied', 'Access Denied'), applied: false });
  }

  /** An answer 500, to a call that was applied all the same if `applied`. */
  static failure({ applied = false } = {}): Fault {
    const error = new ServiceError('InternalServiceException', 'We encountered an internal error. Please try again.');
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

  private constructor(readonly effect: Effect<ApiError>) {}
}
