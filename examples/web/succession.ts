import { Seat } from './meeting-api';

const MINUTE_MS = 60_000;
/** The next generation is running this long before Amazon Chime SDK ends the sessions of the present one. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** Presenters move first. Participants move within this time, so that they do not all join at the same moment. */
const SPREAD_MS = 5 * MINUTE_MS;
/** How long to wait if the next generation is not running yet. */
export const RETRY_SECONDS = 30;

/** When to move to the next generation, in seconds from now, or undefined if the service does not say it. */
export function secondsUntilMove({ endsAt, session }: Seat): number | undefined {
  if (endsAt === undefined) return undefined;
  const spread = session.kind === 'primary' ? 0 : Math.random() * SPREAD_MS;
  return Math.max(0, Date.parse(endsAt) - OVERLAP_MS + spread - Date.now()) / 1000;
}
