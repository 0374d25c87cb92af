import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { Attendee } from '../chime/chime';
import { ended, MeetingError, notAllowed, throttled } from '../errors';
import { Generations } from '../rooms/generations';
import { Room, Rooms } from '../rooms/rooms';
import { Attendees, Issued } from '../seats/attendees';
import { Place, PlaceKind, Places } from '../seats/places';
import { garbageAt, keys } from '../store/keys';

/** The parameters of the client's `promoteToPrimaryMeeting`. */
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

/** Promotions of participants to the primary session, raised hands, and removals. */
export class Stage {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly places: Places,
    private readonly attendees: Attendees,
  ) {}

  async raiseHand(meeting: string, user: string): Promise<void> {
    const room = await this.runningRoom(meeting);
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
    await this.table.create(hand); // raising the hand again keeps the place in the queue
  }

  async lowerHand(meeting: string, user: string): Promise<void> {
    await this.table.delete(keys.hand(await this.runningRoom(meeting), user));
  }

  /** In the order in which the hands were raised. */
  async hands(meeting: string): Promise<Hand[]> {
    const items = await this.table.list<HandItem>(keys.hands(await this.runningRoom(meeting)));
    return items.map(({ user, ord }) => ({ externalUserId: user, raisedAt: ord }));
  }

  /** Promotes a participant to the primary session. A repeated call returns the same credentials. */
  async promote(meeting: string, user: string, deadline: Deadline): Promise<Promotion> {
    for (;;) {
      const room = await this.runningRoom(meeting);
      const seat = await this.seatOf(room, user);
      if (seat.index === 0) throw notAllowed('The user already has a seat in the primary session.');
      const promoted = await this.tryToPromote(room, seat, deadline);
      if (promoted) {
        await this.table.delete(keys.hand(room, user));
        return promoted;
      }
      if (deadline.left < POLL_MS) throw throttled('Another call is promoting or demoting the user.', 1);
    }
  }

  /** Demotes a participant, whose client returns to its replica with the credentials that it already has. */
  async demote(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.runningRoom(meeting);
    if (await this.giveUp('stage', room, user, deadline)) return;
    const seat = await this.seatOf(room, user);
    if (seat.index !== 0) return; // is not promoted
    throw notAllowed(
      'The user joined the primary session directly and cannot be moved to a replica. ' +
        'Remove the user, who can then join as a participant.',
    );
  }

  /** Frees the places of the user. Does nothing if there are none. */
  async leave(meeting: string, user: string, deadline: Deadline): Promise<void> {
    const room = await this.rooms.get(meeting);
    if (room.state !== 'live') return;
    await this.table.delete(keys.hand(room, user));
    await this.giveUp('stage', room, user, deadline);
    await this.giveUp('seat', room, user, deadline);
  }

  async remove(meeting: string, user: string, ban: boolean, deadline: Deadline): Promise<void> {
    const { uid } = await this.rooms.get(meeting);
    // The ban comes first, so that a concurrent join finds it.
    if (ban) await this.table.put({ pk: keys.ban(uid, user), grp: keys.bans(uid), ord: user, user });
    await this.leave(meeting, user, deadline);
  }

  /** @returns undefined if another call is changing the place of the user */
  private async tryToPromote(room: Room, seat: Place, deadline: Deadline): Promise<Promotion | undefined> {
    const { user } = seat;
    const primaryMeetingId = room.primaryMeetingId!;
    const place = await this.places.find('stage', room, user);
    const issued = place
      ? await this.attendees.resume(place, primaryMeetingId, deadline)
      : await this.issue(room, user, deadline);
    if (!issued) return undefined;
    if ('attendee' in issued) return { Attendee: issued.attendee, PrimaryMeetingId: primaryMeetingId };
    if (issued.failure === 'other') throw issued.error;
    if (issued.failure === 'full') throw stageFull(room);
    await this.generations.recover(room, room.sessions![0], deadline);
    return undefined;
  }

  private async issue(room: Room, user: string, deadline: Deadline): Promise<Issued | undefined> {
    const { uid, generation } = room;
    const session = { uid, generation, index: 0 };
    const reservation = (await this.places.reserve('stage', session, [user], 'participant')).get(user)!;
    if (reservation === 'full') throw stageFull(room);
    if (reservation === 'banned') throw notAllowed('The user is banned.');
    if (reservation === 'gone') await this.generations.recover(room, room.sessions![0], deadline);
    return typeof reservation === 'object'
      ? this.attendees.issue(reservation, room.primaryMeetingId!, deadline)
      : undefined;
  }

  /**
   * Withdraws the user's place, even if another call changes it in the meantime.
   *
   * @returns whether the user had a place
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
      if (deadline.left < POLL_MS) throw throttled('Another call is seating or moving the user.', 1);
      await deadline.pause(POLL_MS * Math.random());
    }
  }

  private async runningRoom(meeting: string): Promise<Room> {
    const room = await this.rooms.get(meeting);
    if (room.state !== 'live') throw ended(`Meeting "${meeting}" is not running.`);
    return room;
  }

  private async seatOf(room: Room, user: string): Promise<Place> {
    const seat = await this.places.find('seat', room, user);
    if (!seat) throw new MeetingError('NotFound', `The user has no seat in meeting "${room.config.meeting}".`);
    return seat;
  }
}

function stageFull({ running }: Room): MeetingError {
  return new MeetingError(
    'StageFull',
    `All ${running!.stageSlots} places on the stage of meeting "${running!.meeting}" are taken.`,
  );
}
