import { AttendeeRecord, MeetingRecord } from './records';
import { SeededRandom } from '../common/random';

type MeetingEventType =
  | 'chime:MeetingStarted'
  | 'chime:MeetingEnded'
  | 'chime:AttendeeAdded'
  | 'chime:AttendeeDeleted'
  | 'chime:AttendeeAuthorized'
  | 'chime:AttendeeJoined'
  | 'chime:AttendeeLeft'
  | 'chime:AttendeeDropped'
  | 'chime:AttendeeCapabilitiesUpdated';

/** An event as EventBridge hands it to a rule's target: https://docs.aws.amazon.com/chime-sdk/latest/dg/using-events.html */
export interface MeetingEvent {
  readonly version: '0';
  readonly id: string;
  readonly source: 'aws.chime';
  readonly account: string;
  /** The control region, where the rule has to be. */
  readonly region: string;
  readonly 'detail-type': 'Chime Meeting State Change';
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly version: '0';
    readonly eventType: MeetingEventType;
    readonly timestamp: number;
    readonly meetingId: string;
    readonly externalMeetingId: string;
    readonly mediaRegion: string;
    readonly attendeeId?: string;
    readonly externalUserId?: string;
    readonly networkType?: 'Voip';
    readonly success?: '1';
    readonly attendeeCapabilities?: { readonly audio: string; readonly video: string; readonly content: string };
  };
}

/** How EventBridge treats what it has to deliver. Rates are between 0 and 1. */
interface Delivery {
  /** Whether the order is lost. @default false */
  readonly shuffled?: boolean;
  /** The rate of events that come twice. @default 0 */
  readonly twice?: number;
  /** The rate of events that wait for a later delivery. @default 0 */
  readonly late?: number;
  /** The rate of events that never come. @default 0 */
  readonly lost?: number;
}

/** The events that the service has produced. */
export class MeetingEvents {
  /** Everything that was ever produced, in the order in which it happened, whether delivered or not. */
  readonly all: MeetingEvent[] = [];
  private undelivered: MeetingEvent[] = [];

  constructor(
    private readonly account: string,
    private readonly ids: SeededRandom,
    private readonly chance: SeededRandom,
  ) {}

  /** Takes what waits for delivery. Each event is taken once, unless it comes twice. */
  take(delivery: Delivery = {}): MeetingEvent[] {
    const waiting = this.undelivered;
    const happens = (rate: number | undefined) => rate !== undefined && this.chance.fraction() < rate;
    const arrived: MeetingEvent[] = [];
    this.undelivered = [];
    for (const event of waiting) {
      if (happens(delivery.lost)) continue;
      if (happens(delivery.late)) {
        this.undelivered.push(event);
        continue;
      }
      arrived.push(event);
      if (happens(delivery.twice)) arrived.push(event);
    }
    return delivery.shuffled ? this.chance.shuffle(arrived) : arrived;
  }

  /** For the service itself. */
  produce(eventType: MeetingEventType, meeting: MeetingRecord, at: number, attendee?: AttendeeRecord): void {
    const event: MeetingEvent = {
      version: '0',
      id: this.ids.uuid(),
      source: 'aws.chime',
      account: this.account,
      region: meeting.controlRegion,
      'detail-type': 'Chime Meeting State Change',
      time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
      resources: [],
      detail: {
        version: '0',
        eventType,
        timestamp: at,
        meetingId: meeting.meetingId,
        externalMeetingId: meeting.externalMeetingId,
        mediaRegion: meeting.mediaRegion,
        ...(attendee && { attendeeId: attendee.attendeeId, externalUserId: attendee.externalUserId }),
        ...(attendee && extraDetail(eventType, attendee)),
      },
    };
    this.all.push(event);
    this.undelivered.push(event);
  }
}

function extraDetail(eventType: MeetingEventType, { capabilities }: AttendeeRecord): Partial<MeetingEvent['detail']> {
  switch (eventType) {
    case 'chime:AttendeeJoined':
    case 'chime:AttendeeLeft':
    case 'chime:AttendeeDropped':
      return { networkType: 'Voip' };
    case 'chime:AttendeeCapabilitiesUpdated':
      return {
        success: '1',
        attendeeCapabilities: {
          audio: capabilities.Audio!,
          video: capabilities.Video!,
          content: capabilities.Content!,
        },
      };
    default:
      return {};
  }
}
