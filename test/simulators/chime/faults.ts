import { ErrorName, ServiceError } from './errors';
import { MODEL, OperationName } from './operations';
import { ItemError } from './requests';
import { Call as CommonCall } from '../common/call';
import {
  Fault as CommonFault,
  Faults as CommonFaults,
  Target as CommonTarget,
  InjectedFault,
  OwnEffect,
} from '../common/faults';
import { SeededRandom } from '../common/random';

export interface Call extends CommonCall<OperationName> {
  /** The control region. */
  readonly region: string;
}

type Target = CommonTarget<Call>;

/** Refused items of a batch. */
export interface RefusedItems extends OwnEffect {
  refuse(externalUserId: string): ItemError | undefined;
}

/** A failure of a call. */
export class Fault extends CommonFault<RefusedItems> {
  static throttling(): Fault {
    return Fault.error('ThrottlingException', 'Rate exceeded');
  }

  static unavailable(retryAfterSeconds?: number): Fault {
    const details = { retryAfterSeconds };
    return Fault.answer(new ServiceError('ServiceUnavailableException', 'Service is unavailable', details));
  }

  /** A response with status 500. The call takes effect nevertheless if `applied`. */
  static failure({ applied = false } = {}): Fault {
    const message = 'Service has experienced an unexpected failure';
    return Fault.answer(new ServiceError('ServiceFailureException', message), applied);
  }

  /** Any error that the service model lists for the operation. */
  static error(name: ErrorName, message: string): Fault {
    return Fault.answer(new ServiceError(name, message));
  }

  /** Attendees of a batch are not created, although the response is a success. */
  static refusedItems(
    which: (externalUserId: string) => boolean,
    error: ItemError = { ErrorCode: 'ServiceFailure', ErrorMessage: 'Service has experienced an unexpected failure' },
  ): Fault {
    return new Fault({
      latency: 0,
      effect: { kind: 'own', refuse: (user) => (which(user) ? error : undefined) },
    });
  }
}

const BATCHES: readonly OperationName[] = ['BatchCreateAttendee', 'CreateMeetingWithAttendees'];

/** The faults that a test has injected. */
export class Faults extends CommonFaults<Call, RefusedItems> {
  constructor(chance: SeededRandom) {
    super(MODEL, chance);
  }

  /** By default, a fault that refuses items applies to the batch operations. */
  override inject(fault: Fault, target: Target = {}): InjectedFault {
    if (fault.fate.effect?.kind !== 'own') return super.inject(fault, target);
    const { operation = BATCHES } = target;
    const without = [operation].flat().find((name) => !BATCHES.includes(name));
    if (without) throw new Error(`${without} has no items`);
    return super.inject(fault, { ...target, operation });
  }
}
