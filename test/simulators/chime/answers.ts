import { AttendeeRecord, MeetingRecord } from './records';
import { shortName } from './regions';
import { SeededRandom } from '../common/random';

/** A meeting in a response. Members without a value are null, as in recorded responses. */
export function meetingAnswer(meeting: MeetingRecord): object {
  return {
    MeetingId: meeting.meetingId,
    MeetingHostId: meeting.meetingHostId ?? null,
    ExternalMeetingId: meeting.externalMeetingId,
    MediaRegion: meeting.mediaRegion,
    MediaPlacement: mediaPlacement(meeting),
    MeetingFeatures: meeting.features ?? null,
    PrimaryMeetingId: meeting.primary?.meetingId ?? null,
    TenantIds: meeting.tenantIds,
    MeetingArn: meeting.meetingArn,
  };
}

export function attendeeAnswer(attendee: AttendeeRecord): object {
  return {
    ExternalUserId: attendee.externalUserId,
    AttendeeId: attendee.attendeeId,
    JoinToken: attendee.joinToken,
    Capabilities: attendee.capabilities,
  };
}

/** Recorded tokens are the unpadded base64 encoding of the attendee id, a colon and a UUID. */
export function newJoinToken(attendeeId: string, ids: SeededRandom): string {
  return Buffer.from(`${attendeeId}:${ids.uuid()}`).toString('base64').replace(/=+$/, '');
}

/** Recorded ids end with the number of a cell of the control region, which is also in the host name of TurnControlUrl. */
export function newMeetingId(controlRegion: string, ids: SeededRandom): string {
  return ids.uuid().slice(0, -4) + cellOf(controlRegion);
}

const CELLS: Record<string, string> = {
  'us-east-1': '2713',
  'eu-central-1': '7979',
  'ap-northeast-1': '4804',
  'ap-southeast-1': '2954',
};

function cellOf(controlRegion: string): string {
  return CELLS[controlRegion] ?? new SeededRandom(`cell/${controlRegion}`).hex(4);
}

function mediaPlacement({ meetingId, controlRegion, mediaRegion }: MeetingRecord): object {
  const cell = `m${1 + (Number.parseInt(meetingId[0], 16) % 3)}.${shortName(mediaRegion)}.app.chime.aws`;
  const screen = `wss://bitpw.${cell}:443`;
  return {
    AudioHostUrl: `${new SeededRandom(meetingId).hex(32)}.k.${cell}:3478`,
    AudioFallbackUrl: `wss://wss.k.${cell}:443/calls/${meetingId}`,
    SignalingUrl: `wss://signal.${cell}/control/${meetingId}`,
    TurnControlUrl: `https://${cellOf(controlRegion)}.cell.${controlRegion}.meetings.chime.aws/v2/turn_sessions`,
    ScreenDataUrl: `${screen}/v2/screen/${meetingId}`,
    ScreenViewingUrl: `${screen}/ws/connect?passcode=null&viewer_uuid=null&X-BitHub-Call-Id=${meetingId}`,
    ScreenSharingUrl: `${screen}/v2/screen/${meetingId}`,
    EventIngestionUrl: `https://data.svc.${shortName(controlRegion)}.ingest.chime.aws/v1/client-events`,
  };
}
