import { SessionItem } from './sessions';
import { distance } from '../../regions';

type Choosable = Pick<SessionItem, 'index' | 'mediaRegion' | 'used' | 'cap'>;

/** Sessions that differ by less than this share of their seats are as good as each other. */
const ALIKE = 0.1;

/**
 * Sessions with room for a participant, the best first: near the region that was named, else (and within a region) the
 * least full. Those that are about as full as each other come in random order, so that a storm of joins spreads.
 */
export function rankSessions<T extends Choosable>(
  sessions: readonly T[],
  mediaRegion: string | undefined,
  random: () => number = Math.random,
): T[] {
  return sessions
    .filter(({ used, cap }) => used < cap)
    .map((session) => ({
      session,
      far: mediaRegion === undefined ? 0 : distance(mediaRegion, session.mediaRegion),
      fullness: Math.floor(session.used / session.cap / ALIKE),
      luck: random(),
    }))
    .sort((a, b) => compare(a.far, b.far) || a.fullness - b.fullness || a.luck - b.luck)
    .map(({ session }) => session);
}

/** Unlike a difference, this knows that Infinity equals Infinity. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
