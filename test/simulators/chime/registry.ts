import { disconnect } from './connections';
import { notFound } from './errors';
import { MeetingEvents } from './events';
import { EndReason, MeetingRecord } from './records';
import { SimulatedClock } from '../common/clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** https://docs.aws.amazon.com/chime-sdk/latest/dg/create-mtgs.html */
const LIMITS = { empty: 5 * MINUTE, quiet: 6 * HOUR, age: 24 * HOUR };

/** The meetings of the account. */
export class MeetingRegistry {
  readonly live = new Map<string, MeetingRecord>();
  /** The running and the ended meetings, in the order of creation. */
  readonly all = new Map<string, MeetingRecord>();

  constructor(
    private readonly clock: SimulatedClock,
    private readonly events: MeetingEvents,
  ) {}

  /** A running meeting. It is only known in the control region that created it. */
  get(meetingId: string, controlRegion: string): MeetingRecord {
    const meeting = this.find(meetingId, controlRegion);
    if (!meeting) throw notFound('Meeting', meetingId);
    return meeting;
  }

  find(meetingId: string, controlRegion: string): MeetingRecord | undefined {
    const meeting = this.live.get(meetingId);
    return meeting?.controlRegion === controlRegion ? meeting : undefined;
  }

  countIn(controlRegion: string): number {
    let count = 0;
    for (const meeting of this.live.values()) if (meeting.controlRegion === controlRegion) count++;
    return count;
  }

  add(meeting: MeetingRecord): void {
    this.all.set(meeting.meetingId, meeting);
    this.live.set(meeting.meetingId, meeting);
    meeting.primary?.replicas.add(meeting);
    this.events.produce('chime:MeetingStarted', meeting, meeting.createdAt);
  }

  end(meeting: MeetingRecord, reason: EndReason, at: number): void {
    for (const replica of meeting.replicas) this.end(replica, 'primary-ended', at);
    for (const { attendee } of meeting.connections.values()) {
      disconnect(this.events, meeting, attendee, 'ended', at);
    }
    meeting.endedAt = at;
    meeting.endReason = reason;
    meeting.primary?.replicas.delete(meeting);
    this.live.delete(meeting.meetingId);
    this.events.produce('chime:MeetingEnded', meeting, at);
  }

  /** Ends the meetings that are due, in the order of their end times. */
  settle(): void {
    const now = this.clock.now();
    for (let next = this.nextEnd(); next && next.at <= now; next = this.nextEnd()) {
      this.end(next.meeting, next.reason, next.at);
    }
  }

  private nextEnd(): { meeting: MeetingRecord; reason: EndReason; at: number } | undefined {
    let next: { meeting: MeetingRecord; reason: EndReason; at: number } | undefined;
    for (const meeting of this.live.values()) {
      // Replicas only end with their primary, which is older.
      if (meeting.primary) continue;
      for (const end of naturalEnds(meeting)) {
        if (!next || end.at < next.at) next = { meeting, ...end };
      }
    }
    return next;
  }
}

function naturalEnds({ createdAt, emptySince, quietSince }: MeetingRecord): { reason: EndReason; at: number }[] {
  const ends: { reason: EndReason; at: number }[] = [{ reason: 'too-old', at: createdAt + LIMITS.age }];
  if (emptySince !== undefined) ends.push({ reason: 'nobody-connected', at: emptySince + LIMITS.empty });
  if (quietSince !== undefined) ends.push({ reason: 'no-audio', at: quietSince + LIMITS.quiet });
  return ends;
}
