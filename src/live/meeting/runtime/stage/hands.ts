import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { noSeat } from '../errors';
import { handRaised } from '../events/meeting-events';
import { Outbox } from '../events/outbox';
import { Room } from '../rooms/rooms';
import { seatedIn } from '../seats/users';
import { garbageAt, keys } from '../store/keys';

export interface Hand {
  readonly externalUserId: string;
  /** RFC 3339. */
  readonly raisedAt: string;
}

interface HandItem {
  readonly user: string;
  readonly ord: string;
}

/** Positions are counted up to here. */
const LONGEST = 100;

/** The raised hands of a generation, in the order in which they were raised. */
export class Hands {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly outbox: Outbox,
  ) {}

  /** Raising the hand again keeps the position. */
  async raise(room: Room, user: string): Promise<void> {
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
    // A user who leaves at the same time must not leave a raised hand behind.
    const failed = await this.table.transact([
      this.table.checkIf(keys.user(uid, user), seatedIn(generation)),
      this.table.putIf(hand, { if: 'attribute_not_exists(pk)' }),
      this.outbox.entry(room, handRaised(user)),
    ]);
    if (failed.has(0)) throw noSeat(room);
  }

  async lower(room: Room, user: string): Promise<void> {
    await this.table.delete(keys.hand(room, user));
  }

  /** Eventually consistent. */
  async list(room: Room): Promise<Hand[]> {
    const items = await this.table.list<HandItem>(keys.hands(room));
    return items.map(({ user, ord }) => ({ externalUserId: user, raisedAt: ord }));
  }

  /** The raised hand of a user, with its position, beginning with 1. At most 100. */
  async find(room: Room, user: string): Promise<(Pick<Hand, 'raisedAt'> & { readonly position: number }) | undefined> {
    const hand = await this.table.get<HandItem>(keys.hand(room, user));
    if (!hand) return undefined;
    const { items } = await this.table.page<HandItem>(keys.hands(room), { limit: LONGEST });
    const before = items.filter(({ ord }) => ord < hand.ord).length;
    return { raisedAt: hand.ord, position: Math.min(before + 1, LONGEST) };
  }
}
