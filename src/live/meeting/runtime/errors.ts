import { Code } from '../contract';

/** Internal errors are logged, and not disclosed to the caller. */
export const INTERNAL_ERROR = 'Internal error. The log of the function has the details.';

/** An error that is reported to the caller, whose name is the error code. */
export class MeetingError extends Error {
  constructor(
    readonly code: Exclude<Code, 'ValidationError'>,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(retryAfterSeconds === undefined ? message : `${message} (retryAfterSeconds: ${retryAfterSeconds})`);
    this.name = code;
  }
}

export const notFound = (meeting: string) => new MeetingError('NotFound', `Meeting "${meeting}" does not exist.`);
export const notAllowed = (why: string) => new MeetingError('NotAllowed', why);
export const ended = (why: string) => new MeetingError('MeetingEnded', why);
export const throttled = (what: string, seconds: number) =>
  new MeetingError('Throttled', `${what} Try again later.`, Math.max(1, Math.ceil(seconds)));
export const unavailable = (what: string) => new MeetingError('ServiceUnavailable', what, 5);
