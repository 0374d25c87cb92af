import { Code } from '../contract';

/** What a pool creates about: ten batches of 84 seats per second, shared with other rooms. */
const SEATS_PER_SECOND = 200;

/** Internal errors are logged, and not disclosed to the caller. */
export const INTERNAL_ERROR = 'Internal error. The log of the function has the details.';

/** An error that is reported to the caller, whose name is the error code. */
export class MeetingError extends Error {
  constructor(
    readonly code: Exclude<Code, 'ValidationError'>,
    message: string,
    readonly retryAfterSeconds?: number,
    /** The position in the queue for a seat, beginning with 1. */
    readonly position?: number,
  ) {
    const details = Object.entries({ retryAfterSeconds, position }).filter(([, value]) => value !== undefined);
    const suffix = details.map(([name, value]) => `${name}: ${value}`).join(', ');
    super(suffix ? `${message} (${suffix})` : message);
    this.name = code;
  }
}

/** The part of a room that messages name. */
interface Named {
  readonly config: { readonly meeting: string };
}

export const notFound = (meeting: string) => new MeetingError('NotFound', `Meeting "${meeting}" does not exist.`);
export const noSeat = ({ config }: Named) =>
  new MeetingError('NotFound', `The user has no seat in meeting "${config.meeting}".`);
export const notAllowed = (why: string) => new MeetingError('NotAllowed', why);
/** @param seconds if the meeting can be expected to start, when to try again */
export const ended = (why: string, seconds?: number) =>
  new MeetingError('MeetingEnded', why, seconds && Math.ceil(seconds));
export const throttled = (what: string, seconds: number) =>
  new MeetingError('Throttled', `${what} Try again later.`, Math.max(1, Math.ceil(seconds)));
export const unavailable = (what: string) => new MeetingError('ServiceUnavailable', what, 5);
/** @param position how many users have asked for a seat before, plus one */
export const queued = ({ config }: Named, position: number) =>
  new MeetingError(
    'Throttled',
    `Seats of meeting "${config.meeting}" are being created or freed. Try again later.`,
    Math.ceil(1 + Math.random() + position / SEATS_PER_SECOND),
    position,
  );
