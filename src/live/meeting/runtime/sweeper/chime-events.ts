import { chunks } from '../../../../private/chunks';
import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { Generations } from '../rooms/generations';
import { Room, Rooms } from '../rooms/rooms';
import { PlaceKind, Places } from '../seats/places';
import { Place, placeOf } from '../seats/users';
import { keys, SessionAddress } from '../store/keys';

/** https://docs.aws.amazon.com/chime-sdk/latest/dg/using-events.html */
interface ChimeEvent {
  readonly source: 'aws.chime';
  readonly detail: {
    readonly eventType: string;
    readonly timestamp: number;
    readonly meetingId: string;
    readonly attendeeId?: string;
    readonly externalUserId?: string;
  };
}

/** A batch of messages from the queue, each of which contains an event. */
export interface QueueEvent {
  readonly Records: readonly { readonly body: string }[];
}

interface MeetingItem extends SessionAddress {
  readonly room: string;
}

/** An event of a session of this service. */
interface SessionEvent {
  readonly session: MeetingItem;
  readonly detail: ChimeEvent['detail'];
}

const WRITES_AT_ONCE = 25;
/** Whether the event type means that a connection was lost. */
const CONNECTION_LOST: Record<string, boolean> = {
  'chime:AttendeeJoined': false,
  'chime:AttendeeLeft': true,
  'chime:AttendeeDropped': true,
};

export function isQueueEvent(event: object): event is QueueEvent {
  return Array.isArray((event as Partial<QueueEvent>).Records);
}

/**
 * Handles the events of Amazon Chime SDK. Events can be late, duplicated, out of order, missing and occasionally wrong,
 * so they are only hints: the end of a meeting is confirmed first, and outdated connection events are ignored.
 */
export class ChimeEvents {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly rooms: Rooms,
    private readonly generations: Generations,
    private readonly places: Places,
  ) {}

  /** @throws the first error, after the events of all other rooms have been handled */
  async handle({ Records }: QueueEvent, deadline: Deadline): Promise<void> {
    const byRoom = new Map<string, SessionEvent[]>();
    for (const event of await this.locate(Records.flatMap(({ body }) => eventIn(body) ?? []))) {
      const { room } = event.session;
      byRoom.set(room, [...(byRoom.get(room) ?? []), event]);
    }
    const errors: unknown[] = [];
    for (const [meeting, events] of byRoom) {
      await this.handleRoom(meeting, events, deadline).catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Leaves out the meetings of other applications, and those that have already ended. */
  private async locate(events: readonly ChimeEvent[]): Promise<SessionEvent[]> {
    const meetingIds = new Set(events.map(({ detail }) => detail.meetingId));
    const found = await this.table.getAll<MeetingItem>([...meetingIds].map((id) => keys.meeting(id)));
    return events.flatMap(({ detail }) => {
      const session = found.get(keys.meeting(detail.meetingId));
      return session ? [{ session, detail }] : [];
    });
  }

  private async handleRoom(meeting: string, events: readonly SessionEvent[], deadline: Deadline): Promise<void> {
    const room = await this.rooms.find(meeting);
    if (room?.state !== 'live') return;
    const current = events.filter(({ session: { uid, generation } }) => {
      return uid === room.uid && generation === room.generation;
    });
    if (current.some(({ detail }) => detail.eventType === 'chime:MeetingEnded')) {
      if (!(await this.generations.confirm(room, deadline))) {
        await this.generations.end(room, 'idle', deadline);
        return;
      }
    }
    for (const { session, detail } of current) {
      if (detail.eventType !== 'chime:MeetingEnded' || session.index === 0) continue;
      const live = room.sessions!.find(({ index }) => index === session.index);
      if (live) await this.generations.recover(room, live, deadline);
    }
    const latest = latestConnections(current);
    await this.noteConnections('stage', room, latest);
    await this.noteConnections('seat', room, latest);
  }

  private async noteConnections(kind: PlaceKind, room: Room, events: readonly SessionEvent[]): Promise<void> {
    const relevant = events.filter(({ session }) => isNoted(kind, room, session));
    const places = await this.placesOf(kind, room, relevant);
    for (const chunk of chunks(relevant, WRITES_AT_ONCE)) {
      await Promise.all(
        chunk.map(async ({ session, detail: { attendeeId, eventType, timestamp } }) => {
          const place = places.get(attendeeId!);
          if (place?.state !== 'taken' || place.index !== session.index) return;
          await this.places.noteConnection(place, timestamp, CONNECTION_LOST[eventType]);
        }),
      );
    }
  }

  /** The places that events are about, by the ids of their attendees. In a pool, events name the seat, not the user. */
  private async placesOf(
    kind: PlaceKind,
    room: Room,
    events: readonly SessionEvent[],
  ): Promise<Map<string | undefined, Place>> {
    const isPooled = ({ session }: SessionEvent) => session.index > 0 && room.running!.seatPool;
    const named = new Set(events.filter((each) => !isPooled(each)).map(({ detail }) => detail.externalUserId!));
    const places = [...(await this.places.findAll(kind, room, [...named])).values()];
    for (const index of new Set(events.filter(isPooled).map(({ session }) => session.index))) {
      const users = await this.places.list({ uid: room.uid, generation: room.generation, index });
      places.push(...users.flatMap((user) => placeOf(kind, user) ?? []));
    }
    return new Map(places.map((place) => [place.attendeeId, place]));
  }
}

/** Anyone who can send messages can write anything into them. */
function eventIn(body: string): ChimeEvent | undefined {
  try {
    const { source, detail } = (JSON.parse(body) ?? {}) as Partial<ChimeEvent>;
    const isValid = source === 'aws.chime' && typeof detail?.meetingId === 'string';
    return isValid ? { source, detail } : undefined;
  } catch {
    return undefined;
  }
}

/** The latest connection event of each attendee. */
function latestConnections(events: readonly SessionEvent[]): SessionEvent[] {
  const latest = new Map<string, SessionEvent>();
  for (const event of events) {
    const { eventType, attendeeId, externalUserId, timestamp } = event.detail;
    if (!(eventType in CONNECTION_LOST) || !attendeeId || !externalUserId) continue;
    const known = latest.get(attendeeId);
    if (!known || known.detail.timestamp < timestamp) latest.set(attendeeId, event);
  }
  return [...latest.values()];
}

/** Whether connections are noted. For most of the audience they are not, because they have no consequences. */
function isNoted(kind: PlaceKind, { config, running }: Room, { index }: SessionAddress): boolean {
  // A meeting without anybody in its primary session ends.
  const isOnStage = index === 0 && running!.replicas.length > 0;
  return isOnStage || (kind === 'seat' && config.seatGraceSeconds !== undefined);
}
