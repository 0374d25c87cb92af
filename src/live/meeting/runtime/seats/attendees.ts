import { Attendee, Chime } from '../chime/chime';
import { throttled, unavailable } from '../errors';
import { Place, Places } from './places';
import { Deadline } from '../../../../private/runtime/deadline';
import { isHeld } from '../rooms/rooms';

/** The outcome of creating the attendee for a reserved place. */
export type Issued =
  | { readonly attendee: Attendee }
  /** The session does not exist: its meeting has ended. */
  | { readonly failure: 'gone' }
  /** Amazon Chime SDK counts more attendees than the table. */
  | { readonly failure: 'full' }
  | { readonly failure: 'other'; readonly error: Error };

const POLL_MS = 150;
const BATCH_TRIES = 3;
/** Error codes of single attendees that can be retried. */
const RETRYABLE = /throttl|serviceunavailable|servicefailure|internal/i;

/**
 * Creates and deletes the attendees of places. If an attendee cannot be created, the reserved place is freed before the
 * error is reported. An attendee whose creation was not confirmed then has no place, and the sweeper deletes it.
 */
export class Attendees {
  constructor(
    private readonly chime: Chime,
    private readonly places: Places,
  ) {}

  async issue(place: Place, meetingId: string, deadline: Deadline): Promise<Issued> {
    let attendee: Attendee;
    try {
      attendee = await this.chime.createAttendee(meetingId, place.user, deadline);
    } catch (error) {
      return this.release(place, failureOf(error as Error));
    }
    return this.keep(place, attendee, meetingId, deadline);
  }

  /** Does the same as `issue` for many places, with one API call per 100 of them. */
  async issueAll(places: readonly Place[], meetingId: string, deadline: Deadline): Promise<Map<string, Issued>> {
    const issued = new Map<string, Issued>();
    let left = [...places];
    for (let attempt = 1; left.length > 0; attempt++) {
      const users = left.map(({ user }) => user);
      const results = await this.chime.createAttendees(meetingId, users, deadline).catch((error: Error) => error);
      const again: Place[] = [];
      await Promise.all(
        left.map(async (place) => {
          const result = results instanceof Error ? results : results.get(place.user);
          if (result instanceof Error) {
            issued.set(place.user, await this.release(place, failureOf(result)));
          } else if (result && !('errorCode' in result)) {
            issued.set(place.user, await this.keep(place, result, meetingId, deadline));
          } else if (attempt < BATCH_TRIES && !deadline.isOver && (!result || RETRYABLE.test(result.errorCode))) {
            again.push(place);
          } else {
            const code = result?.errorCode ?? 'no response';
            const error = unavailable(`Amazon Chime SDK did not create the attendee (${code}).`);
            issued.set(place.user, await this.release(place, failureOf(error, code)));
          }
        }),
      );
      left = again;
      if (left.length) await deadline.pause(100 * 2 ** attempt * Math.random());
    }
    return issued;
  }

  /**
   * Returns the attendee of an existing place, or completes what another call left unfinished.
   *
   * @returns undefined if the place has changed or another call is changing it
   */
  async resume(place: Place, meetingId: string, deadline: Deadline): Promise<Issued | undefined> {
    if (place.state === 'taken') return { attendee: place.attendee! };
    if (place.state === 'leaving') {
      await this.withdraw(place, meetingId, deadline);
    } else if (isHeld(place)) {
      await deadline.pause(POLL_MS * (0.5 + Math.random()));
    } else {
      const reserved = await this.places.takeOver(place);
      if (reserved) return this.issue(reserved, meetingId, deadline);
    }
    return undefined;
  }

  /** Deletes the attendee and frees the place. Another call can resume this at any point. */
  async withdraw(place: Place, meetingId: string | undefined, deadline: Deadline): Promise<boolean> {
    if (!(await this.places.startLeaving(place))) return false;
    if (place.attendee && meetingId) {
      await this.chime.deleteAttendee(meetingId, place.attendee.AttendeeId!, deadline);
    }
    return this.places.free({ ...place, state: 'leaving' });
  }

  private async keep(place: Place, attendee: Attendee, meetingId: string, deadline: Deadline): Promise<Issued> {
    if (await this.places.take(place, attendee)) return { attendee };
    // The place was removed, or its lease expired. A call that took it over may have received the same attendee,
    // because Amazon Chime SDK creates only one for each user.
    const now = await this.places.find(place.kind, place, place.user);
    const isInUse = now?.index === place.index && (!now.attendee || now.attendee.AttendeeId === attendee.AttendeeId);
    if (!isInUse) await this.chime.deleteAttendee(meetingId, attendee.AttendeeId!, deadline);
    return { failure: 'other', error: throttled('Another call took over the seat.', 1) };
  }

  private async release(place: Place, issued: Issued): Promise<Issued> {
    await this.places.free(place, 'reserved');
    return issued;
  }
}

/** @param code the name of the error, or the code in the result of a batch */
function failureOf(error: Error, code: string = error.name): Issued {
  if (/notfound/i.test(code)) return { failure: 'gone' };
  if (/limitexceeded/i.test(code)) return { failure: 'full' };
  return { failure: 'other', error };
}
