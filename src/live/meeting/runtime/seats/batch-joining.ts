import { Attendees } from './attendees';
import { candidates, joined, Joined, Joining, JoinRequest } from './joining';
import { Choice, Seated, Seating } from './seating';
import { chunks } from '../../../../private/chunks';
import { Deadline } from '../../../../private/runtime/deadline';
import { Caller } from '../../contract';
import { throttled } from '../errors';
import { Generations } from '../rooms/generations';
import { Room } from '../rooms/rooms';
import { SessionItem, Sessions } from '../rooms/sessions';

/** The result for each user, by id. */
type Results = Map<string, Joined | Error>;

interface Planned {
  readonly request: JoinRequest;
  readonly choice: Choice;
}

/** As many as one API call creates attendees for. */
const SEATS_AT_ONCE = 100;
/** How many users of a batch get seats in one session before another one is chosen. */
const SEATS_TOGETHER = 50;
const PARALLEL = 20;
/** Without this time, no more seats are taken. */
const WORK_MS = 5_000;
/** The part of it in which seats can be given back for which no attendees were created. */
const RELEASE_MS = 2_000;

/** Seats many users with few API calls, and reports the result for each of them. */
export class BatchJoining {
  constructor(
    private readonly sessions: Sessions,
    private readonly generations: Generations,
    private readonly seating: Seating,
    private readonly attendees: Attendees,
    private readonly joining: Joining,
  ) {}

  async join(meeting: string, requests: readonly JoinRequest[], caller: Caller, deadline: Deadline): Promise<Results> {
    const results: Results = new Map();
    /** Sessions that are full in Amazon Chime SDK although the table still has free seats. */
    const closed = new Set<number>();
    let left = [...new Map(requests.map((request) => [request.externalUserId, request])).values()];
    let isFirst = true;
    while (left.length > 0) {
      // The first time, the request may be refused as a whole.
      const room =
        isFirst || deadline.left >= WORK_MS ? await this.generations.ensureLive(meeting, caller, deadline) : undefined;
      if (!room || deadline.left < WORK_MS) {
        for (const { externalUserId } of left) results.set(externalUserId, throttled('Too many users are joining.', 1));
        return results;
      }
      isFirst = false;
      const wasFull = this.joining.isKnownToBeFull(room);
      const sessions = candidates(room, await this.sessions.read(room), 'participant');
      const open = sessions.filter(({ index }) => !closed.has(index));
      const { planned, unseated } = await this.plan(room, open, left.slice(0, SEATS_AT_ONCE));
      const { seated, seatedBefore, again } = await this.take(room, planned, results);
      again.push(...(await this.issue(room, seated, results, closed, deadline)));
      again.push(...(await this.refuse(room, [...seatedBefore, ...unseated], wasFull, results, deadline)));
      left = [...again, ...left.slice(SEATS_AT_ONCE)];
    }
    return results;
  }

  /** Chooses seats for users, with users of one region together in one session. */
  private async plan(room: Room, open: readonly SessionItem[], requests: readonly JoinRequest[]) {
    const planned: Planned[] = [];
    const unseated: JoinRequest[] = [];
    let isFull = false;
    const together = new Map<string | undefined, { session: SessionItem; left: number }>();
    for (const request of requests) {
      const { mediaRegion } = request;
      const group = together.get(mediaRegion);
      const choice = isFull
        ? undefined
        : (group?.left && (await this.seating.choose(room, [group.session], mediaRegion))) ||
          (await this.seating.choose(room, open, mediaRegion));
      if (!choice) {
        isFull = true;
        unseated.push(request);
        continue;
      }
      const isSame = group?.left && group.session === choice.session;
      together.set(mediaRegion, { session: choice.session, left: (isSame ? group.left : SEATS_TOGETHER) - 1 });
      planned.push({ request, choice });
    }
    return { planned, unseated };
  }

  private async take(room: Room, planned: readonly Planned[], results: Results) {
    const seated: (Seated & { readonly request: JoinRequest })[] = [];
    const seatedBefore: JoinRequest[] = [];
    const again: JoinRequest[] = [];
    for (const chunk of chunks(planned, PARALLEL)) {
      const places = await Promise.all(
        chunk.map(({ request, choice }) =>
          this.seating.take(room, choice, request.externalUserId, 'participant').catch((error: Error) => error),
        ),
      );
      places.forEach((place, position) => {
        const { request, choice } = chunk[position];
        if (place instanceof Error) results.set(request.externalUserId, place);
        else if (typeof place === 'object') seated.push({ request, place, session: choice.session });
        else (place === 'changed' ? seatedBefore : again).push(request);
      });
    }
    return { seated, seatedBefore, again };
  }

  /** @returns the requests that must be retried */
  private async issue(
    room: Room,
    seated: readonly (Seated & { readonly request: JoinRequest })[],
    results: Results,
    closed: Set<number>,
    deadline: Deadline,
  ): Promise<JoinRequest[]> {
    const again: JoinRequest[] = [];
    for (const session of new Set(seated.map((each) => each.session))) {
      const group = seated.filter((each) => each.session === session);
      const within = Deadline.in(deadline.left - RELEASE_MS);
      const places = group.map(({ place }) => place);
      const issued = await this.attendees.issueAll(places, session.meetingId, room.running!, within);
      const failures = new Set<string>();
      for (const { request } of group) {
        const { externalUserId: user } = request;
        const result = issued.get(user)!;
        if ('attendee' in result) {
          results.set(user, joined(room, session, user, result.attendee));
        } else if (result.failure === 'other') {
          results.set(user, result.error);
        } else {
          failures.add(result.failure);
          again.push(request);
        }
      }
      if (failures.has('full')) closed.add(session.index);
      if (failures.has('gone')) await this.generations.recover(room, session, deadline);
    }
    return again;
  }

  /** Reports the seats and bans that users have, and those who get no seat. @returns the requests to retry */
  private async refuse(
    room: Room,
    requests: readonly JoinRequest[],
    wasFull: boolean,
    results: Results,
    deadline: Deadline,
  ): Promise<JoinRequest[]> {
    const again: JoinRequest[] = [];
    for (const chunk of chunks(requests, PARALLEL)) {
      const attempts = await Promise.all(
        chunk.map((request) => this.joining.withoutFreeSeat(room, request, deadline).catch((error: Error) => error)),
      );
      for (const [position, attempt] of attempts.entries()) {
        const request = chunk[position];
        const result = attempt === 'full' ? await this.joining.refusal(room, request, wasFull) : attempt;
        if (!result || result === 'again') again.push(request);
        else results.set(request.externalUserId, result);
      }
    }
    return again;
  }
}
