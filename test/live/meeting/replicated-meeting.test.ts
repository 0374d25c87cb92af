import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import {
  ContentResolution,
  MeetingNetworkType,
  MeetingStartPolicy,
  ReplicatedMeeting,
  ReplicatedMeetingOptions,
  ReplicatedMeetingService,
  VideoResolution,
} from '../../../src';
import { Problems } from '../../../src/private/problems';
import { asText, primaryStack, templateOf } from '../../support/synth';

const US = { mediaRegion: 'us-east-1' };

function setUp(options: ReplicatedMeetingOptions = US, stack: Stack = primaryStack()) {
  const service = new ReplicatedMeetingService(stack, 'Meetings');
  return { stack, service, meeting: service.addMeeting('Hall', options) };
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern);
const roomOf = (stack: Stack) =>
  JSON.parse(Object.values(templateOf(stack).findResources('Custom::ReplicatedMeeting'))[0].Properties.Room);

describe('ReplicatedMeeting', () => {
  test('creates a room with default values', () => {
    const { stack, meeting } = setUp({ ...US, replicas: [{ mediaRegion: 'eu-west-1', count: 2 }, US] });
    expect(roomOf(stack)).toEqual({
      meeting: meeting.meetingName,
      mediaRegion: 'us-east-1',
      replicas: ['eu-west-1', 'eu-west-1', 'us-east-1'],
      spareReplicas: [],
      attendeesPerSession: 250,
      stageSlots: 10,
      presenters: [],
      startPolicy: 'presenter',
      participantsCanSend: false,
      seatPool: true,
      startWithFewerReplicas: false,
      stageGraceSeconds: 60,
    });
    expect(meeting.meetingName).toMatch(/^hall-[0-9a-f]{8}$/);
    // The ten places on the stage are for participants who also have a seat in a replica.
    expect([meeting.capacity, meeting.audienceCapacity]).toEqual([990, 750]);
  });

  test('is an ordinary meeting without replicas', () => {
    const { stack, meeting } = setUp();
    expect(roomOf(stack)).toMatchObject({
      replicas: [],
      startPolicy: 'join',
      participantsCanSend: true,
      seatPool: false,
    });
    expect([meeting.capacity, meeting.audienceCapacity]).toEqual([250, 250]);
  });

  test('passes its options to the room', () => {
    const { stack, meeting } = setUp({
      mediaRegion: 'eu-central-1',
      replicas: [{ mediaRegion: 'eu-west-3' }],
      meetingName: 'town-hall',
      attendeesPerSession: 100,
      stageSlots: 7,
      presenters: ['ceo'],
      startPolicy: MeetingStartPolicy.BY_HOST,
      startWithFewerReplicas: true,
      startsAt: '2030-01-31T12:00:00+01:00',
      startOnDeploy: true,
      stageGrace: Duration.seconds(30),
      seatGrace: Duration.minutes(5),
      features: { echoReduction: false, contentMaxResolution: ContentResolution.NONE },
      participantsCanSend: false,
      networkType: MeetingNetworkType.DUAL_STACK,
      seatPool: false,
    });
    expect(roomOf(stack)).toEqual({
      meeting: 'town-hall',
      mediaRegion: 'eu-central-1',
      replicas: ['eu-west-3'],
      spareReplicas: [],
      attendeesPerSession: 100,
      stageSlots: 7,
      presenters: ['ceo'],
      startPolicy: 'host',
      participantsCanSend: false,
      networkType: 'DualStack',
      seatPool: false,
      startWithFewerReplicas: true,
      startsAt: '2030-01-31T12:00:00+01:00',
      stageGraceSeconds: 30,
      seatGraceSeconds: 300,
      features: { echoReduction: 'UNAVAILABLE', contentMaxResolution: 'None' },
    });
    templateOf(stack).hasResourceProperties('Custom::ReplicatedMeeting', { StartOnDeploy: 'true' });
    expect([meeting.capacity, meeting.audienceCapacity]).toEqual([193, 100]);
  });

  test.each([{ videoMaxResolution: VideoResolution.FHD }, { contentMaxResolution: ContentResolution.UHD }])(
    'has 25 seats per session by default with %j',
    (features) => {
      expect(setUp({ ...US, features }).meeting.capacity).toBe(25);
      expect(setUp({ ...US, features, attendeesPerSession: 250 }).meeting.capacity).toBe(250);
    },
  );

  test('can have replicas that are added as the others fill', () => {
    const replicas = [{ mediaRegion: 'eu-west-1', maxCount: 3 }, US];
    const { stack, meeting } = setUp({ ...US, replicas });
    expect(roomOf(stack)).toMatchObject({
      replicas: ['eu-west-1', 'us-east-1'],
      spareReplicas: ['eu-west-1', 'eu-west-1'],
    });
    expect([meeting.sessionCount, meeting.audienceCapacity]).toEqual([5, 1000]);
  });

  test('reserves at most half of the seats for the stage, and none without replicas', () => {
    const replicas = [{ mediaRegion: 'eu-west-1' }];
    expect(roomOf(setUp({ ...US, replicas, attendeesPerSession: 5 }).stack).stageSlots).toBe(2);
    expect(roomOf(setUp().stack).stageSlots).toBe(0);
  });

  test('is deleted before the role of the function that ends it', () => {
    const resource = Object.values(templateOf(setUp().stack).findResources('Custom::ReplicatedMeeting'))[0];
    expect(resource.DependsOn.sort()).toEqual([
      expect.stringMatching(/^MeetingsRoomRole(?!Default)/),
      expect.stringMatching(/^MeetingsRoomRoleDefaultPolicy/),
    ]);
  });

  describe('fails when', () => {
    test.each<[string, Partial<ReplicatedMeetingOptions>, RegExp]>([
      [
        'the media region does not exist',
        { mediaRegion: 'mars-1' },
        /mediaRegion: got "mars-1", expected a media region that us-east-1 can use \(af-south-1, /,
      ],
      [
        'the media region is in another partition',
        { mediaRegion: 'us-gov-west-1' },
        /mediaRegion: got "us-gov-west-1"/,
      ],
      [
        'the region of a replica is not a media region',
        { replicas: [{ mediaRegion: 'il-central-1' }] },
        /replicas\[0\]\.mediaRegion: got "il-central-1"/,
      ],
      [
        'a count is zero',
        { replicas: [{ ...US, count: 0 }] },
        /replicas\[0\]\.count: got 0, expected a whole number of 1 or more/,
      ],
      ['a count is not a whole number', { replicas: [{ ...US, count: 1.5 }] }, /replicas\[0\]\.count: got 1.5/],
      ['the name is too short', { meetingName: 'x' }, /meetingName: got "x", expected 2 to 64 letters/],
      ['the name contains other characters', { meetingName: 'Town Hall' }, /meetingName: got "Town Hall"/],
      [
        'there are more attendees than a meeting can have',
        { attendeesPerSession: 251 },
        /attendeesPerSession: got 251.*L-B1CE561B/,
      ],
      [
        'the stage is larger than the session',
        { attendeesPerSession: 5, stageSlots: 6, replicas: [US] },
        /stageSlots: got 6, expected a whole number from 0 to 5/,
      ],
      [
        'there is a stage without replicas',
        { stageSlots: 1 },
        /stageSlots: got 1, expected 0, because without replicas everyone is in the primary session\. Remove `stageSlots`/,
      ],
      ['a presenter id is reserved by AWS', { presenters: ['anna', 'aws:me'] }, /presenters\[1\]: got "aws:me"/],
      [
        'seats of the primary session shall be prepared',
        { seatPool: true },
        /seatPool: got true, expected false, because only the seats of replicas can be prepared\. Remove `seatPool`, or add replicas\./,
      ],
      [
        'there are fewer replicas at most than at first',
        { replicas: [{ ...US, count: 3, maxCount: 2 }] },
        /replicas\[0\]\.maxCount: got 2, expected a whole number of 3 or more, the `count`\. Raise it, or remove it\./,
      ],
      [
        'replicas shall be added without pools',
        { replicas: [{ ...US, maxCount: 2 }], seatPool: false },
        /replicas\[0\]\.maxCount: got 2, expected 1, the `count`, because `seatPool` is false\. Remove `seatPool`/,
      ],
      [
        'participants in replicas shall send',
        { participantsCanSend: true, replicas: [US] },
        /participantsCanSend: got true, expected false, because participants in replicas cannot send .*Remove `participantsCanSend`/,
      ],
      [
        'participants shall only receive content, in a meeting without video',
        { participantsCanSend: false, features: { videoMaxResolution: VideoResolution.NONE } },
        /participantsCanSend: got false, expected true, because .*Remove `participantsCanSend`, or allow video/,
      ],
      ['the time has no UTC offset', { startsAt: '2030-01-31T12:00:00' }, /startsAt: got "2030-01-31T12:00:00"/],
      ['the grace period is longer than a meeting', { seatGrace: Duration.hours(25) }, /seatGrace: got 90000/],
      ['the grace period is a fraction of a second', { stageGrace: Duration.millis(500) }, /stageGrace: got 0\.5/],
    ])('%s', (_, options, message) => {
      expect(() => setUp({ ...US, ...options })).toThrow(message);
      expect(() => setUp({ ...US, ...options })).toThrow(/^\[MediaStack\/Meetings\/Hall\] /);
    });

    test('the region of the second entry of replicas is wrong, whatever the count of the first', () => {
      const replicas = [{ mediaRegion: 'eu-west-1', count: 3 }, { mediaRegion: 'mars-1' }];
      expect(() => setUp({ ...US, replicas })).toThrow(/replicas\[1\]\.mediaRegion: got "mars-1"/);
    });

    test('there are several problems, and reports all of them', () => {
      const problems = new Problems(new Stack());
      const options = {
        mediaRegion: 'mars-1',
        attendeesPerSession: 0,
        stageSlots: 300, // depends on the attendees
        replicas: [{ ...US, count: 0 }],
        presenters: ['x'],
        startsAt: 'tomorrow',
      };
      ReplicatedMeeting._validate(problems, options, 'us-east-1');
      expect(problems.all.map(({ property, got }) => [property, got])).toEqual([
        ['replicas[0].count', 0],
        ['mediaRegion', 'mars-1'],
        ['attendeesPerSession', 0],
        ['presenters[0]', 'x'],
        ['startsAt', 'tomorrow'],
      ]);
      for (const { expected, fix } of problems.all) {
        expect([expected, fix]).toEqual([/./, /^[A-Z`].*\.$/].map(matching));
      }
    });

    test('two meetings of a service have the same name', () => {
      const { service } = setUp({ ...US, meetingName: 'hall' });
      expect(() => service.addMeeting('Again', { ...US, meetingName: 'hall' })).toThrow(
        '[MediaStack/Meetings/Again] meetingName: got "hall", expected a name that is unique in the service, ' +
          'but [MediaStack/Meetings/Hall] has it. Choose another name.',
      );
    });

    test('the control region does not support the media region', () => {
      const stack = primaryStack(undefined, { region: 'af-south-1' });
      expect(() => setUp(US, stack)).toThrow(/expected a media region that af-south-1 can use \(af-south-1\)/);
    });
  });

  test('does not validate tokens', () => {
    const stack = primaryStack();
    const [region, name] = ['Region', 'Name'].map((id) => new CfnParameter(stack, id).valueAsString);
    setUp({ mediaRegion: region, meetingName: name }, stack);
    const [{ Properties }] = Object.values(templateOf(stack).findResources('Custom::ReplicatedMeeting')).map(asText);
    expect(JSON.parse(Properties.Room)).toMatchObject({ meeting: '${Name}', mediaRegion: '${Region}' });
  });

  describe('annotates', () => {
    test('more replicas than the default quota', () => {
      const { stack } = setUp({ ...US, replicas: [{ mediaRegion: 'eu-west-1', count: 5 }] });
      Annotations.fromStack(stack).hasWarning(
        '/MediaStack/Meetings/Hall',
        Match.stringLikeRegexp('5 replicas.*default quota is 4.*L-154D84D0'),
      );
    });

    test('more sessions than the default quota', () => {
      const { stack } = setUp({ ...US, replicas: [{ mediaRegion: 'eu-west-1', count: 250 }] });
      Annotations.fromStack(stack).hasWarning(
        '/MediaStack/Meetings/Hall',
        Match.stringLikeRegexp('251 sessions.*default quota is 250 at once.*L-9F286451'),
      );
    });

    test('regions that are disabled by default', () => {
      const { stack } = setUp({ mediaRegion: 'eu-south-1', replicas: [{ mediaRegion: 'af-south-1' }] });
      Annotations.fromStack(stack).hasInfo(
        '/MediaStack/Meetings/Hall',
        Match.stringLikeRegexp('Enable af-south-1 and eu-south-1 in your account'),
      );
    });
  });
});
