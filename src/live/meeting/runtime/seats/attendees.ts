import { Places } from './places';
import { Place } from './users';
import { Deadline } from '../../../../private/runtime/deadline';
import { RoomConfig } from '../../contract';
import { capabilitiesOf } from '../chime/capabilities';
import { Attendee, Chime } from '../chime/chime';
import { throttled, unavailable } from '../errors';
import { demoted, promoted } from '../events/meeting-events';
import { Outbox } from '../events/outbox';
import { isHeld, Room } from '../rooms/rooms';

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
    private readonly outbox: Outbox,
  ) {}

  async issue(place: Place, meetingId: string, room: RoomConfig, deadline: Deadline): Promise<Issued> {
    if (place.state === 'taken') return { attendee: place.attendee! }; // from a pool
    let attendee: Attendee;
    try {
      attendee = await this.chime.createAttendee(meetingId, place.user, capabilitiesOf(room, place), deadline);
    } catch (error) {
      return this.release(place, failureOf(error as Error));
    }
    return this.keep(place, attendee, meetingId, room, deadline);
  }

  /** Does the same as `issue` for many places, with one API call per 100 of them. */
  async issueAll(
    places: readonly Place[],
    meetingId: string,
    room: RoomConfig,
    deadline: Deadline,
  ): Promise<Map<string, Issued>> {
    const issued = new Map<string, Issued>();
    for (const { state, user, attendee } of places) if (state === 'taken') issued.set(user, { attendee: attendee! });
    let left = places.filter(({ user }) => !issued.has(user));
    const capabilities = places.length > 0 ? capabilitiesOf(room, places[0]) : undefined; // all have the same role
    for (let attempt = 1; left.length > 0; attempt++) {
      const users = left.map(({ user }) => user);
      const results = await this.chime
        .createAttendees(meetingId, users, capabilities, deadline)
        .catch((error: Error) => error);
      const again: Place[] = [];
      await Promise.all(
        left.map(async (place) => {
          const result = results instanceof Error ? results : results.get(place.user);
          if (result instanceof Error) {
            issued.set(place.user, await this.release(place, failureOf(result)));
          } else if (result && !('errorCode' in result)) {
            issued.set(place.user, await this.keep(place, result, meetingId, room, deadline));
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
  async resume(place: Place, room: Room, meetingId: string, deadline: Deadline): Promise<Issued | undefined> {
    if (place.state === 'taken') return { attendee: place.attendee! };
    if (place.state === 'leaving') {
      await this.withdraw(place, room, deadline);
    } else if (isHeld(place)) {
      await deadline.pause(POLL_MS * (0.5 + Math.random()));
    } else {
      const reserved = await this.places.takeOver(place);
      if (reserved) return this.issue(reserved, meetingId, room.running!, deadline);
    }
    return undefined;
  }

  /**
   * Deletes the attendee and frees the place; before a seat, also the user's place on the stage. Another call can resume
   * this at any point.
   *
   * @returns whether the place was as it was seen, and is free now
   */
  async withdraw(place: Place, room: Room, deadline: Deadline): Promise<boolean> {
    const leaving = await this.places.startLeaving(place);
    if (!leaving) return false;
    if (place.kind === 'seat') {
      const promotion = await this.places.find('stage', place, place.user);
      if (promotion && !(await this.withdraw(promotion, room, deadline))) return false;
    }
    const session = room.sessions?.find(({ index }) => index === place.index);
    if (session && leaving.attendeeId) {
      await this.chime.deleteAttendee(session.meetingId, leaving.attendeeId, deadline);
    }
    const wasPromoted = place.kind === 'stage' && leaving.attendeeId !== undefined;
    const events = wasPromoted ? [this.outbox.entry({ ...place, config: room.config }, demoted(place.user))] : [];
    return this.places.release(leaving, session === undefined, events);
  }

  private async keep(
    place: Place,
    attendee: Attendee,
    meetingId: string,
    config: RoomConfig,
    deadline: Deadline,
  ): Promise<Issued> {
    const events = place.kind === 'stage' ? [this.outbox.entry({ ...place, config }, promoted(place.user))] : [];
    if (await this.places.take(place, attendee, events)) return { attendee };
    // The place was removed, or its lease expired. A call that took it over may have received the same attendee,
    // because Amazon Chime SDK creates only one for each user.
    const now = await this.places.find(place.kind, place, place.user);
    const isSameSession = now?.index === place.index && now.state !== 'leaving';
    const isInUse = isSameSession && (!now.attendeeId || now.attendeeId === attendee.AttendeeId);
    if (!isInUse) await this.chime.deleteAttendee(meetingId, attendee.AttendeeId!, deadline);
    return { failure: 'other', error: throttled('Another call took over the seat.', 1) };
  }

  private async release(place: Place, issued: Issued): Promise<Issued> {
    await this.places.release(place);
    return issued;
  }
}

/** @param code the name of the error, or the code in the result of a batch */
function failureOf(error: Error, code: string = error.name): Issued {
  if (/notfound/i.test(code)) return { failure: 'gone' };
  if (/limitexceeded/i.test(code)) return { failure: 'full' };
  return { failure: 'other', error };
}
