import { MAX_ATTENDEES, MEETING_NAME, RoomConfig } from './contract';
import { canHost, CONTROL_REGIONS, MEDIA_REGIONS } from './regions';
import { ValidationError } from '../private/runtime/validation-error';

/** RFC 3339, whose offset from UTC can't be left out. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** The rules of a room, the same at synthesis and in the handler. */
export function validateRoom(room: RoomConfig, controlRegion: string): void {
  const { meeting, mediaRegion, replicas, attendeesPerSession, stageSlots, startsAt } = room;
  if (!MEETING_NAME.test(meeting)) {
    throw new ValidationError('meetingName', meeting, '2 to 64 letters, digits, - and _');
  }
  expectMediaRegion('mediaRegion', mediaRegion, controlRegion);
  replicas.forEach((region, index) => expectMediaRegion(`replicas[${index}].mediaRegion`, region, controlRegion));
  if (!isWhole(attendeesPerSession, 1, MAX_ATTENDEES)) {
    throw new ValidationError(
      'attendeesPerSession',
      attendeesPerSession,
      `a whole number from 1 to ${MAX_ATTENDEES}: the quota of attendees per meeting (L-B1CE561B) can not be raised`,
    );
  }
  if (!isWhole(stageSlots, 0, attendeesPerSession)) {
    throw new ValidationError(
      'stageSlots',
      stageSlots,
      `a whole number from 0 to ${attendeesPerSession}, which is attendeesPerSession`,
    );
  }
  if (startsAt !== undefined && (!TIME.test(startsAt) || Number.isNaN(Date.parse(startsAt)))) {
    throw new ValidationError('startsAt', startsAt, 'a time like 2026-01-31T12:00:00Z');
  }
}

export function validateControlRegion(controlRegion: string): void {
  if ((CONTROL_REGIONS as readonly string[]).includes(controlRegion)) return;
  throw new ValidationError(
    'controlRegion',
    controlRegion,
    `a region with an endpoint for meetings (${CONTROL_REGIONS.join(', ')}): others carry media only`,
  );
}

function expectMediaRegion(field: string, region: string, controlRegion: string): void {
  const possible = MEDIA_REGIONS.filter((each) => canHost(controlRegion, each));
  if (possible.includes(region)) return;
  throw new ValidationError(field, region, `a media region that ${controlRegion} can use (${possible.join(', ')})`);
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}
