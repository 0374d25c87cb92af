import { attendeeOperations } from './attendee-operations';
import { noteWhoIsThere } from './connections';
import { MeetingEvents } from './events';
import { Call, Faults, RefusedItems } from './faults';
import { ChimeGateway } from './gateway';
import { Credentials, LossObserver, MediaClient } from './media-client';
import { meetingOperations } from './meeting-operations';
import { EndReason, MeetingRecord } from './records';
import { MeetingRegistry } from './registry';
import { Behaviour, DEFAULT_BEHAVIOUR, DEFAULT_QUOTAS, Quotas } from './settings';
import { tagOperations } from './tag-operations';
import { World } from './world';
import { SimulatedClock } from '../common/clock';
import { SeededRandom } from '../common/random';
import { Simulator } from '../common/simulator';

export interface ChimeSimulatorOptions {
  /** The same seed gives the same ids, tokens, random faults and deliveries for the same calls. @default 'chime' */
  readonly seed?: string | number;
  /** @default - a clock that follows real time */
  readonly clock?: SimulatedClock;
  /** @default '111122223333' */
  readonly account?: string;
  readonly quotas?: Partial<Quotas>;
  readonly behaviour?: Partial<Behaviour>;
}

/** A meeting as tests see it. */
export interface MeetingView {
  readonly meetingId: string;
  readonly externalMeetingId: string;
  readonly controlRegion: string;
  readonly mediaRegion: string;
  readonly primaryMeetingId?: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  readonly endReason?: EndReason;
  readonly attendees: readonly {
    readonly attendeeId: string;
    readonly externalUserId: string;
    readonly connected: boolean;
  }[];
}

/** The Amazon Chime SDK Meetings API of one account in all control regions, as a local HTTP server. */
export class ChimeSimulator extends Simulator<Call, RefusedItems> {
  static async start(options: ChimeSimulatorOptions = {}): Promise<ChimeSimulator> {
    return new ChimeSimulator(options).listen();
  }

  readonly clock: SimulatedClock;
  readonly quotas: Quotas;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  private readonly world: World;

  private constructor({
    seed = 'chime',
    clock = new SimulatedClock(),
    account = '111122223333',
    quotas,
    behaviour,
  }: ChimeSimulatorOptions) {
    const stream = (purpose: string) => new SeededRandom(`${seed}/${purpose}`);
    const events = new MeetingEvents(account, stream('event-ids'), stream('deliveries'));
    const faults = new Faults(stream('faults'));
    const world: World = {
      account,
      clock,
      ids: stream('ids'),
      quotas: { ...DEFAULT_QUOTAS, ...quotas },
      behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour },
      events,
      registry: new MeetingRegistry(clock, events),
    };
    const handlers = { ...meetingOperations(world), ...attendeeOperations(world), ...tagOperations(world) };
    super(new ChimeGateway(world, handlers, faults, stream('request-ids')));
    this.clock = clock;
    this.quotas = world.quotas;
    this.behaviour = world.behaviour;
    this.faults = faults;
    this.world = world;
  }

  /** The value for AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get events(): MeetingEvents {
    this.world.registry.settle();
    return this.world.events;
  }

  /** The running meetings and, if requested, the ended ones, in the order of creation. */
  meetings({ ended = false } = {}): MeetingView[] {
    const { registry } = this.world;
    registry.settle();
    return [...(ended ? registry.all : registry.live).values()].map(view);
  }

  /** Connects a media client. Throws JoinRefused if the service would refuse it. */
  connect(meetingId: string, credentials: Credentials, observer?: LossObserver): MediaClient {
    return new MediaClient(this.world, meetingId, credentials, observer);
  }

  /** Sets whether a meeting has audio. It has by default. */
  setAudio(meetingId: string, audible: boolean): void {
    const meeting = this.liveMeeting(meetingId);
    meeting.audible = audible;
    noteWhoIsThere(meeting, this.clock.now());
  }

  /** Produces a MeetingEnded event for a running meeting, which has been reported for the real service. */
  reportFalseEnd(meetingId: string): void {
    this.world.events.produce('chime:MeetingEnded', this.liveMeeting(meetingId), this.clock.now());
  }

  private liveMeeting(meetingId: string): MeetingRecord {
    const { registry } = this.world;
    registry.settle();
    const meeting = registry.live.get(meetingId);
    if (!meeting) throw new Error(`Meeting ${meetingId} is not running`);
    return meeting;
  }
}

function view(meeting: MeetingRecord): MeetingView {
  return {
    meetingId: meeting.meetingId,
    externalMeetingId: meeting.externalMeetingId,
    controlRegion: meeting.controlRegion,
    mediaRegion: meeting.mediaRegion,
    primaryMeetingId: meeting.primary?.meetingId,
    createdAt: meeting.createdAt,
    endedAt: meeting.endedAt,
    endReason: meeting.endReason,
    attendees: [...meeting.attendees.values()].map(({ attendeeId, externalUserId }) => ({
      attendeeId,
      externalUserId,
      connected: meeting.connections.has(attendeeId),
    })),
  };
}
