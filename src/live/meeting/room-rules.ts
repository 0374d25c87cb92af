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
  const expectWhole = (property: string, got: number, [from, to]: [number, number], remark: string, fix: string) =>
    expect(
      Number.isInteger(got) && got >= from && got <= to,
      property,
      got,
      `a whole number from ${from} to ${to}${remark}`,
      fix,
    );

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

  const attendeesAreValid = expectWhole(
    'attendeesPerSession',
    attendeesPerSession,
    [1, MAX_ATTENDEES],
    ' (quota L-B1CE561B)',
    'The quota "attendees per meeting" cannot be increased: add replicas for more attendees.',
  );
  if (stageSlots !== 0 && replicas.length === 0) {
    const expected = '0, because without replicas everyone is in the primary session';
    expect(false, 'stageSlots', stageSlots, expected, 'Remove `stageSlots`, or add replicas.');
  } else if (attendeesAreValid) {
    const stageFix = 'Lower it, or raise `attendeesPerSession`.';
    expectWhole('stageSlots', stageSlots, [0, attendeesPerSession], ', the attendees per session', stageFix);
  }

  const { features, participantsCanSend } = room;
  const sendFix = 'Remove `participantsCanSend`';
  if (replicas.length > 0) {
    const expected = 'false, because participants in replicas cannot send unless they are promoted';
    expect(!participantsCanSend, 'participantsCanSend', participantsCanSend, expected, `${sendFix}.`);
  } else if (features?.videoMaxResolution === 'None' && features.contentMaxResolution !== 'None') {
    // https://docs.aws.amazon.com/chime-sdk/latest/APIReference/API_meeting-chime_AttendeeCapabilities.html
    const expected =
      'true, because attendees of a meeting with content but without video cannot be restricted to receiving content';
    expect(participantsCanSend, 'participantsCanSend', participantsCanSend, expected, `${sendFix}, or allow video.`);
  }
  expect(
    !room.seatPool || replicas.length > 0,
    'seatPool',
    room.seatPool,
    'false, because only the seats of replicas can be prepared',
    'Remove `seatPool`, or add replicas.',
  );
  presenters.forEach((user, index) =>
    expect(isUserId(user), `presenters[${index}]`, user, USER_ID_RULE, 'List the `externalUserId` of the presenter.'),
  );
  const timeIsValid = startsAt === undefined || (TIME.test(startsAt) && !Number.isNaN(Date.parse(startsAt)));
  const timeFix = 'Write it in RFC 3339 format, with `Z` or an offset from UTC.';
  expect(timeIsValid, 'startsAt', startsAt, 'a time like 2026-01-31T12:00:00Z', timeFix);
  const graceFix = 'A meeting lasts for 24 hours at most: choose a shorter time.';
  expectWhole('stageGrace', room.stageGraceSeconds, [0, DAY_SECONDS], ' seconds', graceFix);
  expectWhole('seatGrace', room.seatGraceSeconds ?? 0, [0, DAY_SECONDS], ' seconds', graceFix);
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
