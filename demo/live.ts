import { LiveSettings } from './contract';
import { MeetingStartPolicy, ReplicatedMeetingOptions } from '../src';
import { MEDIA_REGIONS } from '../src/live/meeting/regions';
import { MeetingsWorld } from '../test/e2e/support/meetings-world';
import { PublishedEvent } from '../test/simulators/event-bridge';
import { SignallingServer } from '../test/simulators/signalling';

const DELIVERY_MS = 1000;
const SWEEP_MS = 60_000;
const EVENTS_MS = 500;

const ROOM = {
  mediaRegion: 'us-east-1',
  startPolicy: MeetingStartPolicy.ON_JOIN,
  presenters: ['Ada'],
  seatPool: true,
};

const ROOMS: Record<string, ReplicatedMeetingOptions & { readonly title: string }> = {
  'town-hall': {
    ...ROOM,
    title: 'Town hall',
    replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
    attendeesPerSession: 25,
    stageSlots: 2,
  },
  interview: {
    ...ROOM,
    title: 'Interview',
    replicas: [{ mediaRegion: 'eu-central-1' }],
    attendeesPerSession: 2,
    stageSlots: 1,
  },
};

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Rooms, deployed to simulators. What AWS does by itself happens in the background. */
export class LiveDemo {
  static async start(): Promise<LiveDemo> {
    const options = Object.entries(ROOMS).map(([meeting, { title, ...room }]) => [meeting, room] as const);
    const world = await MeetingsWorld.start(Object.fromEntries(options));
    for (const meeting of Object.keys(ROOMS)) await world.deploy('Create', meeting);
    return new LiveDemo(world, await SignallingServer.start({ chime: world.chime }));
  }

  readonly settings: LiveSettings = {
    rooms: Object.entries(ROOMS).map(([meeting, { title }]) => ({ meeting, title })),
    mediaRegions: MEDIA_REGIONS,
  };
  private readonly timers: NodeJS.Timeout[] = [];

  private constructor(
    private readonly world: MeetingsWorld,
    private readonly signalling: SignallingServer,
  ) {
    this.repeat(DELIVERY_MS, () => world.deliver());
    this.repeat(SWEEP_MS, () => world.sweep(false));
  }

  /** Invokes the function as API Gateway does, whose authorizer has identified the user. */
  async audience(user: string, body: string): Promise<HttpAnswer> {
    const answer: HttpAnswer = await this.world.fn('Audience').invoke({
      version: '2.0',
      routeKey: 'POST /audience',
      body,
      requestContext: { http: { sourceIp: '127.0.0.1' }, authorizer: { jwt: { claims: { sub: user } } } },
    });
    const response = JSON.parse(answer.body);
    if (!response.Meeting) return answer;
    return { ...answer, body: JSON.stringify({ ...response, Meeting: this.signalling.local(response.Meeting) }) };
  }

  host({ operation, ...request }: { readonly operation: string }): Promise<object> {
    return this.world.host(operation, request);
  }

  /** Cuts the connection of an attendee, as a network that fails does. */
  cut(attendeeId: string): void {
    this.signalling.session(attendeeId)?.cut();
  }

  /** Passes on the events of EventBridge, from the first one, until the function that it returns is called. */
  follow(listener: (event: PublishedEvent) => void): () => void {
    let next = 0;
    const { events } = this.world.bus;
    const timer = setInterval(() => {
      while (next < events.length) listener(events[next++]);
    }, EVENTS_MS);
    return () => clearInterval(timer);
  }

  async stop(): Promise<void> {
    this.timers.forEach(clearInterval);
    this.world.stop();
    await this.signalling.stop();
  }

  private repeat(milliseconds: number, work: () => Promise<void>): void {
    this.timers.push(setInterval(() => void work().catch(() => undefined), milliseconds));
  }
}
