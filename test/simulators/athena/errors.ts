import { ApiError } from '../common/errors';

const STATUSES = { InternalServerException: 500, InvalidRequestException: 400, TooManyRequestsException: 400 } as const;
export type ErrorName = keyof typeof STATUSES;

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html#API_StartQueryExecution_Errors */
export class AthenaError extends ApiError {
  constructor(name: ErrorName, message: string) {
    super(name, STATUSES[name], message, true);
  }
}

/** What AWS answers in front of the operations. */
export class FrontDoorError extends ApiError {
  constructor(
    name: 'AccessDeniedException' | 'UnknownOperationException' | 'InvalidSignatureException',
    message: string,
  ) {
    super(name, 400, message, false);
  }
}

export const invalidRequest = (message: string): AthenaError => new AthenaError('InvalidRequestException', message);
