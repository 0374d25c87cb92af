import { Attendee, Chime, refusalOf } from '../chime/chime';
import { throttled, unavailable } from '../errors';
import { Place, Places } from './places';
import { Deadline } from '../../../../private/runtime/deadline';

/** What came of the attempt to give a reserved place its attendee. */
export type Issued =
  | { readonly attendee: Attendee }
  /** The session is gone: its meeting has ended. */
  | { readonly failure: 'gone' }
  /** The service counts more attendees than we do. */
  | { readonly failure: 'full' }
  | { readonly failure: 'other'; readonly error: Error };

const BATCH_TRIES = 3;
/** Codes of single attendees that failed for a reason that passes. */
const PASSING = /throttl|serviceunavailable|servicefailure|internal/i;

/**
 * Where a place gets its attendee. Whatever goes wrong, a reserved place is given back before the caller is told; an
 * attendee that a lost answer hides has no place then, and the sweeper deletes it.
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
      return this.giveBack(place, failureOf(error));
    }
    return this.keep(place, attendee, meetingId, deadline);
  }

  /** Up to 100 requests' worth of `issue` in one call of the service. */
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
            issued.set(place.user, await this.giveBack(place, failureOf(result)));
          } else if (result && !('errorCode' in result)) {
            issued.set(place.user, await this.keep(place, result, meetingId, deadline));
          } else if (attempt < BATCH_TRIES && !deadline.isOver && (!result || PASSING.test(result.errorCode))) {
            again.push(place);
          } else {
            issued.set(place.user, await this.giveBack(place, batchFailure(result?.errorCode)));
          }
        }),
      );
      left = again;
      if (left.length) await deadline.pause(100 * 2 ** attempt * Math.random());
    }
    return issued;
  }

  /** Deletes the attendee and frees the place; can be done again by another at any point. */
  async withdraw(place: Place, meetingId: string | undefined, deadline: Deadline): Promise<boolean> {
    if (!(await this.places.startLeaving(place))) return false;
    if (place.attendee && meetingId) {
      await this.chime.deleteAttendee(meetingId, place.attendee.AttendeeId!, deadline);
    }
    return this.places.free({ ...place, state: 'leaving' });
  }

  private async keep(place: Place, attendee: Attendee, meetingId: string, deadline: Deadline): Promise<Issued> {
    if (await this.places.take(place, attendee)) return { attendee };
    // The place was taken away in between: by a removal, or because we were too slow. Whoever has it now may have been
    // given the same attendee: the service makes one of each user.
    const now = await this.places.find(place.kind, place, place.user);
    const isTheirs = now?.index === place.index && (!now.attendee || now.attendee.AttendeeId === attendee.AttendeeId);
    if (!isTheirs) await this.chime.deleteAttendee(meetingId, attendee.AttendeeId!, deadline);
    return { failure: 'other', error: throttled('The seat was given to another in between.', 1) };
  }

  private async giveBack(place: Place, issued: Issued): Promise<Issued> {
    await this.places.free(place, 'reserved');
    return issued;
  }
}

function failureOf(error: unknown): Issued {
  const refusal = refusalOf(error);
  if (refusal === 'NotFound') return { failure: 'gone' };
  if (refusal === 'LimitExceeded') return { failure: 'full' };
  return { failure: 'other', error: error as Error };
}

function batchFailure(code: string = 'no answer'): Issued {
  if (/notfound/i.test(code)) return { failure: 'gone' };
  if (/limitexceeded/i.test(code)) return { failure: 'full' };
  return { failure: 'other', error: unavailable(`The service did not create the attendee (${code}).`) };
}
