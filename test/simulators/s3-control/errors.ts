import { ApiError } from '../common/errors';

/** The model's exceptions. It gives none of them an HTTP status, so that they have REST-XML's: 400, and 500 for a fault. */
const ERRORS = {
  BadRequestException: 400,
  IdempotencyException: 400,
  InternalServiceException: 500,
  InvalidNextTokenException: 400,
  InvalidRequestException: 400,
  JobStatusException: 400,
  NotFoundException: 400,
  TooManyRequestsException: 400,
  TooManyTagsException: 400,
} as const;

export type ErrorName = keyof typeof ERRORS;

/** What S3 answers in front of its operations, and no model lists. */
const FRONT_DOOR_ERRORS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  InvalidRequest: 400,
  InvalidURI: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchJob: 404,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** An answer that is an error of the model. */
export class ServiceError extends ApiError {
  constructor(name: ErrorName, message: string) {
    super(name, ERRORS[name], message, true);
  }
}

/** An answer of what stands in front. The SDK hands it on as S3ControlServiceException, with the code as its name. */
export class FrontDoorError extends ApiError {
  constructor(name: keyof typeof FRONT_DOOR_ERRORS, message: string) {
    super(name, FRONT_DOOR_ERRORS[name], message, false);
  }
}

export const badRequest = (message: string): ServiceError => new ServiceError('BadRequestException', message);

export const malformedXml = (detail: string): FrontDoorError =>
  new FrontDoorError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema: ${detail}`,
  );
