import { Hands } from './hands';
import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee } from '../chime/chime';
import { ended, MeetingError, noSeat, notAllowed, throttled } from '../errors';
import { removed } from '../events/meeting-events';
import { Outbox } from '../events/outbox';
import { Generations } from '../rooms/generations';
import { previousOf, Room, Rooms } from '../rooms/rooms';
import { Attendees, Issued } from '../seats/attendees';
import { Departures } from '../seats/departures';
import { Places } from '../seats/places';
import { Seating } from '../seats/seating';
import { Place, placeOf, unusedUntil, UserItem } from '../seats/users';
import { PlaceKind } from '../store/keys';

/** The parameters of the client's `promoteToPrimaryMeeting`. */
export interface Promotion {
  readonly Attendee: Attendee;
  readonly PrimaryMeetingId: string;
}

/** A promotion, a raised hand, or neither. */
export type StageState =
  | {
      readonly state: 'promoted';
      readonly promotion: Promotion;
      readonly accepted: boolean;
      /** RFC 3339. Only while the promotion expires unless it is used. */
      readonly expiresAt?: string;
      readonly retryAfterSeconds: number;
    }
  | {
      readonly state: 'handRaised';
      readonly raisedAt: string;
      readonly position: number;
      readonly retryAfterSeconds: number;
    }
  | { readonly state: 'none' };

const POLL_MS = 150;
/** How often the user of a promotion asks for it: until it is accepted, and afterwards. */
const OFFERED_SECONDS = 10;
const ACCEPTED_SECONDS = 30;
/** How often a user with a raised hand asks: less often the longer the queue is. */
const NEXT_SECONDS = 2;
const PLACES_PER_SECOND = 5;

/** Promotions of participants to the primary session, and removals. */
export class Stage {
  constructor(
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly seating: Seating,
    private readonly places: Places,
    private readonly attendees: Attendees,
    private readonly departures: Departures,
    private readonly hands: Hands,
    private readonly outbox: Outbox,
    /** Whether promotions expire that are not used. */
    private readonly expires: boolean,
  ) {}

  /** The promotion of a participant with its credentials, or the position of the raised hand. */
  async get(meeting: string, user: string): Promise<StageState> {
    const room = await this.rooms.getLive(meeting);
    const place = placeOf('stage', await this.itemOf(room, user));
    if (place?.state === 'taken') return this.promoted(room, place);
    const hand = await this.hands.find(room, user);
    if (!hand) return { state: 'none' };
    const retryAfterSeconds = NEXT_SECONDS + Math.floor(hand.position / PLACES_PER_SECOND);
    return { state: 'handRaised', ...hand, retryAfterSeconds };
  }

  /** Accepts a promotion. A repeated call returns the same credentials. */
  async accept(meeting: string, user: string, deadline: Deadline): Promise<Promotion> {
    for (;;) {
      const room = await this.rooms.getLive(meeting);
      const place = placeOf('stage', await this.itemOf(room, user));
      if (place?.state !== 'taken') throw new MeetingError('NotFound', 'The user is not promoted.');
      const isAccepted = place.acceptedAt !== undefined || (await this.places.accept(place));
      if (isAccepted) return promotionOf(room, place.attendee!);
      await this.pause(deadline);
    }
  }

  /** Refuses a promotion, or leaves the stage. Does nothing if there is no promotion. */
  async decline(meeting: string, user: string, deadline: Deadline): Promise<void> {
    await this.giveUp('stage', await this.rooms.getLive(meeting), user, deadline);
  }

  /** Promotes a participant to the primary session. A repeated call returns the same credentials. */
  async promote(meeting: string, user: string, deadline: Deadline): Promise<Promotion> {
    for (;;) {
      const room = await this.rooms.getLive(meeting);
      const item = await this.itemOf(room, user);
      if (item.index === 0) throw notAllowed('The user already has a seat in the primary session.');
      const promoted = await this.tryToPromote(room, item, deadline);
      if (promoted) {
        await this.hands.lower(room, user);
        return promoted;
      }
      await this.pause(deadline);
    }
  }

  /** Demotes a participant, whose client returns to its replica with the credentials that it already has. */
  async demote(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.rooms.getLive(meeting);
    if (await this.giveUp('stage', room, user, deadline)) return;
    if (await this.giveUpInPrevious('stage', room, user, deadline)) return;
    const { index } = await this.itemOf(room, user);
    if (index !== 0) return; // is not promoted
    throw notAllowed(
      'The user joined the primary session directly and cannot be moved to a replica. ' +
        'Remove the user, who can then join as a participant.',
    );
  }

  /** Takes the places from the user, whose attendees are deleted later. Does nothing if there are none. */
  async leave(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.rooms.get(meeting);
    if (room.state !== 'live') return;
    await this.hands.lower(room, user);
    if (await this.giveUp('seat', room, user, deadline, (seat) => this.departures.leave(seat))) return;
    await this.giveUpInPrevious('seat', room, user, deadline);
  }

  async remove(meeting: string, user: string, ban: boolean, deadline: Deadline): Promise<void> {
    const { uid } = await this.rooms.get(meeting);
    // The ban comes first, so that a concurrent join finds it.
    if (ban) await this.places.ban(uid, user);
    const room = await this.rooms.get(meeting);
    if (room.state === 'live') {
      await this.hands.lower(room, user);
      await this.giveUp('seat', room, user, deadline);
      await this.giveUpInPrevious('seat', room, user, deadline);
    }
    await this.outbox.put(room, removed(user, ban));
  }

  /** @returns undefined if another call is changing the places of the user */
  private async tryToPromote(room: Room, item: UserItem, deadline: Deadline): Promise<Promotion | undefined> {
    const primaryMeetingId = room.primaryMeetingId!;
    const place = placeOf('stage', item);
    const issued = place
      ? await this.attendees.resume(place, room, primaryMeetingId, deadline)
      : await this.issue(room, placeOf('seat', item)!, deadline);
    if (!issued) return undefined;
    if ('attendee' in issued) return promotionOf(room, issued.attendee);
    if (issued.failure === 'other') throw issued.error;
    if (issued.failure === 'full') throw stageFull(room);
    await this.generations.recover(room, room.sessions![0], deadline);
    return undefined;
  }

  private async issue(room: Room, seat: Place, deadline: Deadline): Promise<Issued | undefined> {
    const place = await this.seating.promote(seat, room.running!.stageSlots);
    if (place === 'full') throw stageFull(room);
    return place === 'changed'
      ? undefined
      : this.attendees.issue(place, room.primaryMeetingId!, room.running!, deadline);
  }

  /**
   * Withdraws the user's place, even if another call changes it in the meantime. With the generation, the place ends.
   *
   * @returns whether the user had a place
   */
  private async giveUp(
    kind: PlaceKind,
    seen: Room,
    user: string,
    deadline: Deadline,
    withdraw?: (place: Place) => Promise<boolean>,
  ): Promise<boolean> {
    let room = seen;
    for (let attempt = 0; ; attempt++) {
      const place = await this.places.find(kind, room, user);
      if (!place) return attempt > 0;
      if (await (withdraw?.(place) ?? this.attendees.withdraw(place, room, deadline))) return true;
      await this.pause(deadline);
      const now = await this.rooms.get(room.config.meeting);
      const same = [now, previousOf(now)].find((each) => each?.generation === seen.generation);
      if (now.state !== 'live' || !same) return true;
      room = same;
    }
  }

  /** Does the same for a user who has not moved to the running generation yet. */
  private async giveUpInPrevious(kind: PlaceKind, room: Room, user: string, deadline: Deadline): Promise<boolean> {
    const previous = previousOf(room);
    return previous !== undefined && this.giveUp(kind, previous, user, deadline);
  }

  private promoted(room: Room, place: Place): StageState {
    const until = this.expires ? unusedUntil(place) : undefined;
    const accepted = place.acceptedAt !== undefined;
    return {
      state: 'promoted',
      promotion: promotionOf(room, place.attendee!),
      accepted,
      expiresAt: until === undefined ? undefined : new Date(until).toISOString(),
      retryAfterSeconds: accepted ? ACCEPTED_SECONDS : OFFERED_SECONDS,
    };
  }

  private async pause(deadline: Deadline): Promise<void> {
    if (deadline.left < POLL_MS) throw throttled('Another call is seating, promoting or demoting the user.', 1);
    await deadline.pause(POLL_MS * Math.random());
  }

  /** The item of a user who has a seat and is not leaving. */
  private async itemOf(room: Room, user: string): Promise<UserItem> {
    const item = await this.places.item(room, user);
    if (item?.generation === room.generation && item.seat && item.seat.state !== 'leaving') return item;
    if (item?.seat && item.generation === room.previous?.generation) {
      throw ended(`Meeting "${room.config.meeting}" continues in another session. Join again.`);
    }
    throw noSeat(room);
  }
}

function promotionOf({ primaryMeetingId }: Room, attendee: Attendee): Promotion {
  return { Attendee: attendee, PrimaryMeetingId: primaryMeetingId! };
}

function stageFull({ running }: Room): MeetingError {
  return new MeetingError(
    'StageFull',
    `All ${running!.stageSlots} places on the stage of meeting "${running!.meeting}" are taken.`,
  );
}
