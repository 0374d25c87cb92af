import { Attendees, Issued } from './attendees';
import { Place, Places } from './places';
import { rankSessions } from './session-choice';
import { Deadline } from '../../../../private/runtime/deadline';
import { Caller } from '../../contract';
import { Attendee, Meeting } from '../chime/chime';
import { MeetingError, notAllowed, throttled } from '../errors';
import { Generations } from '../rooms/generations';
import { Room } from '../rooms/rooms';
import { SessionItem, Sessions } from '../rooms/sessions';

export interface JoinRequest {
  readonly externalUserId: string;
  readonly role: 'participant' | 'presenter';
  readonly mediaRegion?: string;
}

/** `Meeting` and `Attendee` are what the Chime API returned, so that its client libraries accept them. */
export interface Joined {
  readonly Meeting: Meeting;
  readonly Attendee: Attendee;
  readonly session: { readonly kind: 'primary' | 'replica'; readonly mediaRegion: string; readonly index: number };
  readonly generation: number;
}

/** `again`: the state changed in the meantime, so the join must be retried. */
type Attempt = Joined | 'again' | 'full';

const POLL_MS = 150;

/** Gives a user a seat. A user who already has one gets the same seat again. */
export class Joining {
  constructor(
    private readonly sessions: Sessions,
    private readonly generations: Generations,
    private readonly places: Places,
    private readonly attendees: Attendees,
  ) {}

  async join(meeting: string, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Joined> {
    for (;;) {
      const room = await this.generations.ensureLive(meeting, caller, deadline);
      const attempt = await this.attempt(room, request, caller, deadline);
      if (attempt === 'full') throw full(room, request.role);
      if (attempt !== 'again') return attempt;
      if (deadline.left < POLL_MS) throw throttled('Too many users are joining.', 1);
    }
  }

  /** Recovers from a missing session item, which means that a call is or was removing the session. */
  async recoverMissing(room: Room, sessions: readonly SessionItem[], deadline: Deadline): Promise<boolean> {
    const missing = room.sessions!.find((live) => !sessions.some(({ index }) => index === live.index));
    if (missing) await this.generations.recover(room, missing, deadline);
    return missing !== undefined;
  }

  private async attempt(room: Room, request: JoinRequest, caller: Caller, deadline: Deadline): Promise<Attempt> {
    const { externalUserId: user, role } = request;
    const [sessions, { seat, banned }] = await Promise.all([this.sessions.read(room), this.places.seatOf(room, user)]);
    if (banned) throw bannedFrom(room);
    if (seat) return this.resume(room, sessions, seat, role, deadline);
    expectAllowed(room, request, caller);

    const candidates =
      role === 'presenter'
        ? sessions.filter(({ index, used, cap }) => index === 0 && used < cap)
        : rankSessions(audienceSessions(room, sessions), request.mediaRegion);
    for (const session of candidates) {
      const reservation = (await this.places.reserve('seat', addressOf(room, session), [user], role)).get(user)!;
      if (reservation === 'banned') throw bannedFrom(room);
      if (reservation === 'exists') return 'again';
      if (reservation === 'full') continue;
      if (reservation === 'gone') {
        await this.generations.recover(room, session, deadline);
        return 'again';
      }
      const issued = await this.attendees.issue(reservation, session.meetingId, deadline);
      const attempt = await this.outcome(room, session, issued, deadline);
      if (attempt !== 'full') return attempt;
    }
    return (await this.recoverMissing(room, sessions, deadline)) ? 'again' : 'full';
  }

  /** Returns to the seat that the user already has. */
  private async resume(
    room: Room,
    sessions: readonly SessionItem[],
    seat: Place,
    role: JoinRequest['role'],
    deadline: Deadline,
  ): Promise<Attempt> {
    if (role === 'presenter' && seat.role === 'participant') {
      throw notAllowed('The user has a seat as a participant. Promote the user, or call LeaveMeeting first.');
    }
    const session = sessions.find(({ index }) => index === seat.index);
    if (!session) {
      const isLost = !room.sessions!.some(({ index }) => index === seat.index);
      if (isLost) await this.places.abandon(seat);
      else await this.recoverMissing(room, sessions, deadline);
      return 'again';
    }
    const issued = await this.attendees.resume(seat, session.meetingId, deadline);
    const attempt = issued ? await this.outcome(room, session, issued, deadline) : 'again';
    return attempt === 'full' ? 'again' : attempt;
  }

  private async outcome(room: Room, session: SessionItem, issued: Issued, deadline: Deadline): Promise<Attempt> {
    if ('attendee' in issued) return joined(room, session, issued.attendee);
    if (issued.failure === 'other') throw issued.error;
    if (issued.failure === 'full') return 'full';
    await this.generations.recover(room, session, deadline);
    return 'again';
  }
}

/** The sessions for participants: the replicas, or the primary if there are none. */
export function audienceSessions({ running }: Room, sessions: readonly SessionItem[]): SessionItem[] {
  return sessions.filter(({ index }) => running!.replicas.length === 0 || index > 0);
}

export function joined({ generation }: Room, session: SessionItem, attendee: Attendee): Joined {
  const { index, mediaRegion, meeting } = session;
  return {
    Meeting: meeting,
    Attendee: attendee,
    session: { kind: index === 0 ? 'primary' : 'replica', mediaRegion, index },
    generation,
  };
}

export function bannedFrom({ config }: Room): MeetingError {
  return notAllowed(`The user is banned from meeting "${config.meeting}".`);
}

export function full({ config }: Room, role: JoinRequest['role']): MeetingError {
  const where = role === 'presenter' ? 'The primary session' : 'Every session';
  return new MeetingError('MeetingFull', `${where} of meeting "${config.meeting}" is full.`);
}

export function addressOf({ uid, generation }: Room, { index }: { readonly index: number }) {
  return { uid, generation, index };
}

function expectAllowed({ config }: Room, { externalUserId, role }: JoinRequest, caller: Caller): void {
  if (role === 'presenter' && caller === 'audience' && !config.presenters.includes(externalUserId)) {
    throw notAllowed(
      `The user is not a presenter of meeting "${config.meeting}": neither listed nor joined by a host.`,
    );
  }
}
