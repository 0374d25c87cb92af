import { isUserId, MAX_ATTENDEES, MEETING_NAME, RoomConfig, USER_ID_RULE } from './contract';
import { canHost, CONTROL_REGIONS, MEDIA_REGIONS } from './regions';
import type { Finding } from '../../private/problems';

/** RFC 3339, which requires the offset from UTC. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
/** The maximum duration of an Amazon Chime SDK meeting. */
const DAY_SECONDS = 24 * 3600;

/**
 * The rules for a room, which both the construct and the handler apply. A rule that depends on a broken one is skipped.
 *
 * @param controlRegion undefined if it is not known yet
 */
export function roomFindings(room: RoomConfig, controlRegion: string | undefined): Finding[] {
  const { meeting, mediaRegion, replicas, attendeesPerSession, stageSlots, presenters, startsAt } = room;
  const findings: Finding[] = [];
  const expect = (holds: boolean, property: string, got: unknown, expected: string, fix: string) => {
    if (!holds) findings.push({ property, got, expected, fix });
    return holds;
  };

  const nameFix = 'Change the name, or omit it to get a generated one.';
  expect(MEETING_NAME.test(meeting), 'meetingName', meeting, '2 to 64 letters, digits, - and _', nameFix);

  const mediaRegions = MEDIA_REGIONS.filter((each) => !controlRegion || canHost(controlRegion, each));
  const expectMediaRegion = (property: string, region: string) =>
    expect(
      mediaRegions.includes(region),
      property,
      region,
      `a media region${controlRegion ? ` that ${controlRegion} can use` : ''} (${mediaRegions.join(', ')})`,
      'Choose one of these regions.',
    );
  expectMediaRegion('mediaRegion', mediaRegion);
  replicas.forEach((region, index) => expectMediaRegion(`replicas[${index}].mediaRegion`, region));

  const attendeesAreValid = expect(
    isWholeWithin(attendeesPerSession, 1, MAX_ATTENDEES),
    'attendeesPerSession',
    attendeesPerSession,
    `a whole number from 1 to ${MAX_ATTENDEES}`,
    'The quota "attendees per meeting" (L-B1CE561B) cannot be increased: add replicas for more attendees.',
  );
  if (stageSlots !== 0 && replicas.length === 0) {
    const reason = '0, because without replicas everyone is in the primary session';
    expect(false, 'stageSlots', stageSlots, reason, 'Remove `stageSlots`, or add replicas.');
  } else if (attendeesAreValid) {
    expect(
      isWholeWithin(stageSlots, 0, attendeesPerSession),
      'stageSlots',
      stageSlots,
      `a whole number from 0 to ${attendeesPerSession}, the attendees per session`,
      'Lower it, or raise `attendeesPerSession`.',
    );
  }

  presenters.forEach((user, index) =>
    expect(isUserId(user), `presenters[${index}]`, user, USER_ID_RULE, 'List the `externalUserId` of the presenter.'),
  );
  expect(
    startsAt === undefined || (TIME.test(startsAt) && !Number.isNaN(Date.parse(startsAt))),
    'startsAt',
    startsAt,
    'a time like 2026-01-31T12:00:00Z',
    'Write it in RFC 3339 format, with `Z` or an offset from UTC.',
  );
  const expectGrace = (property: string, seconds: number) =>
    expect(
      isWholeWithin(seconds, 0, DAY_SECONDS),
      property,
      seconds,
      `a whole number of seconds from 0 to ${DAY_SECONDS}`,
      'A meeting lasts for 24 hours at most: choose a shorter time.',
    );
  expectGrace('stageGrace', room.stageGraceSeconds);
  if (room.seatGraceSeconds !== undefined) expectGrace('seatGrace', room.seatGraceSeconds);
  return findings;
}

/** The rule for the control region. */
export function controlRegionFinding(controlRegion: string): Finding | undefined {
  if (CONTROL_REGIONS.includes(controlRegion)) return undefined;
  return {
    property: 'controlRegion',
    got: controlRegion,
    expected: `a region with an Amazon Chime SDK meetings endpoint (${CONTROL_REGIONS.join(', ')})`,
    fix: 'Specify one of these as `controlRegion`; other regions can only host media.',
  };
}

function isWholeWithin(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
