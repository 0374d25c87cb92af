import { SessionAddress } from '../chime/chime';

/** Identifies a generation of a room. */
export interface GenerationAddress {
  readonly uid: string;
  readonly generation: number;
}

/** All keys and groups of the table. A user ID may contain any character, so it comes last. */
export const keys = {
  room: (meeting: string) => `room#${meeting}`,
  rooms: 'rooms',
  session: ({ uid, generation, index }: SessionAddress) => `session#${uid}#${generation}#${index}`,
  sessions: ({ uid, generation }: GenerationAddress) => `sessions#${uid}#${generation}`,
  meeting: (meetingId: string) => `meeting#${meetingId}`,
  seat: ({ uid, generation }: GenerationAddress, user: string) => `seat#${uid}#${generation}#${user}`,
  /** One group for each session, because an index partition supports about 1,000 writes per second. */
  seats: ({ uid, generation, index }: SessionAddress) => `seats#${uid}#${generation}#${index}`,
  stage: ({ uid, generation }: GenerationAddress, user: string) => `stage#${uid}#${generation}#${user}`,
  stages: ({ uid, generation }: GenerationAddress) => `stages#${uid}#${generation}`,
  hand: ({ uid, generation }: GenerationAddress, user: string) => `hand#${uid}#${generation}#${user}`,
  hands: ({ uid, generation }: GenerationAddress) => `hands#${uid}#${generation}`,
  ban: (uid: string, user: string) => `ban#${uid}#${user}`,
  bans: (uid: string) => `bans#${uid}`,
} as const;

const DAY_SECONDS = 24 * 3600;

/** When DynamoDB may delete an item. A meeting lasts at most a day, and one more day is a margin. */
export function garbageAt(): number {
  return Math.floor(Date.now() / 1000) + 2 * DAY_SECONDS;
}
