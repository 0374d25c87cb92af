import { isUserId, MAX_ATTENDEES, MEETING_NAME, RoomConfig, USER_ID_RULE } from './contract';
import { canHost, CONTROL_REGIONS, MEDIA_REGIONS } from './regions';
import { ValidationError } from '../../private/validation-error';

/** RFC 3339, whose offset from UTC can't be left out. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
/** No meeting lives longer. */
const DAY_SECONDS = 24 * 3600;

/** The rules of a room, the same at synthesis and in the handler. */
export function validateRoom(room: RoomConfig, controlRegion: string): void {
  const { meeting, mediaRegion, replicas, attendeesPerSession, stageSlots, presenters, startsAt } = room;
  if (!MEETING_NAME.test(meeting)) {
    throw new ValidationError('meetingName', meeting, '2 to 64 letters, digits, - and _');
  }
  expectMediaRegion('mediaRegion', mediaRegion, controlRegion);
  replicas.forEach((region, index) => expectMediaRegion(`replicas[${index}].mediaRegion`, region, controlRegion));
  expectWhole(
    'attendeesPerSession',
    attendeesPerSession,
    [1, MAX_ATTENDEES],
    ': the quota of attendees per meeting (L-B1CE561B) can not be raised',
  );
  expectWhole('stageSlots', stageSlots, [0, attendeesPerSession], ', which is attendeesPerSession');
  if (stageSlots > 0 && replicas.length === 0) {
    throw new ValidationError('stageSlots', stageSlots, '0: without replicas, everybody is in the primary session');
  }
  presenters.forEach((user, index) => {
    if (!isUserId(user)) throw new ValidationError(`presenters[${index}]`, user, USER_ID_RULE);
  });
  if (startsAt !== undefined && (!TIME.test(startsAt) || Number.isNaN(Date.parse(startsAt)))) {
    throw new ValidationError('startsAt', startsAt, 'a time like 2026-01-31T12:00:00Z');
  }
  expectWhole('stageGrace', room.stageGraceSeconds, [0, DAY_SECONDS], ' seconds');
  if (room.seatGraceSeconds !== undefined) {
    expectWhole('seatGrace', room.seatGraceSeconds, [0, DAY_SECONDS], ' seconds');
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

function expectWhole(field: string, value: number, [from, to]: readonly [number, number], remark: string): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new ValidationError(field, value, `a whole number from ${from} to ${to}${remark}`);
}
