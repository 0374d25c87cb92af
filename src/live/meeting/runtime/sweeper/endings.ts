import { endingSoon } from '../events/meeting-events';
import { Room, Rooms } from '../rooms/rooms';
import { Place } from '../seats/users';

const MINUTE_MS = 60_000;

/** A reason for which Amazon Chime SDK ends a meeting, and how long before users are warned. */
interface Limit {
  readonly reason: 'noPresenter' | 'silence' | 'duration';
  readonly afterMs: number;
  readonly aheadMs: number;
}

/** https://docs.aws.amazon.com/chime-sdk/latest/dg/meetings-sdk.html */
const NO_PRESENTER: Limit = { reason: 'noPresenter', afterMs: 5 * MINUTE_MS, aheadMs: 4 * MINUTE_MS };
const SILENCE: Limit = { reason: 'silence', afterMs: 6 * 60 * MINUTE_MS, aheadMs: 15 * MINUTE_MS };
const DURATION: Limit = { reason: 'duration', afterMs: 24 * 60 * MINUTE_MS, aheadMs: 30 * MINUTE_MS };

/** Warns, once for each reason, before Amazon Chime SDK ends a meeting. */
export class Endings {
  constructor(
    private readonly rooms: Rooms,
    /** Whether the events about connections arrive. */
    private readonly hasEvents: boolean,
  ) {}

  /**
   * @param places the places in the primary session
   * @returns the number of warnings
   */
  async warn(room: Room, places: readonly Place[]): Promise<number> {
    const createdAt = room.sessions![0].createdAt ?? Date.now();
    const knowsPresenters = this.hasEvents && room.running!.replicas.length > 0;
    const unattendedSince = knowsPresenters ? sinceWhenUnattended(room, createdAt, places) : undefined;
    const due = [
      ...(unattendedSince ? [endingOf(NO_PRESENTER, unattendedSince)] : []),
      endingOf(SILENCE, createdAt),
      endingOf(DURATION, createdAt),
    ].filter((ending) => isDue(ending, room));
    if (due.length === 0 && unattendedSince === room.unattendedSince) return 0;
    const warned = { ...room.warned, ...Object.fromEntries(due.map(({ reason, endsAt }) => [reason, endsAt])) };
    const events = due.map(({ reason, endsAt }) => endingSoon(reason, endsAt));
    const isChanged = await this.rooms.change(room, { set: { unattendedSince, warned } }, events);
    return isChanged ? due.length : 0;
  }
}

interface Ending extends Limit {
  readonly endsAt: number;
}

function endingOf(limit: Limit, since: number): Ending {
  return { ...limit, endsAt: since + limit.afterMs };
}

function isDue({ reason, endsAt, aheadMs }: Ending, { warned = {} }: Room): boolean {
  return Date.now() >= endsAt - aheadMs && Date.now() < endsAt && warned[reason] !== endsAt;
}

/** Since when nobody is connected to the primary session. 0 while somebody is. */
function sinceWhenUnattended({ unattendedSince }: Room, createdAt: number, places: readonly Place[]): number {
  const connected = places.filter(({ lastEventAt }) => lastEventAt !== undefined);
  const losses = connected.flatMap(({ leftAt }) => leftAt ?? []);
  if (losses.length < connected.length) return 0;
  const left = Math.max(0, ...losses);
  // The last user may have left the meeting, and then has no place.
  if (unattendedSince === 0) return left || Date.now();
  return Math.max(unattendedSince ?? createdAt, left);
}
