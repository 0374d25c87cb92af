import { ApiError } from '../common/errors';

/** The exceptions of the model: the HTTP status, and the `Code` in the body (assumed to be that of the older API). */
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

/** The errors for requests that do not reach an operation. Service models do not list them. */
const FRONT_DOOR_ERRORS = {
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  SerializationException: 400,
  UnknownOperationException: 404,
} as const;

/** An error of the model. */
export class ServiceError extends ApiError {
  /** The `Code` in the body, or of an item in a batch. */
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

/** An error that occurs before the operation: in the signature, the path or the body. */
export class FrontDoorError extends ApiError {
  constructor(name: keyof typeof FRONT_DOOR_ERRORS, message: string) {
    super(name, FRONT_DOOR_ERRORS[name], message, false);
  }
}

export const badRequest = (message: string): ServiceError => new ServiceError('BadRequestException', message);

export const notFound = (kind: 'Meeting' | 'Attendee', id: string): ServiceError =>
  new ServiceError('NotFoundException', `${kind} <${id}> not found`);

export const limitExceeded = (message: string): ServiceError => new ServiceError('LimitExceededException', message);
