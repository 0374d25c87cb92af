import {
  BatchCreateAttendeeCommand,
  ChimeSDKMeetingsClient,
  CreateMeetingCommand,
  DeleteAttendeeCommand,
  DeleteMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { MeetingSessionConfiguration } from 'amazon-chime-sdk-js';
import { Duration } from 'aws-cdk-lib';
import { DeployedFunction } from './support/deployed-function';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { MeetingStartPolicy, VideoResolution } from '../../src';
import { Fault } from '../simulators/chime';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const STARTS_AT = new Date(Math.ceil(Date.now() / MINUTE) * MINUTE + 60 * MINUTE).toISOString();

/** Distant replicas, and few seats: two for presenters, two on the stage, and four in each replica. */
const SMALL = {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
  presenters: ['speaker'],
  attendeesPerSession: 4,
  stageSlots: 2,
  startPolicy: MeetingStartPolicy.ON_JOIN,
};
const ROOMS = {
  hall: SMALL,
  solo: { mediaRegion: 'us-east-1', attendeesPerSession: 3 },
  hosted: { ...SMALL, startPolicy: MeetingStartPolicy.BY_HOST },
  later: { ...SMALL, startsAt: STARTS_AT },
  sharp: { mediaRegion: 'us-east-1', features: { videoMaxResolution: VideoResolution.FHD, echoReduction: true } },
  short: { ...SMALL, seatGrace: Duration.minutes(2) },
  fewer: { ...SMALL, startWithFewerReplicas: true },
};

let world: MeetingsWorld;
let client: ChimeSDKMeetingsClient;

beforeAll(async () => {
  world = await MeetingsWorld.start(ROOMS);
  client = new ChimeSDKMeetingsClient({
    endpoint: world.chime.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterAll(() => {
  client.destroy();
  world.stop();
});

beforeEach(async () => {
  for (const meeting of Object.keys(ROOMS)) await world.deploy('Create', meeting);
});

/** After every test, the account must be empty. */
afterEach(async () => {
  world.chime.hooks = {};
  world.chime.faults.clear();
  world.chime.behaviour.reusedToken = 'conflict';
  for (const meeting of Object.keys(ROOMS)) {
    expect(await world.deploy('Delete', meeting)).toMatchObject({ Status: 'SUCCESS' });
  }
  expect(await world.rows()).toEqual([]);
  expect(world.chime.meetings()).toEqual([]);
});

const refused = (code: string, message: RegExp = /./) => ({
  errorType: code,
  message: expect.stringMatching(message),
});
const join = (externalUserId: string, more: object = {}) =>
  world.audience('JoinMeeting', { meeting: 'hall', externalUserId, ...more });
const callsOf = (operation: string, since = 0) =>
  world.chime.calls.slice(since).filter((call) => call.operation === operation);
const created = (since: number) => callsOf('CreateMeeting', since).length;
const roomRow = async (meeting: string) => (await world.rows()).find(({ pk }) => pk === `room#${meeting}`)!;

describe('StartMeeting', () => {
  test('creates the primary and then its replicas, each with the service tag and its own token', async () => {
    const since = world.chime.calls.length;
    const answer = await world.host('StartMeeting', { meeting: 'hall' });

    expect(answer).toMatchObject({ meeting: 'hall', state: 'live', generation: 1 });
    expect(answer.sessions.map(({ kind, mediaRegion, seats }: any) => [kind, mediaRegion, seats])).toEqual([
      ['primary', 'us-east-1', 2],
      ['replica', 'eu-west-1', 4],
      ['replica', 'ap-southeast-2', 4],
    ]);
    const [first, ...replicas] = callsOf('CreateMeeting', since).map(({ request }) => request as any);
    expect(first).toMatchObject({ MediaRegion: 'us-east-1', MeetingFeatures: { Attendee: { MaxCount: 4 } } });
    expect(first.PrimaryMeetingId).toBeUndefined();
    for (const replica of replicas) {
      expect(replica.PrimaryMeetingId).toBe(world.meetings('hall')[0].meetingId);
      expect(replica.MeetingFeatures).toBeUndefined();
    }
    expect(new Set([first, ...replicas].map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(3);
    for (const { Tags } of [first, ...replicas]) {
      expect(Tags).toEqual([{ Key: 'MediaReplicationService', Value: expect.stringMatching(/^meetings-/) }]);
    }
  });

  test('is idempotent', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    const since = world.chime.calls.length;
    expect(await world.host('StartMeeting', { meeting: 'hall' })).toMatchObject({ generation: 1 });
    expect(created(since)).toBe(0);
  });

  test('creates one primary and its replicas for a hundred concurrent calls in four processes', async () => {
    world.chime.faults.inject(Fault.latency(50), { operation: 'CreateMeeting', times: Infinity });
    const more = await Promise.all([1, 2, 3].map(() => world.another('Host')));
    const request = { operation: 'StartMeeting', meeting: 'hall' };
    const since = world.chime.calls.length;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => [world.fn('Host'), ...more][index % 4].invoke(request)),
    );
    expect(new Set(answers.map(({ state, generation }) => `${state} ${generation}`))).toEqual(new Set(['live 1']));
    expect(created(since)).toBe(3);
    expect(world.meetings('hall')).toHaveLength(3);
    for (const fn of more) fn.kill();
  });

  test.each([
    ['the primary', 0],
    ['a replica', 1],
  ])('creates no second session if the response for %s is lost', async (_, skip) => {
    world.chime.faults.inject(Fault.lostAnswer(), { operation: 'CreateMeeting', skip });
    await world.host('StartMeeting', { meeting: 'hall' });
    expect(world.meetings('hall')).toHaveLength(3);
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });

  test('rolls back without retries, and names the quotas, if a replica is refused', async () => {
    world.chime.faults.inject(Fault.error('LimitExceededException', 'Replicas'), {
      operation: 'CreateMeeting',
      when: ({ request }) => request.PrimaryMeetingId !== undefined,
      times: Infinity,
    });
    const since = world.chime.calls.length;
    await expect(world.host('StartMeeting', { meeting: 'hall' })).rejects.toMatchObject(
      refused('ServiceUnavailable', /LimitExceeded.*L-9F286451.*L-154D84D0/),
    );
    expect(created(since)).toBe(3);
    expect(world.meetings('hall')).toEqual([]);
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'idle', sessions: [] });
  });

  test('leaves the room unchanged if the primary is refused', async () => {
    world.chime.faults.inject(Fault.error('LimitExceededException', 'Meetings'), {
      operation: 'CreateMeeting',
      times: Infinity,
    });
    await expect(world.host('StartMeeting', { meeting: 'hall' })).rejects.toMatchObject(refused('ServiceUnavailable'));
    world.chime.faults.clear();
    expect(await world.host('StartMeeting', { meeting: 'hall' })).toMatchObject({ generation: 2 });
  });

  test('starts with fewer replicas if the room allows it, and adds them later', async () => {
    world.chime.faults.inject(Fault.error('LimitExceededException', 'Replicas'), {
      operation: 'CreateMeeting',
      when: ({ request }) => request.MediaRegion === 'eu-west-1',
      times: Infinity,
    });
    const fewer = await world.host('StartMeeting', { meeting: 'fewer' });
    expect(fewer.sessions.map(({ index }: any) => index)).toEqual([0, 2]);

    await world.sweep(false);
    expect(world.meetings('fewer')).toHaveLength(2);
    expect(world.fn('Reconciler').log).toContain('"MissingReplicas":1');
    world.chime.faults.clear();
    await world.sweep(false);
    const whole = await world.audience('DescribeMeeting', { meeting: 'fewer' });
    expect(whole.sessions.map(({ index }: any) => index)).toEqual([0, 1, 2]);
    expect(await world.leaks()).toEqual([]);
  });

  test('deletes and reports a "replica" that is an independent meeting, and rolls back', async () => {
    world.chime.behaviour.reusedToken = 'first-meeting';
    world.chime.hooks = {
      async before({ operation, request }) {
        if (operation !== 'CreateMeeting' || request.MediaRegion !== 'eu-west-1' || !request.PrimaryMeetingId) return;
        const { ClientRequestToken, MediaRegion } = request as any;
        await client.send(
          new CreateMeetingCommand({ ClientRequestToken, MediaRegion, ExternalMeetingId: 'another-application' }),
        );
      },
    };
    await expect(world.host('StartMeeting', { meeting: 'hall' })).rejects.toMatchObject(
      refused('ServiceUnavailable', /returned a meeting in eu-west-1 that is not a replica/),
    );
    expect(world.chime.meetings()).toEqual([]);
    expect(world.fn('Host').log).toContain('"NotAReplica":1');
  });

  test('retries throttled calls', async () => {
    world.chime.faults.inject(Fault.throttling(), { operation: 'CreateMeeting', times: 3 });
    expect(await world.host('StartMeeting', { meeting: 'hall' })).toMatchObject({ state: 'live' });
    expect(world.fn('Host').log).toContain('"Throttles":1');
  });

  test('retries calls without a response', async () => {
    for (const fault of [Fault.latency(60_000), Fault.reset()]) {
      world.chime.faults.inject(fault, { operation: 'CreateMeeting' });
    }
    expect(await world.host('StartMeeting', { meeting: 'hall' })).toMatchObject({ state: 'live' });
    expect(world.meetings('hall')).toHaveLength(3);
  });

  test('waits for a concurrent start only until the deadline', async () => {
    world.chime.faults.inject(Fault.latency(1500), { operation: 'CreateMeeting' });
    const slow = world.host('StartMeeting', { meeting: 'hall' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const request = { operation: 'JoinMeeting', meeting: 'hall', externalUserId: 'anna' };
    await expect(world.fn('Audience').invoke(request, { timeoutMs: 1500 })).rejects.toMatchObject(
      refused('Throttled', /retryAfterSeconds: \d+/),
    );
    await slow;
  });
});

describe('a generation', () => {
  test('is started by the first join, and by the first join after it ended by itself', async () => {
    expect(await join('anna')).toMatchObject({ generation: 1 });
    world.advance(6 * MINUTE); // nobody was connected to the primary
    expect(world.meetings('hall')).toEqual([]);
    expect(await join('anna')).toMatchObject({ generation: 2 });
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });

  test('is started only by a host if that is the policy', async () => {
    const meeting = 'hosted';
    const request = { meeting, externalUserId: 'anna' };
    await expect(world.audience('JoinMeeting', request)).rejects.toMatchObject(
      refused('MeetingEnded', /^Meeting "hosted" is not running\. Only a host can start it\.$/),
    );
    await world.host('StartMeeting', { meeting });
    expect(await world.audience('JoinMeeting', request)).toMatchObject({ generation: 1 });
    world.advance(6 * MINUTE);
    await expect(world.audience('JoinMeeting', request)).rejects.toMatchObject(refused('MeetingEnded'));
    expect(await world.host('JoinMeeting', request)).toMatchObject({ generation: 2 });
  });

  test('is marked as ended by the event, or by the sweeper if the event is lost', async () => {
    await join('anna');
    world.advance(6 * MINUTE);
    await world.deliver();
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'idle' });
    await join('anna');
    world.advance(6 * MINUTE);
    await world.deliver({ lost: 1 });
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'live' });
    await world.sweep(false);
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'idle' });
    expect(await world.leaks()).toEqual([]);
  });

  test('keeps running after false and outdated events of its end', async () => {
    await join('anna');
    const [old] = world.meetings('hall');
    world.chime.reportFalseEnd(old.meetingId);
    await world.deliver();
    expect(await join('anna')).toMatchObject({ generation: 1 });
    world.advance(6 * MINUTE);
    await join('anna');
    await world.deliver({ shuffled: true, twice: 1 });
    expect(await join('anna')).toMatchObject({ generation: 2 });
  });

  test('replaces a lost replica', async () => {
    const before = await join('anna', { mediaRegion: 'eu-west-1' });
    await client.send(new DeleteMeetingCommand({ MeetingId: before.Meeting.MeetingId }));
    // The seat in the lost replica still exists in the table until a call to the Chime API fails.
    expect(await join('bert', { mediaRegion: 'eu-west-1' })).toMatchObject({
      session: { mediaRegion: 'ap-southeast-2' },
    });
    expect(await join('anna', { mediaRegion: 'eu-west-1' })).toMatchObject({
      session: { mediaRegion: 'ap-southeast-2' },
    });
    await world.sweep();
    const { sessions } = await world.audience('DescribeMeeting', { meeting: 'hall' });
    expect(sessions.map(({ index, mediaRegion }: any) => `${index} ${mediaRegion}`)).toEqual([
      '0 us-east-1',
      '2 ap-southeast-2',
      '3 eu-west-1',
    ]);
    expect(await join('carl', { mediaRegion: 'eu-west-1' })).toMatchObject({ session: { index: 3 } });
    expect(await world.leaks()).toEqual([]);
  });

  test('has a lost replica detected by the thorough sweep alone', async () => {
    const { Meeting } = await join('anna', { mediaRegion: 'eu-west-1' });
    await client.send(new DeleteMeetingCommand({ MeetingId: Meeting.MeetingId }));
    await world.sweep();
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
    expect(await join('anna', { mediaRegion: 'eu-west-1' })).toMatchObject({ session: { index: 3 } });
  });

  test('starts once at its scheduled time, and cannot be joined before', async () => {
    const meeting = 'later';
    const request = { meeting, externalUserId: 'anna' };
    await expect(world.audience('JoinMeeting', request)).rejects.toMatchObject(refused('NotAllowed', /starts at/));
    await world.host('StartMeeting', { meeting }); // a rehearsal
    await world.host('EndMeeting', { meeting });
    await world.sweep(false);
    expect(world.meetings(meeting)).toEqual([]);

    world.advance(61 * MINUTE);
    await world.sweep(false);
    expect(world.meetings(meeting)).toHaveLength(3);
    expect(await world.audience('JoinMeeting', request)).toMatchObject({ generation: 2 });
    await world.host('EndMeeting', { meeting });
    await world.sweep(false);
    expect(world.meetings(meeting)).toEqual([]);
  });
});

test('a start time starts the meeting only if it is in the future when the room is deployed', async () => {
  const past = { startsAt: new Date(Date.now() - 60 * MINUTE).toISOString() };
  await world.deploy('Update', 'hall', { room: past });
  await world.sweep(false);
  expect(world.meetings('hall')).toEqual([]);
  // Other tests have advanced the clock of the functions.
  const soon = { startsAt: new Date(world.chime.clock.now() + 60 * MINUTE).toISOString() };
  await world.deploy('Update', 'hall', { room: soon });
  world.advance(61 * MINUTE);
  await world.host('EndMeeting', { meeting: 'hall' });
  await world.sweep(false);
  expect(world.meetings('hall')).toEqual([]); // a host cancelled it between its start time and the sweep
});

describe('JoinMeeting', () => {
  test('seats participants in the nearest replica, and presenters in the primary', async () => {
    expect((await join('anna', { mediaRegion: 'eu-west-2' })).session).toEqual({
      kind: 'replica',
      mediaRegion: 'eu-west-1',
      index: 1,
    });
    expect((await join('bert', { mediaRegion: 'ap-southeast-1' })).session.mediaRegion).toBe('ap-southeast-2');
    expect((await join('speaker', { role: 'presenter' })).session).toMatchObject({ kind: 'primary', index: 0 });
  });

  test('spreads participants without a region over the replicas', async () => {
    const sessions = [];
    for (const user of ['u1', 'u2', 'u3', 'u4']) sessions.push((await join(user)).session.index);
    expect(sessions.sort()).toEqual([1, 1, 2, 2]);
  });

  test('returns the same seat and credentials to the same user', async () => {
    const first = await join('anna', { mediaRegion: 'eu-west-1' });
    expect(await join('anna', { mediaRegion: 'ap-southeast-2' })).toEqual(first);
  });

  test('overflows to the next nearest replica, and fails when all are full', async () => {
    const sessions = [];
    for (let user = 0; user < 8; user++) {
      sessions.push((await join(`user-${user}`, { mediaRegion: 'eu-west-1' })).session.index);
    }
    expect(sessions).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    await expect(join('late')).rejects.toMatchObject(refused('MeetingFull'));
    await world.audience('LeaveMeeting', { meeting: 'hall', externalUserId: 'user-0' });
    expect((await join('late')).session.index).toBe(1);
  });

  test('seats participants in the primary if there are no replicas', async () => {
    for (const externalUserId of ['anna', 'bert', 'carl']) {
      const { session } = await world.audience('JoinMeeting', { meeting: 'solo', externalUserId });
      expect(session).toEqual({ kind: 'primary', mediaRegion: 'us-east-1', index: 0 });
    }
    await expect(world.audience('JoinMeeting', { meeting: 'solo', externalUserId: 'dora' })).rejects.toMatchObject(
      refused('MeetingFull'),
    );
  });

  test('accepts only listed presenters, and users whom a host joined as presenters', async () => {
    await expect(join('anna', { role: 'presenter' })).rejects.toMatchObject(
      refused('NotAllowed', /not a presenter of meeting "hall"/),
    );
    const request = { meeting: 'hall', externalUserId: 'anna', role: 'presenter' };
    const byHost = await world.host('JoinMeeting', request);
    expect(await join('anna', { role: 'presenter' })).toEqual(byHost);
    await join('bert');
    await expect(join('bert', { role: 'presenter' })).rejects.toMatchObject(refused('NotAllowed', /Promote the user/));
  });

  test('reserves the places on the stage', async () => {
    await join('speaker', { role: 'presenter' });
    await world.host('JoinMeeting', { meeting: 'hall', externalUserId: 'second', role: 'presenter' });
    await expect(
      world.host('JoinMeeting', { meeting: 'hall', externalUserId: 'third', role: 'presenter' }),
    ).rejects.toMatchObject(refused('MeetingFull', /primary/));
    await join('anna');
    expect(await world.host('PromoteAttendee', { meeting: 'hall', externalUserId: 'anna' })).toMatchObject({
      PrimaryMeetingId: world.meetings('hall')[0].meetingId,
    });
  });

  test('creates one attendee if a response is lost', async () => {
    world.chime.faults.inject(Fault.lostAnswer(), { operation: 'CreateAttendee' });
    await join('anna');
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });

  test('fails with Throttled before the deadline, and frees the seat, while the API throttles', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(Fault.throttling(), { operation: 'CreateAttendee', times: Infinity });
    const request = { operation: 'JoinMeeting', meeting: 'hall', externalUserId: 'anna' };
    await expect(world.fn('Audience').invoke(request, { timeoutMs: 2500 })).rejects.toMatchObject(
      refused('Throttled', /retryAfterSeconds: \d+/),
    );
    expect(await world.leaks()).toEqual([]);
  });

  test('fails with ServiceUnavailable, and frees the seat, while the API is unavailable', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(Fault.unavailable(1), { operation: 'CreateAttendee', times: Infinity });
    const request = { operation: 'JoinMeeting', meeting: 'hall', externalUserId: 'anna' };
    await expect(world.fn('Audience').invoke(request, { timeoutMs: 2500 })).rejects.toMatchObject(
      refused('ServiceUnavailable'),
    );
    expect(await world.leaks()).toEqual([]);
  });

  test('skips a session that is full in Amazon Chime SDK', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(Fault.error('LimitExceededException', 'Attendees'), { operation: 'CreateAttendee' });
    expect((await join('anna', { mediaRegion: 'eu-west-1' })).session.index).toBe(2);
    expect(await world.leaks()).toEqual([]);
  });

  test.each([
    [{ meeting: 'a b', externalUserId: 'anna' }, /^meeting: got "a b", expected the name/],
    [{ meeting: 'hall' }, /^externalUserId: got nothing, expected 2 to 64/],
    [{ meeting: 'hall', externalUserId: 'x' }, /^externalUserId: got "x"/],
    [{ meeting: 'hall', externalUserId: 'x'.repeat(65) }, /^externalUserId/],
    [{ meeting: 'hall', externalUserId: 'AWS:me' }, /not beginning with aws:/],
    [{ meeting: 'hall', externalUserId: 'anna', role: 'host' }, /^role: got "host", expected participant or presenter/],
    [{ meeting: 'hall', externalUserId: 'anna', mediaRegion: 'mars-1' }, /^mediaRegion: got "mars-1"/],
  ])('rejects %j', async (request, message) => {
    await expect(world.audience('JoinMeeting', request)).rejects.toMatchObject(refused('ValidationError', message));
  });

  test('fails with NotFound for meetings that are not deployed', async () => {
    await expect(join('anna', { meeting: 'none' })).rejects.toMatchObject(
      refused('NotFound', /^Meeting "none" does not exist\.$/),
    );
  });
});

describe('the browser client library accepts the response', () => {
  const withFeatures = { meeting: 'sharp', externalUserId: 'speaker' };

  test.each([
    ['for the primary', { meeting: 'hall', externalUserId: 'speaker', role: 'presenter' }],
    ['for a replica', { meeting: 'hall', externalUserId: 'anna' }],
    ['with features', withFeatures],
  ])('%s', async (_, request) => {
    const { Meeting, Attendee, session } = await world.audience('JoinMeeting', request);
    const configuration = new MeetingSessionConfiguration(Meeting, Attendee);
    expect(configuration).toMatchObject({
      meetingId: Meeting.MeetingId,
      externalMeetingId: request.meeting,
      credentials: {
        attendeeId: Attendee.AttendeeId,
        externalUserId: request.externalUserId,
        joinToken: Attendee.JoinToken,
      },
      urls: { audioHostURL: expect.stringMatching(/./), signalingURL: expect.stringMatching(/^wss:/) },
      meetingFeatures: { videoMaxResolution: { videoHeight: request === withFeatures ? 1080 : 720 } },
    });
    const primary = world.meetings(request.meeting).find(({ primaryMeetingId }) => !primaryMeetingId)!;
    const isReplica = session.kind === 'replica';
    expect(Meeting.PrimaryMeetingId).toBe(isReplica ? primary.meetingId : undefined);
    expect(world.chime.connect(configuration.meetingId!, Attendee).state).toBe('connected');
  });
});

describe('JoinMeetingBatch', () => {
  const batch = (participants: object[]) => world.audience('JoinMeetingBatch', { meeting: 'hall', participants });
  const users = (count: number, more = {}) =>
    Array.from({ length: count }, (_, index) => ({ externalUserId: `user-${index}`, ...more }));

  test('seats many users near them with few calls, and reports who got no seat', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    const since = world.chime.calls.length;
    const { joined, failed } = await batch(users(10, { mediaRegion: 'eu-west-1' }));
    expect(joined.map(({ session }: any) => session.index)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(failed).toEqual([
      {
        externalUserId: 'user-8',
        code: 'MeetingFull',
        message: 'All seats for participants of meeting "hall" are taken.',
      },
      { externalUserId: 'user-9', code: 'MeetingFull', message: expect.any(String) },
    ]);
    expect(callsOf('BatchCreateAttendee', since)).toHaveLength(2);
    expect(callsOf('CreateAttendee', since)).toHaveLength(0);
    expect(await world.leaks()).toEqual([]);
  });

  test('returns existing seats, and gives every user one seat', async () => {
    const { Attendee } = await join('user-0');
    const { joined, failed } = await batch([...users(3), { externalUserId: 'user-1' }]);
    expect(failed).toEqual([]);
    expect(joined).toHaveLength(3);
    const again = joined.find(({ Attendee: { ExternalUserId } }: any) => ExternalUserId === 'user-0');
    expect(again.Attendee).toEqual(Attendee);
  });

  test('retries single attendees that failed', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    const since = world.chime.calls.length;
    world.chime.faults.inject(
      Fault.refusedItems((user) => user === 'user-1'),
      { operation: 'BatchCreateAttendee' },
    );
    expect(await batch(users(4, { mediaRegion: 'eu-west-1' }))).toMatchObject({ failed: [] });
    const [, again] = callsOf('BatchCreateAttendee', since);
    expect(again.request.Attendees).toEqual([{ ExternalUserId: 'user-1' }]);
    expect(await world.leaks()).toEqual([]);
  });

  test('reports single attendees that fail permanently', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(
      Fault.refusedItems((user) => user === 'user-2', { ErrorCode: 'Forbidden', ErrorMessage: 'no' }),
      { operation: 'BatchCreateAttendee', times: Infinity },
    );
    const { joined, failed } = await batch(users(4, { mediaRegion: 'eu-west-1' }));
    expect(joined).toHaveLength(3);
    expect(failed).toEqual([
      { externalUserId: 'user-2', code: 'ServiceUnavailable', message: expect.stringContaining('Forbidden') },
    ]);
    expect(await world.leaks()).toEqual([]);
  });

  test('refuses banned users, and seats the others', async () => {
    await world.host('RemoveAttendee', { meeting: 'hall', externalUserId: 'user-1', ban: true });
    const { joined, failed } = await batch(users(3));
    expect(joined).toHaveLength(2);
    expect(failed).toMatchObject([{ externalUserId: 'user-1', code: 'NotAllowed' }]);
  });

  test('seats nobody twice if a response is lost', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(Fault.lostAnswer(), { operation: 'BatchCreateAttendee' });
    expect((await batch(users(4))).joined).toHaveLength(4);
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });

  test('rejects more than 250 participants', async () => {
    await expect(batch(users(251))).rejects.toMatchObject(
      refused('ValidationError', /^participants: got a list of 251, expected a list of up to 250 participants/),
    );
  });

  test.each([
    [undefined, /^participants: got nothing, expected a list of up to 250 participants/],
    [[{ externalUserId: 'anna' }, 7], /^participants\[1\]: got 7, expected an object/],
    [[{ externalUserId: '' }], /^participants\[0\].externalUserId: got ""/],
    [[{ externalUserId: 'anna', mediaRegion: 'x' }], /^participants\[0\].mediaRegion: got "x"/],
  ])('rejects %j', async (participants: any, message) => {
    await expect(batch(participants)).rejects.toMatchObject(refused('ValidationError', message));
  });
});

describe('LeaveMeeting', () => {
  test('frees the seat and deletes the attendee, and can be repeated', async () => {
    await join('anna', { mediaRegion: 'eu-west-1' });
    const leave = () => world.audience('LeaveMeeting', { meeting: 'hall', externalUserId: 'anna' });
    expect(await leave()).toEqual({});
    expect(await leave()).toEqual({});
    const { sessions } = await world.host('DescribeMeeting', { meeting: 'hall' });
    expect(sessions.map(({ seatsUsed }: any) => seatsUsed)).toEqual([0, 0, 0]);
    expect(world.meetings('hall').flatMap(({ attendees }) => attendees)).toEqual([]);
  });

  test('succeeds if the attendee no longer exists', async () => {
    await join('anna');
    world.advance(6 * MINUTE);
    await world.audience('LeaveMeeting', { meeting: 'hall', externalUserId: 'anna' });
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });
});

describe('the stage', () => {
  const promote = (externalUserId: string) => world.host('PromoteAttendee', { meeting: 'hall', externalUserId });
  const demote = (externalUserId: string) => world.host('DemoteAttendee', { meeting: 'hall', externalUserId });
  const hands = async () => (await world.host('ListHands', { meeting: 'hall' })).hands;

  test('lists hands in the order in which they were raised, and lowers them by promotion', async () => {
    for (const user of ['anna', 'bert', 'carl']) await join(user);
    for (const externalUserId of ['bert', 'anna', 'carl', 'bert']) {
      await world.audience('RaiseHand', { meeting: 'hall', externalUserId });
    }
    expect(await hands()).toEqual([
      { externalUserId: 'bert', raisedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      { externalUserId: 'anna', raisedAt: expect.any(String) },
      { externalUserId: 'carl', raisedAt: expect.any(String) },
    ]);
    await promote('bert');
    await world.audience('LowerHand', { meeting: 'hall', externalUserId: 'carl' });
    expect((await hands()).map(({ externalUserId }: any) => externalUserId)).toEqual(['anna']);
    await expect(world.audience('RaiseHand', { meeting: 'hall', externalUserId: 'nobody' })).rejects.toMatchObject(
      refused('NotFound'),
    );
  });

  test('moves a client to the primary with the promotion, and back', async () => {
    const { Meeting, Attendee } = await join('anna');
    const phone = world.chime.connect(Meeting.MeetingId, Attendee);
    const promotion = await promote('anna');
    phone.promote(promotion.Attendee);
    expect(phone.state).toBe('promoted');
    expect(await promote('anna')).toEqual(promotion);
    await demote('anna');
    expect(phone.state).toBe('connected');
    expect(await demote('anna')).toEqual({});
    expect(await world.leaks()).toEqual([]);
  });

  test('has as many places as configured', async () => {
    for (const user of ['anna', 'bert', 'carl']) await join(user);
    await promote('anna');
    await promote('bert');
    await expect(promote('carl')).rejects.toMatchObject(refused('StageFull'));
    await demote('anna');
    await promote('carl');
  });

  test('refuses to promote or demote users without a seat or with a seat in the primary', async () => {
    await join('speaker', { role: 'presenter' });
    await expect(promote('speaker')).rejects.toMatchObject(
      refused('NotAllowed', /already has a seat in the primary session/),
    );
    await expect(demote('speaker')).rejects.toMatchObject(refused('NotAllowed', /joined the primary session directly/));
    await expect(promote('nobody')).rejects.toMatchObject(refused('NotFound'));
    await expect(demote('nobody')).rejects.toMatchObject(refused('NotFound'));
    await expect(world.host('PromoteAttendee', { meeting: 'solo', externalUserId: 'anna' })).rejects.toMatchObject(
      refused('MeetingEnded', /^Meeting "solo" is not running\.$/),
    );
  });

  test('keeps a place for the grace period after a lost connection', async () => {
    const { Meeting, Attendee } = await join('anna');
    await join('speaker', { role: 'presenter' }).then((seat) =>
      world.chime.connect(seat.Meeting.MeetingId, seat.Attendee),
    );
    const phone = world.chime.connect(Meeting.MeetingId, Attendee);
    const promotion = await promote('anna');
    phone.promote(promotion.Attendee);
    phone.drop();
    await world.deliver({ shuffled: true, twice: 0.5 });
    world.advance(30 * SECOND);
    await world.sweep(false);
    expect(await promote('anna')).toEqual(promotion);
    phone.reconnect();
    phone.promote(promotion.Attendee);
    await world.deliver();
    world.advance(2 * MINUTE);
    await world.sweep(false);
    expect(await promote('anna')).toEqual(promotion);

    phone.drop();
    await world.deliver();
    world.advance(61 * SECOND);
    await world.sweep(false);
    const { stage } = await world.host('DescribeMeeting', { meeting: 'hall' });
    expect(stage).toEqual({ placesUsed: 0, places: 2 });
    expect(await world.leaks()).toEqual([]);
  });

  test('ignores outdated connection events', async () => {
    await join('speaker', { role: 'presenter' }).then((seat) =>
      world.chime.connect(seat.Meeting.MeetingId, seat.Attendee),
    );
    const { Meeting, Attendee } = await join('anna');
    const phone = world.chime.connect(Meeting.MeetingId, Attendee);
    const promotion = await promote('anna');
    phone.promote(promotion.Attendee);
    world.advance(SECOND);
    phone.drop();
    world.advance(SECOND);
    phone.reconnect();
    phone.promote(promotion.Attendee);
    const events = world.chime.events.take().reverse();
    for (const event of events) await world.send([event]);
    world.advance(2 * MINUTE);
    await world.sweep(false);
    expect(await promote('anna')).toEqual(promotion);
  });

  test('removes users from seat and stage, who can join again unless banned', async () => {
    await join('anna');
    await promote('anna');
    await world.audience('RaiseHand', { meeting: 'hall', externalUserId: 'anna' });
    await world.host('RemoveAttendee', { meeting: 'hall', externalUserId: 'anna' });
    expect(await hands()).toEqual([]);
    expect(await world.leaks()).toEqual([]);
    await join('anna');
    await world.host('RemoveAttendee', { meeting: 'hall', externalUserId: 'anna', ban: true });
    await expect(join('anna')).rejects.toMatchObject(
      refused('NotAllowed', /^The user is banned from meeting "hall"\.$/),
    );
    world.advance(6 * MINUTE);
    await expect(join('anna')).rejects.toMatchObject(refused('NotAllowed'));
    await expect(
      world.host('RemoveAttendee', { meeting: 'hall', externalUserId: 'anna', ban: 'yes' }),
    ).rejects.toMatchObject(refused('ValidationError', /^ban: got "yes", expected true or false/));
  });
});

describe('a seat', () => {
  const request = { meeting: 'short', externalUserId: 'anna' };

  test('is freed, with the raised hand, after the grace period of a lost connection', async () => {
    const speaker = { ...request, externalUserId: 'speaker', role: 'presenter' };
    const { Meeting: primary, Attendee: present } = await world.audience('JoinMeeting', speaker);
    world.chime.connect(primary.MeetingId, present);
    const { Meeting, Attendee } = await world.audience('JoinMeeting', request);
    const phone = world.chime.connect(Meeting.MeetingId, Attendee);
    await world.audience('RaiseHand', request);
    phone.drop();
    await world.deliver();
    world.advance(MINUTE);
    await world.sweep(false);
    expect((await world.host('ListHands', { meeting: 'short' })).hands).toHaveLength(1);
    world.advance(MINUTE + SECOND);
    await world.sweep(false);
    expect((await world.host('ListHands', { meeting: 'short' })).hands).toEqual([]);
    expect(await world.leaks()).toEqual([]);
  });

  test('is freed by a ban even while a user is joining', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    const users = Array.from({ length: 30 }, (_, index) => `user-${index}`);
    for (const externalUserId of users) {
      world.chime.faults.clear();
      world.chime.faults.inject(Fault.latency(30), { operation: 'CreateAttendee' });
      const joining = join(externalUserId).catch(({ errorType }) => errorType);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      await world.host('RemoveAttendee', { meeting: 'hall', externalUserId, ban: true });
      await joining;
      await expect(join(externalUserId)).rejects.toMatchObject(refused('NotAllowed'));
    }
    const { sessions } = await world.host('DescribeMeeting', { meeting: 'hall' });
    expect(sessions.map(({ seatsUsed }: any) => seatsUsed)).toEqual([0, 0, 0]);
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });
});

describe('EndMeeting', () => {
  test('deletes the primary and the seats, and only a host can start the meeting again', async () => {
    await join('anna');
    expect(await world.host('EndMeeting', { meeting: 'hall' })).toEqual({});
    expect(world.meetings('hall')).toEqual([]);
    await expect(join('anna')).rejects.toMatchObject(
      refused('MeetingEnded', /^A host ended meeting "hall"\. Only a host can start it again\.$/),
    );
    expect(await world.host('EndMeeting', { meeting: 'hall' })).toEqual({});
    await world.sweep(false);
    expect(await world.leaks()).toEqual([]);
    expect(await world.host('StartMeeting', { meeting: 'hall' })).toMatchObject({ generation: 2 });
    expect(await join('anna')).toMatchObject({ generation: 2 });
  });

  test('succeeds if the meeting is not running', async () => {
    await join('anna');
    world.advance(6 * MINUTE);
    expect(await world.host('EndMeeting', { meeting: 'hall' })).toEqual({});
    expect(await world.host('EndMeeting', { meeting: 'solo' })).toEqual({});
  });

  test('leaves nothing behind when called during joins', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    const joins = Array.from({ length: 6 }, (_, index) => join(`user-${index}`).catch(({ errorType }) => errorType));
    await world.host('EndMeeting', { meeting: 'hall' });
    for (const result of await Promise.all(joins)) {
      if (typeof result === 'string') expect(result).toBe('MeetingEnded');
    }
    expect(world.meetings('hall')).toEqual([]);
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });
});

describe('the audience', () => {
  test.each(['StartMeeting', 'PromoteAttendee', 'DemoteAttendee', 'RemoveAttendee', 'ListHands', 'EndMeeting'])(
    'cannot call %s',
    async (operation) => {
      await expect(world.audience(operation, { meeting: 'hall', externalUserId: 'anna' })).rejects.toMatchObject(
        refused('NotAllowed', /is for hosts only/),
      );
    },
  );

  test.each([undefined, 'Nothing', 7])('rejects the operation %j', async (operation) => {
    await expect(world.fn('Audience').invoke({ operation, meeting: 'hall' })).rejects.toMatchObject(
      refused('ValidationError', /^operation: got .*, expected one of JoinMeeting, /),
    );
  });

  test.each([null, [], 'text', 7])('rejects the event %j', async (event) => {
    await expect(world.fn('Audience').invoke(event)).rejects.toMatchObject(refused('ValidationError'));
  });
});

describe('over HTTP', () => {
  const call = (fn: DeployedFunction, body: unknown, authorizer: object) =>
    fn.invoke({
      version: '2.0',
      routeKey: 'POST /audience',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      requestContext: { http: { sourceIp: '192.0.2.1' }, authorizer },
    });
  const token = (sub?: string) => ({ jwt: { claims: { sub } } });

  test('callers of the audience API act for themselves', async () => {
    const body = { operation: 'JoinMeeting', meeting: 'hall', externalUserId: 'another-user' };
    const answer = await call(world.fn('Audience'), body, token('user-7'));
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    expect(JSON.parse(answer.body).Attendee.ExternalUserId).toBe('user-7');
    const byIam = await call(world.fn('Audience'), body, { iam: { userId: 'AROAEXAMPLE:session' } });
    expect(JSON.parse(byIam.body).Attendee.ExternalUserId).toBe('AROAEXAMPLE:session');
    const long = await call(world.fn('Audience'), body, token('ö'.repeat(100)));
    expect(JSON.parse(long.body).Attendee.ExternalUserId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('maps error codes to statuses', async () => {
    const status = async (body: unknown, authorizer: object = token('anna'), fn = world.fn('Audience')) => {
      const { statusCode, body: text } = await call(fn, body, authorizer);
      return [statusCode, JSON.parse(text).code];
    };
    const request = { operation: 'JoinMeeting', meeting: 'hall' };
    expect(await status('{')).toEqual([400, 'ValidationError']);
    expect(await status({ ...request, meeting: 'none' })).toEqual([404, 'NotFound']);
    expect(await status({ ...request, role: 'presenter' })).toEqual([403, 'NotAllowed']);
    expect(await status(request, {})).toEqual([403, 'NotAllowed']);
    expect(await status({ ...request, operation: 'EndMeeting' })).toEqual([403, 'NotAllowed']);
    expect(await status({ ...request, operation: 'JoinMeetingBatch', participants: [] })).toEqual([403, 'NotAllowed']);
    expect(await status({ ...request, meeting: 'hosted' })).toEqual([409, 'MeetingEnded']);
    expect(await status({ operation: 'StartMeeting', meeting: 'hall' }, token('h'), world.fn('Host'))).toEqual([
      200,
      undefined,
    ]);
  });

  test('returns when to retry', async () => {
    await world.host('StartMeeting', { meeting: 'hall' });
    world.chime.faults.inject(Fault.throttling(), { operation: 'CreateAttendee', times: Infinity });
    const event = {
      body: JSON.stringify({ operation: 'JoinMeeting', meeting: 'hall' }),
      requestContext: { http: { sourceIp: '192.0.2.1' }, authorizer: token('anna') },
    };
    const answer = await world.fn('Audience').invoke(event, { timeoutMs: 2000 });
    const { code, retryAfterSeconds } = JSON.parse(answer.body);
    expect([answer.statusCode, code]).toEqual([429, 'Throttled']);
    expect(answer.headers['retry-after']).toBe(String(retryAfterSeconds));
    expect(retryAfterSeconds).toBeGreaterThan(0);
  });
});

describe('the custom resource of a room', () => {
  test('can be created and deleted repeatedly', async () => {
    expect(await world.deploy('Create', 'hall')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'hall' });
    await join('anna');
    for (let time = 0; time < 2; time++) {
      expect(await world.deploy('Delete', 'hall')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'hall' });
      expect(world.meetings('hall')).toEqual([]);
    }
    expect(await roomRow('hall')).toBeUndefined();
  });

  test('starts the meeting on deployment if requested, and leaves nothing behind if that fails', async () => {
    const properties = { ...world.properties('hall'), StartOnDeploy: 'true' };
    await world.deploy('Delete', 'hall');
    world.chime.faults.inject(Fault.error('LimitExceededException', 'Replicas'), {
      operation: 'CreateMeeting',
      when: ({ request }) => request.PrimaryMeetingId !== undefined,
      times: Infinity,
    });
    const failed = await world.deploy('Create', 'hall', { properties });
    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'hall' });
    expect(failed.Reason).toMatch(/L-154D84D0/);
    expect([await roomRow('hall'), world.meetings('hall')]).toEqual([undefined, []]);
    expect(await world.deploy('Delete', 'hall', { properties })).toMatchObject({ Status: 'SUCCESS' });

    world.chime.faults.clear();
    expect(await world.deploy('Create', 'hall', { properties })).toMatchObject({ Status: 'SUCCESS' });
    expect(world.meetings('hall')).toHaveLength(3);
  });

  test('is updated in place: the running generation is unchanged, the next one uses the new values', async () => {
    const seat = await join('anna', { mediaRegion: 'eu-west-1' });
    const room = { replicas: ['ap-southeast-2'], attendeesPerSession: 5 };
    expect(await world.deploy('Update', 'hall', { room })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'hall',
    });
    expect(await join('anna')).toEqual(seat);
    await world.host('EndMeeting', { meeting: 'hall' });
    const { sessions } = await world.host('StartMeeting', { meeting: 'hall' });
    expect(sessions.map(({ mediaRegion, seats }: any) => [mediaRegion, seats])).toEqual([
      ['us-east-1', 3],
      ['ap-southeast-2', 5],
    ]);
  });

  test('is replaced if the name changes', async () => {
    await join('anna');
    const room = { meeting: 'new-hall' };
    const logicalId = 'Resourcehall';
    const answer = await world.deploy('Update', 'hall', { room });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'new-hall' });
    await world.deploy('Delete', 'hall');
    expect([await roomRow('hall'), world.meetings('hall')]).toEqual([undefined, []]);
    expect(await roomRow('new-hall')).toBeDefined();
    await world.deploy('Delete', 'hall', { room, id: 'new-hall', logicalId });
    expect(await roomRow('new-hall')).toBeUndefined();
  });

  test('is refused if another resource has the name, and its Delete changes nothing', async () => {
    await join('anna');
    const logicalId = 'Another';
    const answer = await world.deploy('Create', 'hall', { logicalId });
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason:
        'meetingName: got "hall", expected a name that is unique in the service, but resource Resourcehall of stack Live has it',
    });
    const deleted = await world.deploy('Delete', 'hall', { logicalId, id: answer.PhysicalResourceId });
    expect(deleted).toMatchObject({ Status: 'SUCCESS' });
    expect(await join('anna')).toMatchObject({ generation: 1 });
    const renamed = await world.deploy('Update', 'solo', { room: { meeting: 'hall' } });
    expect(renamed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'solo' });
  });

  test('is refused if another app has the name, and its Delete changes nothing', async () => {
    await join('anna');
    const stackId = 'arn:aws:cloudformation:us-east-1:111111111111:stack/SecondApp/2';
    for (const type of ['Create', 'Update'] as const) {
      const answer = await world.deploy(type, 'hall', { stackId });
      expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'hall' });
      expect(answer.Reason).toMatch(/resource Resourcehall of stack Live has it$/);
    }
    expect(await world.deploy('Delete', 'hall', { stackId })).toMatchObject({ Status: 'SUCCESS' });
    expect(await join('anna')).toMatchObject({ generation: 1 });

    await world.deploy('Delete', 'hall');
    expect(await world.deploy('Create', 'hall', { stackId })).toMatchObject({ Status: 'SUCCESS' });
    expect(await world.deploy('Create', 'hall')).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/resource Resourcehall of stack SecondApp has it$/),
    });
    expect(await world.deploy('Delete', 'hall', { stackId })).toMatchObject({ Status: 'SUCCESS' });
    expect(await roomRow('hall')).toBeUndefined();
  });

  test('is deleted with an id that it never returned, and if it was never created', async () => {
    await join('anna');
    const id = 'Live-Resourcehall-1A2B3C4D5E6F';
    expect(await world.deploy('Delete', 'hall', { id })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
    expect([await roomRow('hall'), world.meetings('hall')]).toEqual([undefined, []]);
    expect(await world.deploy('Delete', 'hall', { id, properties: { Room: '{' } })).toMatchObject({
      Status: 'SUCCESS',
    });
  });

  test.each([
    [{ meeting: 'x' }, /^meetingName: got "x"/],
    [{ mediaRegion: 'mars-1' }, /^mediaRegion: got "mars-1"/],
    [{ replicas: ['us-gov-west-1'] }, /^replicas\[0\].mediaRegion/],
    [{ attendeesPerSession: 251 }, /^attendeesPerSession: got 251.*L-B1CE561B/],
    [{ stageSlots: 5 }, /^stageSlots: got 5, expected a whole number from 0 to 4/],
    [{ startsAt: 'tomorrow' }, /^startsAt: got "tomorrow"/],
    [{ presenters: ['aws:x'] }, /^presenters\[0\]/],
  ])('is validated by the handler too: %j', async (room, reason) => {
    const answer = await world.deploy('Create', 'hall', { room, logicalId: 'Invalid' });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
  });

  test('retries until CloudFormation accepts the response, whose reason is truncated', async () => {
    world.cloudFormation.status = 500;
    setTimeout(() => (world.cloudFormation.status = 200), 300);
    const seen = world.cloudFormation.bodies.length;
    const room = { meeting: 'x'.repeat(5000) };
    expect(await world.deploy('Create', 'hall', { room, logicalId: 'Long' })).toMatchObject({ Status: 'FAILED' });
    expect(world.cloudFormation.bodies.length).toBeGreaterThan(seen + 1);
  });
});

describe('the sweeper', () => {
  test('deletes attendees without a seat, and seats without an attendee', async () => {
    const { Meeting, Attendee } = await join('anna', { mediaRegion: 'eu-west-1' });
    const stray = { MeetingId: Meeting.MeetingId, Attendees: [{ ExternalUserId: 'stray' }] };
    await client.send(new BatchCreateAttendeeCommand(stray));
    await client.send(new DeleteAttendeeCommand({ MeetingId: Meeting.MeetingId, AttendeeId: Attendee.AttendeeId }));
    expect(await world.leaks()).toHaveLength(2);
    await world.sweep(false);
    expect(await world.leaks()).toHaveLength(2);
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
    expect(world.fn('Reconciler').log).toContain('"ReconciledDrift":2');
  });

  test('continues with the other rooms if one fails, and counts the failure', async () => {
    await join('anna');
    await world.audience('JoinMeeting', { meeting: 'solo', externalUserId: 'anna' });
    world.advance(6 * MINUTE);
    const [hall] = await world.rows().then((rows) => rows.filter(({ pk }) => pk === 'room#hall'));
    world.chime.faults.inject(Fault.error('ForbiddenException', 'no'), {
      operation: 'GetMeeting',
      when: ({ request }) => request.MeetingId === hall.primaryMeetingId,
      times: Infinity,
    });
    await world.sweep();
    expect(world.fn('Reconciler').log).toContain('"SweepFailures":1');
    expect(await roomRow('solo')).toMatchObject({ state: 'idle' });
    expect(await roomRow('hall')).toMatchObject({ state: 'live' });
  });
});

test('logs contain no credentials and no user ids', async () => {
  const { Attendee } = await join('anna-the-secret');
  const { Attendee: promoted } = await world.host('PromoteAttendee', {
    meeting: 'hall',
    externalUserId: 'anna-the-secret',
  });
  await expect(world.audience('{"anything', { meeting: 'hall' })).rejects.toThrow();
  await world.deliver();
  await world.sweep();
  for (const name of ['Audience', 'Host', 'Room', 'Reconciler'] as const) {
    const { log } = world.fn(name);
    expect(log).not.toContain(Attendee.JoinToken);
    expect(log).not.toContain(promoted.JoinToken);
    expect(log).not.toContain('anna-the-secret');
    expect(log).not.toContain('JoinToken');
    expect(log).not.toContain('X-Amz-Signature');
    expect(log).not.toContain('{"anything'); // which a client sent as the operation above
  }
  expect(world.cloudFormation.bodies.join()).not.toContain(Attendee.JoinToken);
});
