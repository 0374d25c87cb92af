import { Batch, seatKey, SeatPools } from './seat-pools';
import { API_REQUESTS } from '../../../../private/quotas';
import { Deadline } from '../../../../private/runtime/deadline';
import { Pace } from '../../../../private/runtime/pace';
import { Attendee, AttendeeResult, Chime } from '../chime/chime';
import { MeetingError } from '../errors';
import { Room } from '../rooms/rooms';
import { SessionItem, Sessions } from '../rooms/sessions';

const BATCHES_AT_ONCE = 5;
const BATCHES_PER_ROUND = 25;
const BATCH_MS = 10_000;
/** The session has ended, or has as many attendees as it can have. The sweeper finds out why. */
const UNFILLABLE = ['NotFoundException', 'LimitExceededException'];

/** Creates attendees ahead, so that a join creates none. */
export class SeatFiller {
  private readonly pace = new Pace(API_REQUESTS.perSecond);

  constructor(
    private readonly sessions: Sessions,
    private readonly pools: SeatPools,
    private readonly chime: Chime,
  ) {}

  /**
   * Creates the seats of some batches.
   *
   * @param failed sessions to leave out. Those in which attendees could not be created are added
   * @returns whether there were any
   */
  async fill(room: Room, failed: Set<number>, deadline: Deadline): Promise<boolean> {
    const sessions = (await this.sessions.read(room)).filter(({ index }) => !failed.has(index));
    const queue = (await this.pools.next(room, sessions)).slice(0, BATCHES_PER_ROUND);
    const isAny = queue.length > 0;
    const work = async () => {
      for (let batch = queue.shift(); batch && !deadline.isOver; batch = queue.shift()) {
        await this.pace.turn(deadline);
        const attendees = await this.attendeesOf(batch, sessions, deadline);
        if (!attendees) continue; // the next round tries again
        if (attendees.size < batch.seats.length) failed.add(batch.session.index);
        if (attendees.size > 0) await this.pools.store(batch, attendees);
      }
    };
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work));
    return isAny;
  }

  /**
   * The attendees of a batch, by the keys of their seats. Without those that could not be created.
   *
   * @returns undefined if Amazon Chime SDK throttled the call, or did not respond
   */
  private async attendeesOf(
    { session, seats }: Batch,
    sessions: readonly SessionItem[],
    deadline: Deadline,
  ): Promise<Map<string, Attendee> | undefined> {
    const { meetingId } = sessions.find(({ index }) => index === session.index)!;
    const users = seats.map((seat) => seatKey(session, seat));
    // In a replica, everyone has the same capabilities, which are not specified.
    const results = await this.chime
      .createAttendees(meetingId, users, undefined, deadline.within(BATCH_MS))
      .catch((error: Error) => {
        if (UNFILLABLE.includes(error.name)) return new Map<string, AttendeeResult>();
        if (error instanceof MeetingError) return undefined;
        throw error;
      });
    if (!results) return undefined;
    return new Map([...results].flatMap(([key, result]) => ('errorCode' in result ? [] : [[key, result] as const])));
  }
}
