import { connect, disconnect, Farewell } from './connections';
import { AttendeeRecord, Connection, MeetingRecord, attendeeLimit } from './records';
import { World } from './world';

/** Credentials of an attendee: an id, or what the API returned, whose token is then checked too. */
export type Credentials = string | { readonly AttendeeId?: string; readonly JoinToken?: string };

/** A client was not let in. `status` is the client library's MeetingSessionStatusCode. */
export class JoinRefused extends Error {
  constructor(
    readonly status: 'AudioAuthenticationRejected' | 'AudioCallAtCapacity' | 'MeetingEnded' | 'SignalingBadRequest',
  ) {
    super(`The client was refused: ${status}`);
  }
}

/** A connection to one meeting. */
interface Leg extends Connection {
  readonly meeting: MeetingRecord;
}

/** A client that receives and sends media: what a browser with the Chime SDK would be. */
export class MediaClient {
  private home?: Leg;
  private stage?: Leg;

  constructor(
    private readonly world: World,
    private readonly meetingId: string,
    private readonly credentials: Credentials,
  ) {
    this.reconnect();
  }

  /** Whether it is connected, and if so, whether it has moved from a replica to the primary meeting. */
  get state(): 'connected' | 'promoted' | 'disconnected' {
    this.world.registry.settle();
    if (!this.home) return 'disconnected';
    return this.stage ? 'promoted' : 'connected';
  }

  /** Joins with the credentials of before: of a promoted client, those of the replica. */
  reconnect(): void {
    if (this.state !== 'disconnected') throw new Error('The client is connected');
    this.home = this.join(this.meetingId, this.credentials, (at) => {
      this.home = undefined;
      this.leaveStage('chime:AttendeeDropped', at);
    });
  }

  /** Moves to the primary meeting, with credentials of an attendee there. */
  promote(credentials: Credentials): void {
    if (this.state !== 'connected') throw new Error(`Only a connected client can be promoted, it is ${this.state}`);
    const primary = this.home!.meeting.primary;
    if (!primary) throw new Error('Only a client in a replica can be promoted');
    this.stage = this.join(primary.meetingId, credentials, () => (this.stage = undefined));
  }

  /** Moves back to the replica. */
  demote(): void {
    if (this.state !== 'promoted') throw new Error(`Only a promoted client can be demoted, it is ${this.state}`);
    this.leaveStage('chime:AttendeeLeft');
  }

  /** Says good-bye. */
  leave(): void {
    this.disconnect('chime:AttendeeLeft');
  }

  /** Loses its connection. The service notices at once here; the real one takes 10 to 15 seconds. */
  drop(): void {
    this.disconnect('chime:AttendeeDropped');
  }

  private disconnect(how: Farewell): void {
    if (this.state === 'disconnected') throw new Error('The client is not connected');
    this.leaveStage(how);
    const { meeting, attendee } = this.home!;
    disconnect(this.world.events, meeting, attendee, how, this.world.clock.now());
  }

  private leaveStage(how: Farewell, at = this.world.clock.now()): void {
    if (!this.stage) return;
    disconnect(this.world.events, this.stage.meeting, this.stage.attendee, how, at);
  }

  private join(meetingId: string, credentials: Credentials, lost: Leg['lost']): Leg {
    const { registry, events, clock, quotas } = this.world;
    const meeting = registry.live.get(meetingId);
    if (!meeting) throw new JoinRefused(registry.all.has(meetingId) ? 'MeetingEnded' : 'SignalingBadRequest');
    const attendee = authenticate(meeting, credentials);
    const seated = meeting.connections.has(attendee.attendeeId);
    if (!seated && meeting.connections.size >= attendeeLimit(meeting, quotas)) {
      throw new JoinRefused('AudioCallAtCapacity');
    }
    const leg = { meeting, attendee, lost };
    connect(events, meeting, leg, clock.now());
    return leg;
  }
}

function authenticate(meeting: MeetingRecord, credentials: Credentials): AttendeeRecord {
  const byId = typeof credentials === 'string';
  const attendee = meeting.attendees.get((byId ? credentials : credentials.AttendeeId) ?? '');
  if (!attendee || (!byId && credentials.JoinToken !== attendee.joinToken)) {
    throw new JoinRefused('AudioAuthenticationRejected');
  }
  return attendee;
}
