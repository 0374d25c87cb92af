import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { replicasToAdd } from '../../capacity';
import { Generations } from '../rooms/generations';
import { Room } from '../rooms/rooms';
import { Sessions } from '../rooms/sessions';
import { Fill } from '../seats/free-places';
import { garbageAt, keys } from '../store/keys';

/** How many seats were taken at a time. */
interface Count {
  readonly taken: number;
  readonly at: number;
  /** Since the count before. */
  readonly joinsPerSecond: number;
}

/** A rate is measured for at least this time. */
const SHORTEST_MS = 5_000;
/** Older counts say nothing about the present rate. */
const OUTDATED_MS = 3 * 60_000;

/** Adds replicas to a running meeting before the present ones are full. */
export class Growth {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly generations: Generations,
    private readonly sessions: Sessions,
  ) {}

  async grow(room: Room, deadline: Deadline): Promise<void> {
    const running = room.running!;
    if (running.spareReplicas.length === 0) return;
    const replicas = (await this.sessions.readFill(room)).filter(({ index }) => index > 0);
    const taken = sum(replicas, ({ used }) => used);
    const joinsPerSecond = await this.rate(room, taken);
    const seats =
      running.replicas.length * running.attendeesPerSession - sum(room.lost ?? [], () => running.attendeesPerSession);
    const count = replicasToAdd(running, { seats, taken, joinsPerSecond });
    if (count > 0) {
      await this.generations.grow(room, fullestFirst(running.spareReplicas, replicas).slice(0, count), deadline);
    }
  }

  /** The joins per second since the last count. */
  private async rate(room: Room, taken: number): Promise<number> {
    const at = Date.now();
    const pk = keys.count(room);
    const last = await this.table.get<Count>(pk);
    const elapsed = last ? at - last.at : Infinity;
    if (elapsed < SHORTEST_MS) return last!.joinsPerSecond;
    const joinsPerSecond = elapsed > OUTDATED_MS ? 0 : Math.max(0, taken - last!.taken) / (elapsed / 1000);
    await this.table.put({ pk, taken, at, joinsPerSecond, expiresAt: garbageAt() });
    return joinsPerSecond;
  }
}

/** The regions of spare replicas, beginning with those whose replicas are the fullest. */
function fullestFirst(
  spare: readonly string[],
  replicas: readonly (Fill & { readonly mediaRegion: string; readonly cap: number })[],
): string[] {
  const shareOf = (region: string) => {
    const there = replicas.filter(({ mediaRegion }) => mediaRegion === region);
    return (
      sum(there, ({ used }) => used) /
      Math.max(
        1,
        sum(there, ({ cap }) => cap),
      )
    );
  };
  return [...spare].sort((a, b) => shareOf(b) - shareOf(a));
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
