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

/** The keys and groups of all items. A user id can contain any character, so it comes last. */
export const keys = {
  room: (meeting: string) => `room#${meeting}`,
  rooms: 'rooms',
  session: ({ uid, generation, index }: SessionAddress) => `session#${uid}#${generation}#${index}`,
  sessions: ({ uid, generation }: GenerationAddress) => `sessions#${uid}#${generation}`,
  meeting: (meetingId: string) => `meeting#${meetingId}`,
  seat: ({ uid, generation }: GenerationAddress, user: string) => `seat#${uid}#${generation}#${user}`,
  /** One group per session, because a group supports about 1,000 writes per second. */
  seats: ({ uid, generation, index }: SessionAddress) => `seats#${uid}#${generation}#${index}`,
  stage: ({ uid, generation }: GenerationAddress, user: string) => `stage#${uid}#${generation}#${user}`,
  stages: ({ uid, generation }: GenerationAddress) => `stages#${uid}#${generation}`,
  hand: ({ uid, generation }: GenerationAddress, user: string) => `hand#${uid}#${generation}#${user}`,
  hands: ({ uid, generation }: GenerationAddress) => `hands#${uid}#${generation}`,
  ban: (uid: string, user: string) => `ban#${uid}#${user}`,
  bans: (uid: string) => `bans#${uid}`,
} as const;

const DAY_SECONDS = 24 * 3600;

/** The time to live of items. A meeting lasts for at most a day, so items are garbage a day after that. */
export function garbageAt(): number {
  return Math.floor(Date.now() / 1000) + 2 * DAY_SECONDS;
}
