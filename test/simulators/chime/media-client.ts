import { connect, disconnect } from './connections';
import { AttendeeRecord, Connection, Loss, MeetingRecord, attendeeLimit } from './records';
import { World } from './world';

/** Credentials of an attendee: an id, or the attendee that the API returned, whose token is then verified. */
export type Credentials = string | { readonly AttendeeId?: string; readonly JoinToken?: string };

/** A client was refused. `status` is the MeetingSessionStatusCode of the client library. */
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

/** Called when a connection ends: that to the client's meeting, or the promotion to its primary meeting. */
export type LossObserver = (leg: 'home' | 'stage', why: Loss) => void;

/** A client that sends and receives media, such as a browser with the Chime SDK. */
export class MediaClient {
  private home?: Leg;
  private stage?: Leg;

  constructor(
    private readonly world: World,
    private readonly meetingId: string,
    private readonly credentials: Credentials,
    private readonly observer: LossObserver = () => undefined,
  ) {
    this.reconnect();
  }

  /** The attendee as which others see the client, and the meeting to which it can send. */
  get presence(): { readonly attendee: AttendeeRecord; readonly meeting: MeetingRecord } | undefined {
    return this.stage ?? (this.home?.meeting.primary ? undefined : this.home);
  }

  /** Whether the client is connected and, if so, promoted from a replica to the primary meeting. */
  get state(): 'connected' | 'promoted' | 'disconnected' {
    this.world.registry.settle();
    if (!this.home) return 'disconnected';
    return this.stage ? 'promoted' : 'connected';
  }

  /** Connects again with the same credentials. A promoted client connects to its replica. */
  reconnect(): void {
    if (this.state !== 'disconnected') throw new Error('The client is connected');
    this.home = this.join(this.meetingId, this.credentials, (at, why) => {
      this.home = undefined;
      this.leaveStage('dropped', at);
      this.observer('home', why);
    });
  }

  /** Joins the primary meeting with the credentials of an attendee there. */
  promote(credentials: Credentials): void {
    if (this.state !== 'connected') throw new Error(`Only a connected client can be promoted, it is ${this.state}`);
    const primary = this.home!.meeting.primary;
    if (!primary) throw new Error('Only a client in a replica can be promoted');
    this.stage = this.join(primary.meetingId, credentials, (_, why) => {
      this.stage = undefined;
      this.observer('stage', why);
    });
  }

  /** Returns to the replica. */
  demote(): void {
    if (this.state !== 'promoted') throw new Error(`Only a promoted client can be demoted, it is ${this.state}`);
    this.leaveStage('left');
  }

  /** Disconnects regularly. */
  leave(): void {
    this.disconnect('left');
  }

  /** Loses the connection. The simulator notices immediately, the real service after 10 to 15 seconds. */
  drop(): void {
    this.disconnect('dropped');
  }

  private disconnect(why: 'left' | 'dropped'): void {
    if (this.state === 'disconnected') throw new Error('The client is not connected');
    this.leaveStage(why);
    const { meeting, attendee } = this.home!;
    disconnect(this.world.events, meeting, attendee, why, this.world.clock.now());
  }

  private leaveStage(why: 'left' | 'dropped', at = this.world.clock.now()): void {
    if (!this.stage) return;
    disconnect(this.world.events, this.stage.meeting, this.stage.attendee, why, at);
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
