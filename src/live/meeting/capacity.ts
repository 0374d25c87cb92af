import type { RoomConfig } from './contract';
import { API_REQUESTS, ATTENDEES_PER_BATCH, TABLE_UNITS_PER_SECOND } from '../../private/quotas';

/** The part of a room's configuration that determines how many people it seats. */
export type RoomSize = Pick<RoomConfig, 'replicas' | 'spareReplicas' | 'attendeesPerSession' | 'stageSlots'>;

/** The seats of a room. */
export interface RoomCapacity {
  readonly sessions: number;
  /** The seats of the primary session that are not reserved for the stage. */
  readonly presenters: number;
  /** The seats that participants can take: in the replicas or, without replicas, in the primary session. */
  readonly audience: number;
}

/** What happens when many people join a room that has started, all within a minute. */
export interface Arrival {
  /** The number of people who get a seat. */
  readonly seated: number;
  /** The number of replicas that seats for all people require. */
  readonly replicasNeeded: number;
  /** How long it takes if each join creates an attendee. */
  readonly secondsOneByOne: number;
  /** How long it takes if the attendees exist: as long as a new table takes for the writes and reads. */
  readonly secondsFromPool: number;
  /** How long it takes to create these attendees ahead. */
  readonly secondsToFillPool: number;
  /** The request units that the table needs in each second to seat everyone within a minute. */
  readonly writeUnitsPerSecond: number;
  readonly readUnitsPerSecond: number;
}

const WITHIN_SECONDS = 60;
const FREE_SHARE = 0.2;
/** How long it takes to create a replica and its first seats, and to find out that it is needed. */
const LEAD_SECONDS = 30;

/** The request units of a join from a pool. test/e2e/meetings-pool.e2e.ts measures them. */
export const JOIN_UNITS = { writes: 6, reads: 2 };

/** Includes the replicas that are added as the others fill. */
export function capacityOf({ replicas, spareReplicas, attendeesPerSession, stageSlots }: RoomSize): RoomCapacity {
  const presenters = attendeesPerSession - stageSlots;
  const mostReplicas = replicas.length + spareReplicas.length;
  const audience = mostReplicas > 0 ? mostReplicas * attendeesPerSession : presenters;
  return { sessions: 1 + mostReplicas, presenters, audience };
}

/** How full the replicas of a running meeting are. */
export interface Filling {
  readonly seats: number;
  readonly taken: number;
  readonly joinsPerSecond: number;
}

/**
 * The number of replicas to add, so that a fifth of the seats stays free, and as many as are taken until new replicas
 * have seats.
 */
export function replicasToAdd(
  { attendeesPerSession, spareReplicas }: RoomSize,
  { seats, taken, joinsPerSecond }: Filling,
): number {
  const ahead = Math.max(FREE_SHARE * seats, LEAD_SECONDS * joinsPerSecond);
  const missing = Math.ceil((taken + ahead - seats) / attendeesPerSession);
  return Math.min(spareReplicas.length, Math.max(0, missing));
}

export function arrivalOf(room: RoomSize, people: number): Arrival {
  const capacity = capacityOf(room);
  const seated = Math.min(people, capacity.audience);
  const writes = seated * JOIN_UNITS.writes;
  const reads = seated * JOIN_UNITS.reads;
  return {
    seated,
    replicasNeeded: Math.ceil(people / room.attendeesPerSession),
    secondsOneByOne: secondsFor(seated),
    secondsFromPool: Math.ceil(Math.max(writes / TABLE_UNITS_PER_SECOND.writes, reads / TABLE_UNITS_PER_SECOND.reads)),
    secondsToFillPool: secondsFor(batchesFor(room, seated)),
    writeUnitsPerSecond: Math.ceil(writes / WITHIN_SECONDS),
    readUnitsPerSecond: Math.ceil(reads / WITHIN_SECONDS),
  };
}

/** The number of calls that create attendees for the people: a batch is for one session. */
function batchesFor({ attendeesPerSession }: RoomSize, people: number): number {
  const perSession = Math.ceil(attendeesPerSession / ATTENDEES_PER_BATCH);
  const rest = people % attendeesPerSession;
  return Math.floor(people / attendeesPerSession) * perSession + Math.ceil(rest / ATTENDEES_PER_BATCH);
}

/** How long Amazon Chime SDK takes for calls of one operation. */
function secondsFor(calls: number): number {
  return Math.ceil(Math.max(0, calls - API_REQUESTS.burst) / API_REQUESTS.perSecond);
}
