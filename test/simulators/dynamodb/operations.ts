import { Operation, ServiceModel } from '../common/model';

const conditional = ['ConditionalCheckFailedException', 'ItemCollectionSizeLimitExceededException'];
const write: Operation = { http: 'POST /', errors: [...conditional, 'TransactionConflictException'] };
const read: Operation = { http: 'POST /', errors: [] };

/** The operations on items, with the errors that the service model lists for them. */
export const OPERATIONS = {
  GetItem: read,
  BatchGetItem: read,
  Query: read,
  Scan: read,
  PutItem: write,
  UpdateItem: write,
  DeleteItem: write,
  BatchWriteItem: { http: 'POST /', errors: ['ItemCollectionSizeLimitExceededException'] },
  TransactGetItems: { http: 'POST /', errors: ['TransactionCanceledException'] },
  TransactWriteItems: {
    http: 'POST /',
    errors: ['IdempotentParameterMismatchException', 'TransactionCanceledException', 'TransactionInProgressException'],
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const MODEL = new ServiceModel<OperationName>(OPERATIONS, [
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
]);

export function isOperation(name: string): name is OperationName {
  return name in OPERATIONS;
}

const WRITES: readonly OperationName[] = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
];

export function isWrite(operation: OperationName): boolean {
  return WRITES.includes(operation);
}
