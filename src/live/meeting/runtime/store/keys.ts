/** Identifies a generation of a room. */
export interface GenerationAddress {
  /** The unique id of the room, which is never reused. */
  readonly uid: string;
  readonly generation: number;
}

/** Identifies a session of a generation. Index 0 is the primary. */
export interface SessionAddress extends GenerationAddress {
  readonly index: number;
}

/** A seat in a session, or a place on the stage, which is in the primary session. */
export type PlaceKind = 'seat' | 'stage';

/** The places of one kind in one session. */
export interface Pool extends SessionAddress {
  readonly kind: PlaceKind;
}

/** How the items of free places begin. */
const FREE = { seat: 'seat', stage: 'slot' } as const;

/** The keys and groups of all items. A user id can contain any character, so it comes last. */
export const keys = {
  room: (meeting: string) => `room#${meeting}`,
  rooms: 'rooms',
  session: ({ uid, generation, index }: SessionAddress) => `session#${uid}#${generation}#${index}`,
  sessions: ({ uid, generation }: GenerationAddress) => `sessions#${uid}#${generation}`,
  meeting: (meetingId: string) => `meeting#${meetingId}`,
  free: ({ kind, uid, generation, index }: Pool, number: number, id: string) =>
    `${FREE[kind]}#${uid}#${generation}#${index}#${number}#${id}`,
  /** One group per session, because a group supports about 1,000 writes per second. */
  frees: ({ kind, uid, generation, index }: Pool) => `${FREE[kind]}s#${uid}#${generation}#${index}`,
  /** A free seat of a pool that has no attendee yet. */
  refill: ({ uid, generation, index }: SessionAddress, number: number, id: string) =>
    `refill#${uid}#${generation}#${index}#${number}#${id}`,
  refills: ({ uid, generation, index }: SessionAddress) => `refills#${uid}#${generation}#${index}`,
  /** How many seats of a session its pool has created. */
  fill: ({ uid, generation, index }: SessionAddress) => `fill#${uid}#${generation}#${index}`,
  fills: ({ uid, generation }: GenerationAddress) => `fills#${uid}#${generation}`,
  /** The lease of the call that does the work of a generation in the background. */
  work: ({ uid, generation }: GenerationAddress) => `work#${uid}#${generation}`,
  /** A user who has left, and whose attendees must still be deleted. */
  leave: ({ uid, generation }: GenerationAddress, user: string) => `leave#${uid}#${generation}#${user}`,
  leaves: ({ uid, generation }: GenerationAddress) => `leaves#${uid}#${generation}`,
  /** An event that is to be published. */
  event: ({ uid, generation }: GenerationAddress, id: string) => `event#${uid}#${generation}#${id}`,
  events: (uid: string) => `events#${uid}`,
  /** How many seats of a generation were taken when they were last counted. */
  count: ({ uid, generation }: GenerationAddress) => `count#${uid}#${generation}`,
  /** Changes when there is work for a generation in the background. */
  wake: ({ uid, generation }: GenerationAddress) => `wake#${uid}#${generation}`,
  /** The users who wait for a seat. */
  waiting: ({ uid, generation }: GenerationAddress) => `waiting#${uid}#${generation}`,
  /** Without the generation, so that a ban, a seat and a promotion are one item, which a single condition protects. */
  user: (uid: string, user: string) => `user#${uid}#${user}`,
  /** The users who have a seat in a session. */
  users: ({ uid, generation, index }: SessionAddress) => `users#${uid}#${generation}#${index}`,
  hand: ({ uid, generation }: GenerationAddress, user: string) => `hand#${uid}#${generation}#${user}`,
  hands: ({ uid, generation }: GenerationAddress) => `hands#${uid}#${generation}`,
  /** Banned users without a seat. */
  bans: (uid: string) => `bans#${uid}`,
} as const;

const DAY_SECONDS = 24 * 3600;

/** The time to live of items. A meeting lasts for at most a day, so items are garbage a day after that. */
export function garbageAt(): number {
  return Math.floor(Date.now() / 1000) + 2 * DAY_SECONDS;
}
