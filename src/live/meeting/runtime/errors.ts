import { Code } from '../contract';

/** A refusal that callers are told: its name is the code. */
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

export const notFound = (meeting: string) => new MeetingError('NotFound', `There is no meeting ${meeting}.`);
export const notAllowed = (why: string) => new MeetingError('NotAllowed', why);
export const ended = (why: string) => new MeetingError('MeetingEnded', why);
export const throttled = (what: string, seconds: number) =>
  new MeetingError('Throttled', `${what} Try again later.`, Math.max(1, Math.ceil(seconds)));
export const unavailable = (what: string) => new MeetingError('ServiceUnavailable', what, 5);

export function isCode(error: unknown, ...codes: Code[]): error is MeetingError {
  return error instanceof MeetingError && codes.includes(error.code);
}
