import { Attendees } from './attendees';
import { throttled } from '../errors';
import { addressOf, audienceSessions, full, joined, Joined, Joining, JoinRequest, bannedFrom } from './joining';
import { Place, Places, Reservation } from './places';
import { rankSessions } from './session-choice';
import { chunks } from '../../../../private/chunks';
import { Deadline } from '../../../../private/runtime/deadline';
import { Caller } from '../../contract';
import { Generations } from '../rooms/generations';
import { Room } from '../rooms/rooms';
import { SessionItem, Sessions } from '../rooms/sessions';

/** The result for each user, by id. */
type Results = Map<string, Joined | Error>;

/** A transaction has at most 100 writes: one for the session, two for each seat. */
const SEATS_AT_ONCE = 45;
const RESUMED_AT_ONCE = 20;
const POLL_MS = 150;

/** Seats many users with few API calls, and reports the result for each of them. */
export class BatchJoining {
  constructor(
    private readonly sessions: Sessions,
    private readonly generations: Generations,
    private readonly places: Places,
    private readonly attendees: Attendees,
    private readonly joining: Joining,
  ) {}

  async join(meeting: string, requests: readonly JoinRequest[], caller: Caller, deadline: Deadline): Promise<Results> {
    const results: Results = new Map();
    /** Sessions that are full in Amazon Chime SDK although the table still has free seats. */
    const closed = new Set<number>();
    let left = [...new Map(requests.map((request) => [request.externalUserId, request])).values()];
    while (left.length > 0) {
      const room = await this.generations.ensureLive(meeting, caller, deadline);
      const sessions = await this.sessions.read(room);
      if (await this.joining.recoverMissing(room, sessions, deadline)) continue;
      const open = sessions.filter(({ index }) => !closed.has(index));
      const users = left.map(({ externalUserId }) => externalUserId);
      const seats = await this.places.findAll('seat', room, users);
      const isSeated = ({ externalUserId }: JoinRequest) => seats.has(externalUserId);
      const resume = (request: JoinRequest) => this.joining.join(meeting, request, caller, deadline);
      await this.resumeAll(left.filter(isSeated), resume, results);
      const fresh = left.filter((request) => !isSeated(request));
      left = await this.seatTogether(room, open, fresh, results, closed, deadline);
      if (left.length && deadline.left < POLL_MS) {
        for (const { externalUserId } of left) {
          results.set(externalUserId, throttled('Too many users are joining.', 1));
        }
        left = [];
      }
    }
    return results;
  }

  private async resumeAll(
    requests: readonly JoinRequest[],
    resume: (request: JoinRequest) => Promise<Joined>,
    results: Results,
  ): Promise<void> {
    for (const chunk of chunks(requests, RESUMED_AT_ONCE)) {
      await Promise.all(
        chunk.map(async (request) => {
          results.set(request.externalUserId, await resume(request).catch((error: Error) => error));
        }),
      );
    }
  }

  /** @returns the requests that must be retried */
  private async seatTogether(
    room: Room,
    sessions: readonly SessionItem[],
    requests: readonly JoinRequest[],
    results: Results,
    closed: Set<number>,
    deadline: Deadline,
  ): Promise<JoinRequest[]> {
    const again: JoinRequest[] = [];
    for (const [session, group] of plan(room, sessions, requests, results)) {
      for (const chunk of chunks(group, SEATS_AT_ONCE)) {
        again.push(...(await this.seatChunk(room, session, chunk, results, closed, deadline)));
      }
    }
    return again;
  }

  private async seatChunk(
    room: Room,
    session: SessionItem,
    requests: readonly JoinRequest[],
    results: Results,
    closed: Set<number>,
    deadline: Deadline,
  ): Promise<JoinRequest[]> {
    const users = requests.map(({ externalUserId }) => externalUserId);
    const reservations = await this.places.reserve('seat', addressOf(room, session), users, 'participant');
    const reserved = [...reservations.values()].filter(isPlace);
    if (reserved.length < users.length) {
      // The whole transaction failed, because of a single user or because the session is full.
      const banned = users.filter((user) => reservations.get(user) === 'banned');
      for (const user of banned) results.set(user, bannedFrom(room));
      if ([...reservations.values()].includes('gone')) await this.generations.recover(room, session, deadline);
      return requests.filter(({ externalUserId }) => !banned.includes(externalUserId));
    }
    const issued = await this.attendees.issueAll(reserved, session.meetingId, deadline);
    const failures = new Set<string>();
    const again = requests.filter(({ externalUserId: user }) => {
      const result = issued.get(user)!;
      if ('attendee' in result) results.set(user, joined(room, session, result.attendee));
      else if (result.failure === 'other') results.set(user, result.error);
      else failures.add(result.failure);
      return !results.has(user);
    });
    if (failures.has('full')) closed.add(session.index);
    if (failures.has('gone')) await this.generations.recover(room, session, deadline);
    return again;
  }
}

/** Assigns each participant to the best session that has a free seat. */
function plan(
  room: Room,
  sessions: readonly SessionItem[],
  requests: readonly JoinRequest[],
  results: Results,
): Map<SessionItem, JoinRequest[]> {
  const groups = new Map<SessionItem, JoinRequest[]>();
  const candidates = audienceSessions(room, sessions).map((session) => ({ ...session, session }));
  for (const request of requests) {
    const [best] = rankSessions(candidates, request.mediaRegion, () => 0);
    if (!best) {
      results.set(request.externalUserId, full(room, 'participant'));
      continue;
    }
    best.used++;
    groups.set(best.session, [...(groups.get(best.session) ?? []), request]);
  }
  return groups;
}

function isPlace(reservation: Reservation): reservation is Place {
  return typeof reservation === 'object';
}
