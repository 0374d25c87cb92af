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

/** An event as EventBridge delivers it to the target of a rule: https://docs.aws.amazon.com/chime-sdk/latest/dg/using-events.html */
export interface MeetingEvent {
  readonly version: '0';
  readonly id: string;
  readonly source: 'aws.chime';
  readonly account: string;
  /** The control region, in which the rule must be. */
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

/** How EventBridge delivers events. Rates are between 0 and 1. */
interface Delivery {
  /** Whether events are delivered out of order. @default false */
  readonly shuffled?: boolean;
  /** The rate of duplicated events. @default 0 */
  readonly twice?: number;
  /** The rate of events that are delayed until a later delivery. @default 0 */
  readonly late?: number;
  /** The rate of lost events. @default 0 */
  readonly lost?: number;
}

/** The events that the simulator has produced. */
export class MeetingEvents {
  /** All produced events in chronological order, whether delivered or not. */
  readonly all: MeetingEvent[] = [];
  private undelivered: MeetingEvent[] = [];

  constructor(
    private readonly account: string,
    private readonly ids: SeededRandom,
    private readonly chance: SeededRandom,
  ) {}

  /** Returns the pending events. Each event is returned once, unless it is duplicated. */
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

  /** For the simulator itself. */
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
