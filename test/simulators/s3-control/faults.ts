import { ErrorName, FrontDoorError, ServiceError } from './errors';
import { OperationName } from './operations';
import { Call as CommonCall } from '../common/call';
import { Fault as CommonFault } from '../common/faults';

export interface Call extends CommonCall<OperationName> {
  /** The Host header: the SDK puts the account in front. */
  readonly host: string;
}

/** Something that goes wrong with a call. */
export class Fault extends CommonFault {
  /** The model's throttling, which ListJobs does not have. */
  static throttling(): Fault {
    return Fault.error('TooManyRequestsException', 'Too many requests');
  }

  /** S3's own throttling, which can hit any operation. */
  static slowDown(): Fault {
    return Fault.answer(new FrontDoorError('SlowDown', 'Please reduce your request rate.'));
  }

  /** As if the caller had no permission. */
  static accessDenied(): Fault {
    return Fault.answer(new FrontDoorError('AccessDenied', 'Access Denied'));
  }

  /** An answer 500, to a call that was applied all the same if `applied`. */
  static failure({ applied = false } = {}): Fault {
    const message = 'We encountered an internal error. Please try again.';
    return Fault.answer(new ServiceError('InternalServiceException', message), applied);
  }

  /** Any error that the model gives the operation. */
  static error(name: ErrorName, message: string): Fault {
    return Fault.answer(new ServiceError(name, message));
  }
}
