import { ApiError } from '../common/errors';

/** The model's exceptions: the HTTP status, and the `Code` of the body (assumed from the older API's error codes). */
const ERRORS = {
  BadRequestException: { status: 400, code: 'BadRequest' },
  ConflictException: { status: 409, code: 'Conflict' },
  ForbiddenException: { status: 403, code: 'Forbidden' },
  LimitExceededException: { status: 400, code: 'ResourceLimitExceeded' },
  NotFoundException: { status: 404, code: 'NotFound' },
  ResourceNotFoundException: { status: 404, code: 'NotFound' },
  ServiceFailureException: { status: 500, code: 'ServiceFailure' },
  ServiceUnavailableException: { status: 503, code: 'ServiceUnavailable' },
  ThrottlingException: { status: 429, code: 'Throttling' },
  TooManyTagsException: { status: 400, code: 'TooManyTags' },
  UnauthorizedException: { status: 401, code: 'Unauthorized' },
  UnprocessableEntityException: { status: 422, code: 'Unprocessable' },
} as const;

export type ErrorName = keyof typeof ERRORS;

/** What AWS answers for requests that do not reach an operation; no service's model has these. */
const FRONT_DOOR_ERRORS = {
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  SerializationException: 400,
  UnknownOperationException: 404,
} as const;

/** An answer that is an error of the model. */
export class ServiceError extends ApiError {
  /** The `Code` of the body, and of a batch's item. */
  readonly code: string;

  constructor(
    name: ErrorName,
    message: string,
    private readonly details: { readonly resourceName?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(name, ERRORS[name].status, message, true);
    this.code = ERRORS[name].code;
  }

  headers(): Record<string, string> {
    const { retryAfterSeconds } = this.details;
    return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  }

  body(requestId: string): object {
    const { resourceName } = this.details;
    return {
      Code: this.code,
      Message: this.message,
      RequestId: requestId,
      ...(resourceName === undefined ? {} : { ResourceName: resourceName }),
    };
  }
}

/** An answer of what stands in front of the operations: signatures, routing, parsing. */
export class FrontDoorError extends ApiError {
  constructor(name: keyof typeof FRONT_DOOR_ERRORS, message: string) {
    super(name, FRONT_DOOR_ERRORS[name], message, false);
  }
}

export const badRequest = (message: string): ServiceError => new ServiceError('BadRequestException', message);

export const notFound = (kind: 'Meeting' | 'Attendee', id: string): ServiceError =>
  new ServiceError('NotFoundException', `${kind} <${id}> not found`);

export const limitExceeded = (message: string): ServiceError => new ServiceError('LimitExceededException', message);
