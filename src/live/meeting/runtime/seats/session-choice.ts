import { SessionItem } from '../rooms/sessions';
import { distance } from '../../regions';

type Choosable = Pick<SessionItem, 'index' | 'mediaRegion' | 'used' | 'cap'>;

/** Sessions whose fill levels differ by less than this share of their seats rank equal. */
const ALIKE = 0.1;

/**
 * The sessions with free seats, best first: nearest to the given region, then least full. Sessions that rank equal are
 * shuffled, so that many simultaneous joins spread over them.
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
      tieBreaker: random(),
    }))
    .sort((a, b) => compare(a.far, b.far) || a.fullness - b.fullness || a.tieBreaker - b.tieBreaker)
    .map(({ session }) => session);
}

/** Unlike a subtraction, this treats Infinity as equal to Infinity. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
