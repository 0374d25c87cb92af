import { distance } from '../../regions';
import { SessionItem } from '../rooms/sessions';

/**
 * The sessions, grouped by their distance from the given region, nearest first. Each group is shuffled, so that many
 * simultaneous joins spread over its sessions.
 */
export function tiers<T extends Pick<SessionItem, 'mediaRegion'>>(
  sessions: readonly T[],
  mediaRegion: string | undefined,
  random: () => number = Math.random,
): T[][] {
  const groups = new Map<number, { session: T; order: number }[]>();
  for (const session of sessions) {
    const far = mediaRegion === undefined ? 0 : distance(mediaRegion, session.mediaRegion);
    groups.set(far, [...(groups.get(far) ?? []), { session, order: random() }]);
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => group.sort((a, b) => a.order - b.order).map(({ session }) => session));
}
