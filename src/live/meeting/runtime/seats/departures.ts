import { Attendees } from './attendees';
import { Places } from './places';
import { Place } from './users';
import { API_REQUESTS } from '../../../../private/quotas';
import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { Pace } from '../../../../private/runtime/pace';
import { Room } from '../rooms/rooms';
import { garbageAt, GenerationAddress, keys } from '../store/keys';

/** Less than the quota, because hosts remove and demote users at the same time. */
const PER_SECOND = API_REQUESTS.perSecond * 0.8;
const PER_ROUND = 25;
/** Another round, or the sweeper, tries again. */
const WITHDRAWAL_MS = 10_000;

interface Departure {
  readonly pk: string;
  readonly user: string;
}

/** Users who have left, and whose attendees must still be deleted, in the order in which they left. */
export class Departures {
  private readonly pace = new Pace(PER_SECOND);

  constructor(
    private readonly table: DynamoDbTable,
    private readonly places: Places,
    private readonly attendees: Attendees,
  ) {}

  /**
   * Takes the seat from the user. The attendees are deleted later.
   *
   * @returns whether the seat was as it was seen
   */
  async leave(seat: Place): Promise<boolean> {
    const { uid, generation, user } = seat;
    // First, so that a leave that is interrupted is completed.
    await this.table.put({
      pk: keys.leave(seat, user),
      grp: keys.leaves({ uid, generation }),
      ord: new Date().toISOString(),
      user,
      expiresAt: garbageAt(),
    });
    if (await this.places.startLeaving(seat)) return true;
    // The generation may have ended, and its items may have been deleted.
    await this.table.delete(keys.leave(seat, user));
    return false;
  }

  /** Whether attendees must still be deleted. Eventually consistent. */
  async isAny(generation: GenerationAddress): Promise<boolean> {
    return (await this.next(generation, 1)).length > 0;
  }

  /** Deletes the attendees of some users. @returns whether there were any */
  async complete(room: Room, deadline: Deadline): Promise<boolean> {
    const departures = await this.next(room, PER_ROUND);
    for (const { pk, user } of departures) {
      await this.pace.turn(deadline);
      if (deadline.isOver) break;
      const seat = await this.places.find('seat', room, user);
      // The user may have returned.
      if (seat?.state === 'leaving') await this.attendees.withdraw(seat, room, deadline.within(WITHDRAWAL_MS));
      await this.table.delete(pk);
    }
    return departures.length > 0;
  }

  private async next(generation: GenerationAddress, limit: number): Promise<Departure[]> {
    return (await this.table.page<Departure>(keys.leaves(generation), { limit })).items;
  }
}
