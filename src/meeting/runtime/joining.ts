import { Attendees } from './attendees';
import { Attendee, Meeting } from './chime';
import { Deadline } from './deadline';
import { MeetingError, notAllowed, throttled } from './errors';
import { Generations, SessionItem } from './generations';
import { keys } from './keys';
import { Place, Places, Reservation } from './places';
import { isHeld, Room } from './rooms';
import { rankSessions } from './session-choice';
import { Table } from './table';

export interface JoinRequest {
  readonly externalUserId: string;
  readonly role: 'participant' | 'presenter';
  readonly mediaRegion?: string;
}

/** `Meeting` and `Attendee` are what the Chime API gave, so that its clients take them as they are. */
export interface Joined {
  readonly Meeting: Meeting;
  readonly Attendee: Attendee;
  readonly session: { readonly kind: 'primary' | 'replica'; readonly mediaRegion: string; readonly index: number };
  readonly generation: number;
}

export type Caller = 'audience' | 'host';

/** `again`: things changed while we looked. */
type Attempt = Joined | 'again' | 'full';

const POLL_MS = 150;
/** A transaction has 100 writes at most: one for the session, two for each seat. */
const SEATS_AT_ONCE = 45;

/** Gives users their seats: the same one again to who has one. */
export class Joining {
  constructor(
    private readonly table: Table,
    private readonly generations: Generations,
    private readonly places: Places,
    private readonly attendees: Attendees,
  ) {}

  async join(meeting: string, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Joined> {
    for (;;) {
      const room = await this.generations.ensureLive(meeting, caller === 'host' ? 'host' : 'join', deadline);
      const attempt = await this.attempt(room, request, caller, deadline);
      if (attempt === 'full') throw full(room, request.role);
      if (attempt !== 'again') return attempt;
      if (deadline.left < POLL_MS) throw throttled('Too many join at once.', 1);
    }
  }

  /** Users of one call get their seats together, as far as there are any; each is told by itself what failed. */
  async joinAll(
    meeting: string,
    requests: readonly JoinRequest[],
    caller: Caller,
    deadline: Deadline,
  ): Promise<Map<string, Joined | Error>> {
    const results = new Map<string, Joined | Error>();
    /** Sessions that the service calls full although we do not. */
    const shut = new Set<number>();
    let left = [...new Map(requests.map((request) => [request.externalUserId, request])).values()];
    while (left.length > 0) {
      const room = await this.generations.ensureLive(meeting, caller === 'host' ? 'host' : 'join', deadline);
      const sessions = (await this.sessionsOf(room)).filter(({ index }) => !shut.has(index));
      const seats = await this.places.findAll(
        'seat',
        room,
        left.map(({ externalUserId }) => externalUserId),
      );
      const seated = left.filter(({ externalUserId }) => seats.has(externalUserId));
      const fresh = left.filter(({ externalUserId }) => !seats.has(externalUserId));
      for (const request of seated) {
        results.set(request.externalUserId, await this.settle(this.join(meeting, request, caller, deadline)));
      }
      left = await this.seatTogether(room, sessions, fresh, results, shut, deadline);
      if (left.length && deadline.left < POLL_MS) {
        for (const { externalUserId } of left) results.set(externalUserId, throttled('Too many join at once.', 1));
        left = [];
      }
    }
    return results;
  }

  private async attempt(room: Room, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Attempt> {
    const { externalUserId: user, role } = request;
    const sessions = await this.sessionsOf(room);
    const seat = await this.places.find('seat', room, user);
    if (seat) return this.resume(room, sessions, seat, role, deadline);
    expectAllowed(room, request, caller);

    const candidates =
      role === 'presenter' || room.running!.replicas.length === 0
        ? sessions.filter(({ index, used, cap }) => index === 0 && used < cap)
        : rankSessions(
            sessions.filter(({ index }) => index > 0),
            request.mediaRegion,
          );
    for (const session of candidates) {
      const reservation = (await this.places.reserve('seat', at(room, session), [user], role)).get(user)!;
      if (reservation === 'banned') throw notAllowed(`${room.config.meeting} does not let this user in.`);
      if (reservation === 'exists') return 'again';
      if (reservation === 'full') continue;
      const issued = await this.attendees.issue(reservation, session.meetingId, deadline);
      if ('attendee' in issued) return joined(room, session, issued.attendee);
      if (issued.failure === 'other') throw issued.error;
      if (issued.failure === 'gone') return this.afterLoss(room, deadline);
    }
    return sessions.length === 0 ? this.afterLoss(room, deadline) : 'full';
  }

  /** The seat that the user has already. */
  private async resume(
    room: Room,
    sessions: readonly SessionItem[],
    seat: Place,
    role: JoinRequest['role'],
    deadline: Deadline,
  ): Promise<Attempt> {
    if (role === 'presenter' && seat.role === 'participant') {
      throw notAllowed('The user has a seat as a participant: promote them, or let them leave first.');
    }
    const session = sessions.find(({ index }) => index === seat.index);
    if (!session) return this.afterLoss(room, deadline);
    if (seat.state === 'taken') return joined(room, session, seat.attendee!);
    if (seat.state === 'leaving') {
      await this.attendees.withdraw(seat, session.meetingId, deadline);
      return 'again';
    }
    if (isHeld(seat)) {
      await deadline.pause(POLL_MS * (0.5 + Math.random()));
      return 'again';
    }
    const ours = await this.places.takeOver(seat);
    if (!ours) return 'again';
    const issued = await this.attendees.issue(ours, session.meetingId, deadline);
    if ('attendee' in issued) return joined(room, session, issued.attendee);
    if (issued.failure === 'other') throw issued.error;
    return issued.failure === 'gone' ? this.afterLoss(room, deadline) : 'again';
  }

  /** @returns those for whom it must be tried again */
  private async seatTogether(
    room: Room,
    sessions: readonly SessionItem[],
    requests: readonly JoinRequest[],
    results: Map<string, Joined | Error>,
    shut: Set<number>,
    deadline: Deadline,
  ): Promise<JoinRequest[]> {
    const again: JoinRequest[] = [];
    for (const [session, group] of plan(room, sessions, requests, results)) {
      for (let start = 0; start < group.length; start += SEATS_AT_ONCE) {
        const chunk = group.slice(start, start + SEATS_AT_ONCE);
        const users = chunk.map(({ externalUserId }) => externalUserId);
        const reservations = await this.places.reserve('seat', at(room, session), users, 'participant');
        const reserved = [...reservations.values()].filter(isPlace);
        if (reserved.length < users.length) {
          // Nobody was seated: one of them was in the way, or the session has filled up.
          again.push(...chunk.filter(({ externalUserId }) => reservations.get(externalUserId) !== 'banned'));
          for (const user of users.filter((each) => reservations.get(each) === 'banned')) {
            results.set(user, notAllowed(`${room.config.meeting} does not let this user in.`));
          }
          continue;
        }
        const issued = await this.attendees.issueAll(reserved, session.meetingId, deadline);
        for (const request of chunk) {
          const result = issued.get(request.externalUserId)!;
          if ('attendee' in result) {
            results.set(request.externalUserId, joined(room, session, result.attendee));
          } else if (result.failure === 'other') {
            results.set(request.externalUserId, result.error);
          } else {
            again.push(request);
          }
        }
        const failures = new Set([...issued.values()].map((each) => ('failure' in each ? each.failure : undefined)));
        if (failures.has('full')) shut.add(session.index);
        if (failures.has('gone')) await this.afterLoss(room, deadline);
      }
    }
    return again;
  }

  /** A session can't be found: the meeting has ended by itself, or only this session is lost. */
  private async afterLoss(room: Room, deadline: Deadline): Promise<'again'> {
    if (!(await this.generations.isAlive({ ...room, verifiedAt: 0 }, deadline))) {
      await this.generations.end(room, 'idle', deadline);
    } else {
      await deadline.pause(POLL_MS);
    }
    return 'again';
  }

  private async sessionsOf(room: Room): Promise<SessionItem[]> {
    const found = await this.table.getAll<SessionItem>(
      room.sessions!.map((session) => keys.session(at(room, session))),
    );
    return [...found.values()].sort((a, b) => a.index - b.index);
  }

  private settle(joining: Promise<Joined>): Promise<Joined | Error> {
    return joining.catch((error: Error) => error);
  }
}

/** Which participants are to sit where: the best session of each, as long as it has seats. */
function plan(
  room: Room,
  sessions: readonly SessionItem[],
  requests: readonly JoinRequest[],
  results: Map<string, Joined | Error>,
): Map<SessionItem, JoinRequest[]> {
  const groups = new Map<SessionItem, JoinRequest[]>();
  const candidates = sessions
    .filter(({ index }) => room.running!.replicas.length === 0 || index > 0)
    .map((session) => ({
      session,
      index: session.index,
      mediaRegion: session.mediaRegion,
      used: session.used,
      cap: session.cap,
    }));
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

function joined(room: Room, session: SessionItem, attendee: Attendee): Joined {
  const { index, mediaRegion, meeting } = session;
  return {
    Meeting: meeting,
    Attendee: attendee,
    session: { kind: index === 0 ? 'primary' : 'replica', mediaRegion, index },
    generation: room.generation,
  };
}

function expectAllowed({ config }: Room, { externalUserId, role }: JoinRequest, caller: Caller): void {
  if (role === 'presenter' && caller === 'audience' && !config.presenters.includes(externalUserId)) {
    throw notAllowed(`${config.meeting} does not list this user as a presenter, and no host let them in.`);
  }
}

function full({ config }: Room, role: JoinRequest['role']): MeetingError {
  const where = role === 'presenter' ? 'The primary session' : 'Every session';
  return new MeetingError('MeetingFull', `${where} of ${config.meeting} is full.`);
}

export function at({ uid, generation }: Room, { index }: { readonly index: number }) {
  return { uid, generation, index };
}

function isPlace(reservation: Reservation): reservation is Place {
  return typeof reservation === 'object';
}
