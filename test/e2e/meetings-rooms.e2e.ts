import {
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  DeleteMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { Duration } from 'aws-cdk-lib';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { MeetingNetworkType, MeetingStartPolicy } from '../../src';
import { Fault } from '../simulators/chime';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const REPLICATED = {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
  presenters: ['speaker'],
};
const ROOMS = {
  hall: { ...REPLICATED, startPolicy: MeetingStartPolicy.ON_JOIN },
  awaited: { ...REPLICATED, networkType: MeetingNetworkType.DUAL_STACK },
  talk: { mediaRegion: 'us-east-1', presenters: ['speaker'], participantsCanSend: false },
  solo: { mediaRegion: 'us-east-1' },
  short: { ...REPLICATED, startPolicy: MeetingStartPolicy.ON_JOIN, seatGrace: Duration.minutes(2) },
};

jest.setTimeout(2 * MINUTE);

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
  world.gate.loses = undefined;
  world.chime.faults.clear();
  for (const meeting of Object.keys(ROOMS)) {
    expect(await world.deploy('Delete', meeting)).toMatchObject({ Status: 'SUCCESS' });
  }
  expect(await world.rows()).toEqual([]);
  expect(world.chime.meetings()).toEqual([]);
});

const join = (meeting: string, externalUserId: string, more: object = {}) =>
  world.audience('JoinMeeting', { meeting, externalUserId, ...more });
const present = (meeting: string) => join(meeting, 'speaker', { role: 'presenter' });
const callsOf = (operation: string, since = 0) =>
  world.chime.calls.slice(since).filter((call) => call.operation === operation);
const refused = (errorType: string, message: RegExp) => ({ errorType, message: expect.stringMatching(message) });

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = Date.now();
  await work();
  return (Date.now() - started) / SECOND;
}

describe('capabilities', () => {
  const all = (direction: string) => ({ Audio: direction, Video: direction, Content: direction });
  const sent = (since: number) =>
    callsOf('CreateAttendee', since).map(({ request }) => [request.ExternalUserId, request.Capabilities]);

  test('are sent for attendees of the primary, and omitted on replicas', async () => {
    const since = world.chime.calls.length;
    await present('hall');
    await join('hall', 'anna');
    await world.host('PromoteAttendee', { meeting: 'hall', externalUserId: 'anna' });
    expect(sent(since)).toEqual([
      ['speaker', all('SendReceive')],
      ['anna', undefined],
      ['anna', all('SendReceive')],
    ]);
    await world.audience('JoinMeetingBatch', { meeting: 'hall', participants: [{ externalUserId: 'bert' }] });
    const [{ request }] = callsOf('BatchCreateAttendee', since);
    expect(request.Attendees).toEqual([{ ExternalUserId: 'bert' }]);
  });

  test('let participants only receive, if the room says so', async () => {
    const since = world.chime.calls.length;
    expect((await present('talk')).Attendee.Capabilities).toEqual(all('SendReceive'));
    expect((await join('talk', 'anna')).Attendee.Capabilities).toEqual(all('Receive'));
    expect((await join('solo', 'anna')).Attendee.Capabilities).toEqual(all('SendReceive'));
    expect(sent(since)).toHaveLength(3);
    const participants = [{ externalUserId: 'bert' }, { externalUserId: 'carl' }];
    const { joined } = await world.audience('JoinMeetingBatch', { meeting: 'talk', participants });
    for (const { Attendee } of joined) expect(Attendee.Capabilities).toEqual(all('Receive'));
  });

  test('are those of the present role, even if an attendee of another role is left over', async () => {
    const { Meeting } = await present('talk');
    for (const ExternalUserId of ['anna', 'bert', 'carl']) {
      await client.send(
        new CreateAttendeeCommand({
          MeetingId: Meeting.MeetingId,
          ExternalUserId,
          Capabilities: all('SendReceive') as any,
        }),
      );
    }
    expect((await join('talk', 'anna')).Attendee.Capabilities).toEqual(all('Receive'));
    const participants = [{ externalUserId: 'bert' }, { externalUserId: 'carl' }];
    const { joined } = await world.audience('JoinMeetingBatch', { meeting: 'talk', participants });
    expect(joined).toHaveLength(2);
    for (const { Attendee } of joined) expect(Attendee.Capabilities).toEqual(all('Receive'));
    await world.sweep();
    expect(await world.leaks()).toEqual([]);
  });
});

describe('a room with replicas', () => {
  test('does not start for an audience without a presenter', async () => {
    const since = world.chime.calls.length;
    for (let minute = 0; minute < 60; minute += 5) {
      await expect(join('awaited', `user-${minute}`)).rejects.toMatchObject(
        refused(
          'MeetingEnded',
          /^Meeting "awaited" is not running\. A presenter or a host starts it\. \(retryAfterSeconds: (1\d|20)\)$/,
        ),
      );
      await expect(join('awaited', 'anna', { role: 'presenter' })).rejects.toMatchObject({ errorType: 'MeetingEnded' });
      world.advance(5 * MINUTE);
      await world.sweep(false);
    }
    expect(callsOf('CreateMeeting', since)).toEqual([]);
    expect(await present('awaited')).toMatchObject({ generation: 1, session: { kind: 'primary' } });
    expect(await join('awaited', 'anna')).toMatchObject({ generation: 1, session: { kind: 'replica' } });
  });

  test('is started again by a presenter or a host, but not by a presenter after a host ended it', async () => {
    await world.host('JoinMeeting', { meeting: 'awaited', externalUserId: 'guest', role: 'presenter' });
    world.advance(6 * MINUTE);
    expect(await present('awaited')).toMatchObject({ generation: 2 });
    await world.host('EndMeeting', { meeting: 'awaited' });
    await expect(present('awaited')).rejects.toMatchObject(refused('MeetingEnded', /^A host ended meeting "awaited"/));
    expect(await world.host('StartMeeting', { meeting: 'awaited' })).toMatchObject({ generation: 3 });
  });

  test('tells the audience over HTTP when to ask again', async () => {
    const answer = await world.fn('Audience').invoke({
      body: JSON.stringify({ operation: 'JoinMeeting', meeting: 'awaited' }),
      requestContext: { http: { sourceIp: '192.0.2.1' }, authorizer: { jwt: { claims: { sub: 'anna' } } } },
    });
    const { code, retryAfterSeconds } = JSON.parse(answer.body);
    expect([answer.statusCode, code]).toEqual([409, 'MeetingEnded']);
    expect(answer.headers['retry-after']).toBe(String(retryAfterSeconds));
  });

  test('creates all sessions with the network type of the room', async () => {
    const since = world.chime.calls.length;
    await world.host('StartMeeting', { meeting: 'awaited' });
    await world.host('StartMeeting', { meeting: 'solo' });
    const types = callsOf('CreateMeeting', since).map(({ request }) => request.MediaPlacementNetworkType);
    expect(types).toEqual(['DualStack', 'DualStack', 'DualStack', undefined]);
  });
});

describe('DescribeMeeting', () => {
  test('tells only hosts how many seats are taken', async () => {
    await join('hall', 'anna', { mediaRegion: 'eu-west-1' });
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toEqual({
      meeting: 'hall',
      state: 'live',
      generation: 1,
      sessions: [
        { kind: 'primary', mediaRegion: 'us-east-1', index: 0 },
        { kind: 'replica', mediaRegion: 'eu-west-1', index: 1 },
        { kind: 'replica', mediaRegion: 'ap-southeast-2', index: 2 },
      ],
    });
    const { sessions, stage } = await world.host('DescribeMeeting', { meeting: 'hall' });
    expect(sessions.map(({ seatsUsed, seats }: any) => [seatsUsed, seats])).toEqual([
      [0, 240],
      [1, 250],
      [0, 250],
    ]);
    expect(stage).toEqual({ placesUsed: 0, places: 10 });
    expect(await world.audience('DescribeMeeting', { meeting: 'solo' })).toMatchObject({ state: 'idle', sessions: [] });
  });
});

describe('a lost response of DynamoDB', () => {
  const start = () => world.host('StartMeeting', { meeting: 'hall' });
  const WORK: Record<string, { before: () => Promise<unknown>; work: () => Promise<unknown>; after: string }> = {
    'a start': { before: async () => undefined, work: start, after: 'live' },
    'an end': { before: start, work: () => world.host('EndMeeting', { meeting: 'hall' }), after: 'ended' },
    'a sweep of a meeting that ended by itself': {
      before: async () => {
        await start();
        world.advance(6 * MINUTE);
      },
      work: () => world.sweep(),
      after: 'idle',
    },
  };

  test.each(Object.entries(WORK))('does not delay %s', async (_, { before, work, after }) => {
    for (let position = 1; ; position++) {
      await before();
      let updates = 0;
      world.gate.loses = (operation) => operation === 'UpdateItem' && ++updates === position;
      expect(await seconds(work)).toBeLessThan(6);
      world.gate.loses = undefined;
      if (updates < position) break;
      const room = (await world.rows()).find(({ pk }) => pk === 'room#hall');
      expect([position, room?.state]).toEqual([position, after]);
      expect(world.meetings('hall')).toHaveLength(after === 'live' ? 3 : 0);
      await world.deploy('Delete', 'hall');
      await world.deploy('Create', 'hall');
    }
  });

  test('does not let a meeting that ended pass as running', async () => {
    await start();
    world.advance(6 * MINUTE);
    let lost = 0;
    world.gate.loses = (operation) => operation === 'UpdateItem' && ++lost === 1;
    expect(await start()).toMatchObject({ generation: 2 });
  });

  test('does not delay the deletion of a room', async () => {
    let lost = 0;
    world.gate.loses = (operation) => operation === 'UpdateItem' && ++lost === 1;
    expect(await seconds(() => world.deploy('Delete', 'hall'))).toBeLessThan(6);
    expect(lost).toBeGreaterThan(0);
  });
});

test('a call fails before its function times out while DynamoDB does not respond', async () => {
  world.dynamo.pause();
  try {
    const taken = await seconds(() =>
      expect(join('solo', 'anna')).rejects.toMatchObject({ errorType: 'ServiceUnavailable' }),
    );
    expect(taken).toBeLessThan(20);
  } finally {
    world.dynamo.resume();
  }
});

describe('a 404 for a session', () => {
  const notFoundOnce = (operation: 'GetMeeting' | 'DeleteMeeting' | 'ListAttendees') =>
    world.chime.faults.inject(Fault.error('NotFoundException', 'not found'), { operation });

  test('does not end a young generation, unless a second one follows', async () => {
    await join('hall', 'anna');
    world.advance(31 * SECOND); // the next join asks whether the meeting is running
    notFoundOnce('GetMeeting');
    expect(await join('hall', 'anna')).toMatchObject({ generation: 1 });
    expect(world.meetings('hall')).toHaveLength(3);

    world.advance(31 * SECOND);
    const { primaryMeetingId: MeetingId } = (await world.rows()).find(({ pk }) => pk === 'room#hall')!;
    await client.send(new DeleteMeetingCommand({ MeetingId }));
    expect(await join('hall', 'anna')).toMatchObject({ generation: 2 });
  });

  test('does not lose a young replica', async () => {
    await join('hall', 'anna');
    notFoundOnce('ListAttendees');
    await world.sweep();
    world.chime.faults.inject(Fault.error('NotFoundException', 'not found'), { operation: 'CreateAttendee' });
    const since = world.chime.calls.length;
    world.chime.faults.inject(Fault.error('NotFoundException', 'not found'), {
      operation: 'GetMeeting',
      when: ({ request }) => request.MeetingId !== world.meetings('hall')[0].meetingId,
    });
    expect(await join('hall', 'bert')).toMatchObject({ generation: 1 });
    expect(callsOf('CreateMeeting', since)).toEqual([]);
    const { sessions } = await world.audience('DescribeMeeting', { meeting: 'hall' });
    expect(sessions.map(({ index }: any) => index)).toEqual([0, 1, 2]);
  });

  test('does not leave a young meeting running when it is deleted', async () => {
    await join('hall', 'anna');
    notFoundOnce('DeleteMeeting');
    await world.host('EndMeeting', { meeting: 'hall' });
    expect(world.meetings('hall')).toEqual([]);
  });
});

describe('events', () => {
  const USERS = 60;

  async function connectAudience(meeting: string) {
    world.chime.events.take(); // those of other tests
    const speaker = await present(meeting);
    world.chime.connect(speaker.Meeting.MeetingId, speaker.Attendee);
    const participants = Array.from({ length: USERS }, (_, index) => ({ externalUserId: `user-${index}` }));
    const { joined } = await world.audience('JoinMeetingBatch', { meeting, participants });
    return joined.map(({ Meeting, Attendee }: any) => world.chime.connect(Meeting.MeetingId, Attendee)) as ReturnType<
      typeof world.chime.connect
    >[];
  }

  async function callsToDeliver(): Promise<number> {
    world.gate.count();
    await world.deliver();
    return world.gate.calls;
  }

  test('of a large audience need no call for each person', async () => {
    const phones = await connectAudience('hall');
    // The sessions, the room, and the presenter: a place on the stage, which there is none, the seat, and that its user is
    // connected.
    expect(await callsToDeliver()).toBe(5);
    for (const phone of phones) phone.drop();
    expect(await callsToDeliver()).toBe(2);
  });

  test('need one write for each person in a room with a grace period for seats', async () => {
    const phones = await connectAudience('short');
    expect(await callsToDeliver()).toBeLessThanOrEqual(USERS + 6);
    for (const change of ['drop', 'reconnect', 'drop'] as const) {
      for (const phone of phones) phone[change]();
      world.advance(SECOND);
    }
    expect(await callsToDeliver()).toBeLessThanOrEqual(USERS + 6);
    world.advance(2 * MINUTE + SECOND);
    await world.sweep(false);
    const { sessions } = await world.host('DescribeMeeting', { meeting: 'short' });
    expect(sessions.map(({ seatsUsed }: any) => seatsUsed)).toEqual([1, 0, 0]);
  });

  test('of one room are handled even if those of another room fail, and invalid messages are ignored', async () => {
    const ended = (MeetingId: string) => ({
      source: 'aws.chime',
      detail: { eventType: 'chime:MeetingEnded', meetingId: MeetingId, timestamp: 1 },
    });
    const [hall, solo] = [(await join('hall', 'anna')).Meeting, (await join('solo', 'anna')).Meeting];
    world.advance(6 * MINUTE);
    const primary = hall.PrimaryMeetingId as string;
    world.chime.faults.inject(Fault.error('ForbiddenException', 'no'), {
      operation: 'GetMeeting',
      when: ({ request }) => request.MeetingId === primary,
      times: Infinity,
    });
    const messages = [
      '{',
      'null',
      '7',
      '{"source":"aws.chime"}',
      ended('unknown'),
      ended(primary),
      ended(solo.MeetingId),
    ];
    await expect(world.send(messages)).rejects.toMatchObject({ errorType: 'ForbiddenException' });
    expect(await world.audience('DescribeMeeting', { meeting: 'solo' })).toMatchObject({ state: 'idle' });
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'live' });
    world.chime.faults.clear();
    await world.send(messages);
    expect(await world.audience('DescribeMeeting', { meeting: 'hall' })).toMatchObject({ state: 'idle' });
  });
});
