import { DynamoDbError } from './errors';
import { MODEL, OperationName } from './operations';
import { Call as CommonCall } from '../common/call';
import { Fault as CommonFault, Faults as CommonFaults } from '../common/faults';
import { SeededRandom } from '../common/random';

export type Call = CommonCall<OperationName>;

/** A failure of a call. */
export class Fault extends CommonFault {
  static throttling(): Fault {
    const message = 'The level of configured provisioned throughput for the table was exceeded.';
    return Fault.answer(new DynamoDbError('ProvisionedThroughputExceededException', message));
  }

  /** A response with status 500. The call takes effect nevertheless if `applied`. */
  static failure({ applied = false } = {}): Fault {
    return Fault.answer(new DynamoDbError('InternalServerError', 'Internal server error'), applied);
  }
}

/** The faults that a test has injected. */
export class Faults extends CommonFaults<Call> {
  constructor(chance: SeededRandom) {
    super(MODEL, chance);
  }
}
