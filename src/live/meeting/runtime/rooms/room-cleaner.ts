import { throttled } from '../errors';
import { Generations } from './generations';
import { RollOver } from './roll-over';
import { Garbage, isHeld, newLease, Room, Rooms } from './rooms';
import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { SeatPools } from '../pool/seat-pools';
import { Places } from '../seats/places';
import { GenerationAddress, keys } from '../store/keys';

const POLL_MS = 500;
const LEASE_MS = 60_000;

/** Deletes the items of ended generations, and entire rooms. */
export class RoomCleaner {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly places: Places,
    private readonly pools: SeatPools,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly rollOver: RollOver,
  ) {}

  /** Deletes the items of ended generations. No items are added to them, because their sessions are gone. */
  async clearGarbage(room: Room): Promise<void> {
    const { uid, garbage = [] } = room;
    if (garbage.length === 0) return;
    for (const each of garbage) await this.clearGeneration(uid, each);
    await this.rooms.change(room, { remove: ['garbage'], if: '#garbage = :garbage', values: { garbage } });
  }

  /**
   * Ends the running generation, and deletes the room with all its items. Also works after an interrupted start.
   *
   * @param owner a room of another owner is not touched
   */
  async remove(meeting: string, owner: string, deadline: Deadline): Promise<void> {
    for (;;) {
      const room = await this.rooms.find(meeting);
      if (!room || room.owner !== owner) return;
      if (deadline.left <= POLL_MS) throw throttled(`Meeting "${meeting}" is ${room.state}.`, 30);
      if (isHeld(room)) {
        await deadline.pause(POLL_MS);
      } else if (room.state === 'idle' || room.state === 'ended') {
        await this.rollOver.abandon(room, deadline);
        if (await this.removeAtRest((await this.rooms.find(meeting)) ?? room)) return;
      } else if (room.state === 'starting') {
        await this.generations.abandonStart(room, deadline);
      } else {
        await this.generations.end(room, 'ended', deadline);
      }
    }
  }

  private async removeAtRest(seen: Room): Promise<boolean> {
    const lease = newLease(LEASE_MS); // prevents a start in the meantime
    if (!(await this.rooms.change(seen, { set: { lease } }))) return false;
    const { uid, generation, config, running = config, garbage = [] } = seen;
    const last = { generation, sessions: 1 + running.replicas.length };
    for (const each of [...garbage, last]) await this.clearGeneration(uid, each);
    await this.table.deleteAll(keys.bans(uid));
    return this.rooms.delete({ ...seen, lease });
  }

  private async clearGeneration(uid: string, { generation, sessions }: Garbage): Promise<void> {
    const address = { uid, generation };
    await this.table.deleteAll(keys.sessions(address));
    // Calls that were in progress when the generation ended can still free the places of users, and take free places.
    do await this.clearFree(address, sessions);
    while (await this.places.clearUsers(address, sessions));
    for (const key of [keys.wake(address), keys.work(address), keys.count(address)]) await this.table.delete(key);
    await this.table.deleteAll(keys.hands(address));
    await this.table.deleteAll(keys.leaves(address));
  }

  private async clearFree(address: GenerationAddress, sessions: number): Promise<void> {
    for (let index = 0; index < sessions; index++) await this.pools.clear({ ...address, index });
    await this.places.clearFree(address, sessions);
  }
}
