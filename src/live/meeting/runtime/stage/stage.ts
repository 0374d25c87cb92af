import { Deadline } from '../../../../private/runtime/deadline';
import { Attendee } from '../chime/chime';
import { ended, MeetingError, notAllowed, throttled } from '../errors';
import { Generations } from '../rooms/generations';
import { isHeld, Room, Rooms } from '../rooms/rooms';
import { Attendees } from '../seats/attendees';
import { Place, PlaceKind, Places } from '../seats/places';
import { garbageAt, keys } from '../store/keys';
import { Table } from '../store/table';

/** What the client needs for `promoteToPrimaryMeeting`. */
export interface Promotion {
  readonly Attendee: Attendee;
  readonly PrimaryMeetingId: string;
}

export interface Hand {
  readonly externalUserId: string;
  /** RFC 3339. */
  readonly raisedAt: string;
}

interface HandItem {
  readonly user: string;
  readonly ord: string;
}

const POLL_MS = 150;

/** Who of the audience is in the primary session for a while, who wants to, and who must go. */
export class Stage {
  constructor(
    private readonly table: Table,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly places: Places,
    private readonly attendees: Attendees,
  ) {}

  async raiseHand(meeting: string, user: string): Promise<void> {
    const room = await this.live(meeting);
    await this.seatOf(room, user);
    const { uid, generation } = room;
    const hand = {
      pk: keys.hand(room, user),
      grp: keys.hands(room),
      ord: new Date().toISOString(),
      user,
      uid,
      generation,
      expiresAt: garbageAt(),
    };
    // Who raises the hand again keeps their turn.
    await this.table.transact([this.table.putIf(hand, { if: 'attribute_not_exists(pk)' })]);
  }

  async lowerHand(meeting: string, user: string): Promise<void> {
    await this.table.delete(keys.hand(await this.live(meeting), user));
  }

  /** In the order in which they were raised. */
  async hands(meeting: string): Promise<Hand[]> {
    const items = await this.table.list<HandItem>(keys.hands(await this.live(meeting)));
    return items.map(({ user, ord }) => ({ externalUserId: user, raisedAt: ord }));
  }

  /** Brings a participant into the primary; again for who is there already gives the same credentials. */
  async promote(meeting: string, user: string, deadline: Deadline): Promise<Promotion> {
    for (;;) {
      const room = await this.live(meeting);
      const seat = await this.seatOf(room, user);
      if (seat.index === 0) throw notAllowed('The user is in the primary session already, with a seat of their own.');
      const promoted = await this.tryToPromote(room, seat, deadline);
      if (promoted) {
        await this.table.delete(keys.hand(room, user));
        return promoted;
      }
      if (deadline.left < POLL_MS) throw throttled('The user is being promoted or demoted by others.', 1);
    }
  }

  /** Sends a promoted participant back to their replica, of which they have credentials already. */
  async demote(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.live(meeting);
    if (await this.giveUp('stage', room, user, deadline)) return;
    const seat = await this.seatOf(room, user);
    if (seat.index !== 0) return; // is where they belong
    throw notAllowed(
      'The user joined the primary session directly, and the service moves nobody from there to a replica.',
    );
  }

  /** Gives back what the user has; leaving twice is leaving. */
  async leave(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.rooms.get(meeting);
    if (room.state !== 'live') return;
    await this.table.delete(keys.hand(room, user));
    await this.giveUp('stage', room, user, deadline);
    await this.giveUp('seat', room, user, deadline);
  }

  async remove(meeting: string, user: string, ban: boolean, deadline: Deadline): Promise<void> {
    const { uid } = await this.rooms.get(meeting);
    // First the ban: a join in between finds it.
    if (ban) await this.table.put({ pk: keys.ban(uid, user), grp: keys.bans(uid), ord: user, user });
    await this.leave(meeting, user, deadline);
  }

  /** @returns nothing if others are at it */
  private async tryToPromote(room: Room, seat: Place, deadline: Deadline): Promise<Promotion | undefined> {
    const { user } = seat;
    const primaryMeetingId = room.primaryMeetingId!;
    let place = await this.places.find('stage', room, user);
    if (place?.state === 'taken') return { Attendee: place.attendee!, PrimaryMeetingId: primaryMeetingId };
    if (place?.state === 'leaving') {
      await this.attendees.withdraw(place, primaryMeetingId, deadline);
      return undefined;
    }
    if (place && isHeld(place)) {
      await deadline.pause(POLL_MS);
      return undefined;
    }
    place = place ? await this.places.takeOver(place) : await this.reserve(room, user, deadline);
    if (!place) return undefined;
    const issued = await this.attendees.issue(place, primaryMeetingId, deadline);
    if ('attendee' in issued) return { Attendee: issued.attendee, PrimaryMeetingId: primaryMeetingId };
    if (issued.failure === 'other') throw issued.error;
    if (issued.failure === 'full') throw stageFull(room);
    await this.generations.recover(room, room.sessions![0], deadline);
    return undefined;
  }

  private async reserve(room: Room, user: string, deadline: Deadline): Promise<Place | undefined> {
    const { uid, generation } = room;
    const session = { uid, generation, index: 0 };
    const reservation = (await this.places.reserve('stage', session, [user], 'participant')).get(user)!;
    if (reservation === 'full') throw stageFull(room);
    if (reservation === 'banned') throw notAllowed('The user is banned.');
    if (reservation === 'gone') await this.generations.recover(room, room.sessions![0], deadline);
    return typeof reservation === 'object' ? reservation : undefined;
  }

  /**
   * Withdraws what the user has, also if it changes meanwhile: a reservation is taken, a seat is left by another.
   *
   * @returns whether there was anything
   */
  private async giveUp(kind: PlaceKind, room: Room, user: string, deadline: Deadline): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      const place = await this.places.find(kind, room, user);
      if (!place) return attempt > 0;
      const session = room.sessions!.find(({ index }) => index === place.index);
      if (!session) {
        await this.places.abandon(place);
        return true;
      }
      if (await this.attendees.withdraw(place, session.meetingId, deadline)) return true;
      if (deadline.left < POLL_MS) throw throttled('The user is being seated or moved by others.', 1);
      await deadline.pause(POLL_MS * Math.random());
    }
  }

  private async live(meeting: string): Promise<Room> {
    const room = await this.rooms.get(meeting);
    if (room.state !== 'live') throw ended(`${meeting} does not live.`);
    return room;
  }

  private async seatOf(room: Room, user: string): Promise<Place> {
    const seat = await this.places.find('seat', room, user);
    if (!seat) throw new MeetingError('NotFound', `The user has no seat in ${room.config.meeting}.`);
    return seat;
  }
}

function stageFull({ running }: Room): MeetingError {
  return new MeetingError(
    'StageFull',
    `All ${running!.stageSlots} places on the stage of ${running!.meeting} are taken.`,
  );
}
