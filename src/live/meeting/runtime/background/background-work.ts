import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { Publisher } from '../events/publisher';
import { Growth } from '../pool/growth';
import { SeatFiller } from '../pool/seat-filler';
import { isDue, RollOver } from '../rooms/roll-over';
import { Lease, newLease, Room, Rooms } from '../rooms/rooms';
import { Departures } from '../seats/departures';
import { garbageAt, keys } from '../store/keys';
import { Telemetry } from '../telemetry';

/** If a call is interrupted, another one takes over after this time. */
const LEASE_MS = 30_000;
/** Shorter than the lease. */
const ROLL_OVER_MS = 25_000;
/** Without this time, no further round is started. */
const ROUND_MS = 10_000;
/** How the keys of events begin. */
const EVENTS = 'event#';

/** A batch of changes of the table, of which only the keys are known. */
export interface StreamEvent {
  readonly Records: readonly { readonly dynamodb: { readonly Keys: { readonly pk: { readonly S: string } } } }[];
}

export function isStreamEvent(event: object): event is StreamEvent {
  const { Records } = event as Partial<StreamEvent>;
  return Array.isArray(Records) && Records[0]?.dynamodb !== undefined;
}

/**
 * The work that users do not wait for: attendees of users who left are deleted, replicas are added, and seats are
 * created ahead. One call at a time does it for a room.
 */
export class BackgroundWork {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly rooms: Rooms,
    private readonly rollOver: RollOver,
    private readonly departures: Departures,
    private readonly growth: Growth,
    private readonly filler: SeatFiller,
    private readonly publisher: Publisher,
    private readonly telemetry: Telemetry,
  ) {}

  /** Publishes new events, and does the work of the rooms to which the other items belong. */
  async handle({ Records }: StreamEvent, deadline: Deadline): Promise<void> {
    const changed = Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
    const events = changed.filter((key) => key.startsWith(EVENTS));
    const primaries = changed.filter((key) => !key.startsWith(EVENTS)).map(primaryOf);
    // The sweeper publishes what cannot be published now. The work does not have to be repeated for that.
    const publishing = this.publisher.publish(events).catch((error) => this.telemetry.notPublished(error));
    const found = await this.table.getAll<{ readonly room: string }>([...new Set(primaries)]);
    const outcomes = await Promise.allSettled([...found.values()].map(({ room }) => this.run(room, deadline)));
    await publishing;
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
  }

  /** Does the work of a room as far as the time allows. Does nothing if another call is doing it. */
  async run(meeting: string, deadline: Deadline): Promise<void> {
    const room = await this.rooms.find(meeting);
    if (room?.state !== 'live') return;
    const lease = newLease(LEASE_MS);
    if (!(await this.acquire(room, lease))) return;
    try {
      if (isDue(room)) await this.rollOver.rollOver(room, deadline.within(ROLL_OVER_MS));
      await this.growth.grow(room, deadline);
      /** Sessions in which attendees could not be created. The next call tries again. */
      const failed = new Set<number>();
      while (deadline.left > ROUND_MS) {
        const now = await this.rooms.find(meeting);
        if (now?.state !== 'live' || now.generation !== room.generation) return;
        const within = deadline.within(deadline.left - ROUND_MS);
        const [wasCompleted, wasFilled] = await Promise.all([
          this.departures.complete(now, within),
          this.filler.fill(now, failed, within),
        ]);
        if ((!wasCompleted && !wasFilled) || !(await this.renew(room, lease))) return;
      }
    } finally {
      await this.table.delete(keys.work(room), { if: '#lease.#id = :id', values: { id: lease.id } });
    }
  }

  private async acquire(room: Room, lease: Lease): Promise<boolean> {
    const key = keys.work(room);
    const acquired = await this.table.update(key, {
      set: { lease, expiresAt: garbageAt() },
      if: 'attribute_not_exists(#lease) OR #lease.#until < :now',
      values: { now: Date.now() },
    });
    // The SDK repeats a write whose response was lost. The repetition then finds the lease itself.
    return acquired || (await this.table.get<{ lease: Lease }>(key))?.lease.id === lease.id;
  }

  /** @returns false if another call took over */
  private renew(room: Room, { id }: Lease): Promise<boolean> {
    const lease = { id, until: Date.now() + LEASE_MS };
    return this.table.update(keys.work(room), { set: { lease }, if: '#lease.#id = :id', values: { id } });
  }
}

/** The item that says to which room an item belongs. */
function primaryOf(key: string): string {
  const [, uid, generation] = key.split('#');
  return keys.session({ uid, generation: Number(generation), index: 0 });
}
