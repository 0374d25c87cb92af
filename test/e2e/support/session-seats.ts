import { MeetingsWorld } from './meetings-world';

/** The places of a session in the table. In every state, `free` and `taken` add up to `places`. */
export interface Places {
  readonly places: number;
  readonly free: number;
  /** The id of the attendee of each user, as the table has it. */
  readonly taken: ReadonlyMap<string, string>;
}

export interface SessionSeats {
  readonly meeting: string;
  readonly index: number;
  readonly seats: Places;
  readonly stage: Places;
}

/** Reads the seats of all running sessions. Depends on how items store them. */
export async function sessionSeats(world: MeetingsWorld): Promise<SessionSeats[]> {
  const rows = await world.rows();
  const sessions = rows.filter(({ pk }) => pk.startsWith('session#'));
  return sessions.map(({ room, uid, generation, index, cap, stageCap, pooled }) => {
    const users = rows.filter((row) => row.uid === uid && row.generation === generation && row.pk.startsWith('user#'));
    const placesOf = (kind: 'seat' | 'stage', group: string, places: number): Places => {
      const holders = users.filter((row) => row[kind] && (kind === 'stage' ? index === 0 : row.index === index));
      const taken = new Map(holders.map((row) => [row.user as string, row[kind].attendeeId as string]));
      const session = `${uid}#${generation}#${index}`;
      const free = rows.filter(({ grp }) => grp === `${group}#${session}`).length;
      return { places, taken, free: free + (pooled && kind === 'seat' ? toFill(rows, session, cap) : 0) };
    };
    return { meeting: room, index, seats: placesOf('seat', 'seats', cap), stage: placesOf('stage', 'slots', stageCap) };
  });
}

/** The seats that the pool of a session must still create. */
function toFill(rows: readonly Record<string, any>[], session: string, cap: number): number {
  const created = rows.find(({ pk }) => pk === `fill#${session}`)?.created ?? cap;
  return cap - created + rows.filter(({ grp }) => grp === `refills#${session}`).length;
}

/** Sessions with places that are missing or surplus. */
export function unbalanced(sessions: readonly SessionSeats[]): string[] {
  return sessions.flatMap(({ meeting, index, seats, stage }) =>
    Object.entries({ seats, stage })
      .filter(([, { places, free, taken }]) => free + taken.size !== places)
      .map(
        ([kind, { places, free, taken }]) => `${kind} of ${meeting} ${index}: ${free} and ${taken.size} of ${places}`,
      ),
  );
}
