import { ApiError } from '../common/errors';

/** An error of the service's model, in the form of the JSON protocol. */
export class DynamoDbError extends ApiError {
  constructor(
    name: string,
    message: string,
    private readonly details: object = {},
  ) {
    super(name, name === 'InternalServerError' ? 500 : 400, message, true);
  }

  body(): string {
    return errorBody(this, this.details);
  }
}

export function errorBody({ name, message }: ApiError, details: object = {}): string {
  return JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...details, message });
}

const ONGOING = 'Transaction is ongoing for the item';

/** The answer to a single write of an item that a transaction holds. */
export function transactionConflict(): DynamoDbError {
  return new DynamoDbError('TransactionConflictException', ONGOING);
}

/** @param conflicts the positions of the items that another call holds */
export function transactionCancelled(items: number, conflicts: readonly number[]): DynamoDbError {
  const reasons = Array.from({ length: items }, (_, position) =>
    conflicts.includes(position) ? { Code: 'TransactionConflict', Message: ONGOING } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new DynamoDbError('TransactionCanceledException', message, { CancellationReasons: reasons });
}

export function transactionInProgress(): DynamoDbError {
  const message = 'The transaction with the given request token is already in progress.';
  return new DynamoDbError('TransactionInProgressException', message);
}
