import { VACANT } from './places';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { garbageAt, GenerationAddress, keys } from '../store/keys';

/** Positions are counted up to here. */
const LONGEST = 250;
/** How long a user who does not ask again is counted. */
const PATIENCE_MS = 2 * 60_000;

/** The users who wait until the pools have created their seats, in the order in which they first asked. */
export class Queue {
  constructor(private readonly table: DynamoDbTable) {}

  /** The position of a user, beginning with 1. At most 250. */
  async positionOf({ uid, generation }: GenerationAddress, user: string): Promise<number> {
    const grp = keys.waiting({ uid, generation });
    const oldest = new Date(Date.now() - PATIENCE_MS).toISOString();
    await this.table.update(keys.user(uid, user), {
      set: { user, uid, generation, grp, ord: new Date().toISOString(), expiresAt: garbageAt() },
      remove: ['index', 'role', 'seat', 'attendee', 'stage', 'stageAttendee'],
      if: `(${VACANT}) AND (attribute_not_exists(#ord) OR #grp <> :grp OR #ord < :oldest)`,
      values: { oldest },
    });
    const { items } = await this.table.page<{ user: string }>(grp, { from: oldest, limit: LONGEST });
    const position = items.findIndex((item) => item.user === user);
    return position < 0 ? Math.min(items.length + 1, LONGEST) : position + 1;
  }
}
