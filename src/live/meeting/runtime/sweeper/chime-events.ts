import { Deadline } from '../../../../private/runtime/deadline';
import { DynamoDbTable } from '../../../../private/runtime/dynamodb-table';
import { Generations } from '../rooms/generations';
import { Rooms } from '../rooms/rooms';
import { Place, Places } from '../seats/places';
import { keys, SessionAddress } from '../store/keys';

/** https://docs.aws.amazon.com/chime-sdk/latest/dg/using-events.html */
export interface ChimeEvent {
  readonly source: 'aws.chime';
  readonly detail: {
    readonly eventType: string;
    readonly timestamp: number;
    readonly meetingId: string;
    readonly attendeeId?: string;
    readonly externalUserId?: string;
  };
}

interface MeetingItem extends SessionAddress {
  readonly room: string;
}

export function isChimeEvent(event: unknown): event is ChimeEvent {
  const { source, detail } = (event ?? {}) as Partial<ChimeEvent>;
  return source === 'aws.chime' && typeof detail?.meetingId === 'string' && typeof detail.eventType === 'string';
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

  async handle({ detail }: ChimeEvent, deadline: Deadline): Promise<void> {
    const session = await this.table.get<MeetingItem>(keys.meeting(detail.meetingId));
    if (!session) return; // a meeting of another application, or one that has already ended
    switch (detail.eventType) {
      case 'chime:MeetingEnded':
        return this.meetingEnded(session, deadline);
      case 'chime:AttendeeJoined':
        return this.connection(session, detail, false);
      case 'chime:AttendeeLeft':
      case 'chime:AttendeeDropped':
        return this.connection(session, detail, true);
      default:
        return;
    }
  }

  private async meetingEnded({ room: meeting, uid, generation }: MeetingItem, deadline: Deadline): Promise<void> {
    const room = await this.rooms.find(meeting);
    if (room?.state !== 'live' || room.uid !== uid || room.generation !== generation) return;
    if (await this.generations.confirm(room, deadline)) return;
    await this.generations.end(room, 'idle', deadline);
  }

  private async connection(session: MeetingItem, detail: ChimeEvent['detail'], lost: boolean): Promise<void> {
    const { externalUserId, attendeeId, timestamp } = detail;
    if (!externalUserId || !attendeeId) return;
    for (const kind of ['seat', 'stage'] as const) {
      const place: Place | undefined = await this.places.find(kind, session, externalUserId);
      if (place?.state === 'taken' && place.index === session.index && place.attendee!.AttendeeId === attendeeId) {
        await this.places.noteConnection(place, timestamp, lost);
      }
    }
  }
}
