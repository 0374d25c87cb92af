import { readFileSync } from 'node:fs';
import { ChimeSDKMeetingsClient, DeleteMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import Ajv from 'ajv';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { MeetingStartPolicy } from '../../src';

const MINUTE = 60_000;
const MEETING = 'hall';
const LATER = 'later';
const STARTS_AT = new Date(Math.ceil(Date.now() / MINUTE) * MINUTE + 60 * MINUTE).toISOString();
const DETAIL = { id: expect.stringMatching(/^[-0-9a-f]{36}$/), service: expect.any(String), meeting: MEETING };

const conforms = new Ajv({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync('docs/live/meeting-events.schema.json', 'utf8')),
);

let world: MeetingsWorld;
let client: ChimeSDKMeetingsClient;

beforeAll(async () => {
  world = await MeetingsWorld.start({
    [MEETING]: {
      mediaRegion: 'us-east-1',
      replicas: [{ mediaRegion: 'eu-west-1' }],
      attendeesPerSession: 60,
      stageSlots: 2,
      startPolicy: MeetingStartPolicy.ON_JOIN,
    },
    [LATER]: { mediaRegion: 'us-east-1', startsAt: STARTS_AT },
  });
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
  await world.deploy('Create', MEETING);
  await world.host('StartMeeting', { meeting: MEETING });
});

/** After every test, the account must be empty, and every event must conform to the schema. */
afterEach(async () => {
  await world.sweep(false);
  expect(await world.leaks()).toEqual([]);
  await world.deploy('Delete', MEETING);
  await settled();
  expect([await world.rows(), await world.outbox(), world.chime.meetings()]).toEqual([[], [], []]);
  for (const { source, detailType, detail } of world.bus.events) {
    expect([conforms({ source, 'detail-type': detailType, detail }), conforms.errors]).toEqual([true, null]);
  }
  world.bus.clear();
});

const of = (externalUserId: string) => ({ meeting: MEETING, externalUserId });
const join = (user: string) => world.audience('JoinMeeting', of(user));
const eventsOf = (type: string) => world.bus.events.filter(({ detailType }) => detailType === type);

/** Waits until the stream of the table has passed on all changes. */
async function settled(): Promise<void> {
  await world.stream.idle();
  await world.stream.idle();
}

test('a meeting starts at its scheduled time while EventBridge is unavailable', async () => {
  await world.deploy('Create', LATER);
  world.bus.isDown = true;
  await world.host('StartMeeting', { meeting: LATER }); // a rehearsal, whose events remain
  await world.host('EndMeeting', { meeting: LATER });
  await settled();
  world.advance(62 * MINUTE);
  await world.sweep(false);
  expect(await world.host('DescribeMeeting', { meeting: LATER })).toMatchObject({ state: 'live', generation: 2 });
  world.bus.isDown = false;
  world.advance(MINUTE + 1_000);
  await world.sweep(false);
  await world.deploy('Delete', LATER);
});

test('a meeting reports its start, its stage, its removals and its end, without credentials', async () => {
  await join('anna');
  await join('bert');
  await world.audience('RaiseHand', of('anna'));
  await world.audience('RaiseHand', of('anna'));
  const { Attendee } = await world.host('PromoteAttendee', of('anna'));
  await world.host('PromoteAttendee', of('anna'));
  await world.audience('DeclinePromotion', of('anna'));
  await world.host('RemoveAttendee', { ...of('bert'), ban: true });
  await world.host('EndMeeting', { meeting: MEETING });
  await settled();
  const generation = 1;
  const events = [
    [
      'Meeting Started',
      {
        sessions: [
          { index: 0, mediaRegion: 'us-east-1' },
          { index: 1, mediaRegion: 'eu-west-1' },
        ],
      },
    ],
    ['Hand Raised', { externalUserId: 'anna' }],
    ['Attendee Promoted', { externalUserId: 'anna' }],
    ['Attendee Demoted', { externalUserId: 'anna' }],
    ['Attendee Removed', { externalUserId: 'bert', banned: true }],
    ['Meeting Ended', { by: 'host' }],
  ] as const;
  const inOrder = [...world.bus.events].sort((a, b) => (a.time < b.time ? -1 : 1));
  expect(inOrder).toEqual(
    events.map(([detailType, detail]) => ({
      source: 'cdk-media-replication.meetings',
      detailType,
      time: expect.stringMatching(/Z$/),
      detail: { ...DETAIL, generation, ...detail },
    })),
  );
  expect(JSON.stringify(world.bus.events)).not.toContain(Attendee.JoinToken);
});

test('a replica that is replaced, and a meeting that ends by itself, are reported', async () => {
  const { Meeting } = await join('anna');
  await client.send(new DeleteMeetingCommand({ MeetingId: Meeting.MeetingId }));
  await world.sweep();
  await world.sweep();
  await settled();
  expect(eventsOf('Replicas Added').map(({ detail }) => detail)).toEqual([
    { ...DETAIL, generation: 1, sessions: [{ index: 2, mediaRegion: 'eu-west-1' }] },
  ]);
  world.advance(6 * MINUTE);
  await world.sweep();
  await settled();
  expect(eventsOf('Meeting Ended').map(({ detail }) => detail)).toEqual([{ ...DETAIL, generation: 1, by: 'itself' }]);
});

describe('the end of a meeting is announced', () => {
  const SECOND = 1_000;
  const announced = async () => {
    await settled();
    return eventsOf('Meeting Ending Soon').map(({ detail: { reason, endsAt } }) => ({
      reason,
      inMs: Date.parse(endsAt) - world.chime.clock.now(),
    }));
  };
  const pass = async (milliseconds: number) => {
    world.advance(milliseconds);
    await world.deliver();
    await world.sweep(false);
  };
  const about = (minutes: number) => {
    const near = { asymmetricMatch: (ms: number) => Math.abs(ms - minutes * MINUTE) < 20 * SECOND };
    return near as unknown as number;
  };
  const present = async () => {
    const { Meeting, Attendee } = await world.host('JoinMeeting', { ...of('speaker'), role: 'presenter' });
    return world.chime.connect(Meeting.MeetingId, Attendee);
  };

  test('if no presenter connects', async () => {
    await join('anna').then(({ Meeting, Attendee }) => world.chime.connect(Meeting.MeetingId, Attendee));
    await pass(30 * SECOND);
    expect(await announced()).toEqual([]);
    await pass(35 * SECOND);
    expect(await announced()).toEqual([{ reason: 'noPresenter', inMs: about(4) }]);
    await pass(MINUTE);
    expect(await announced()).toHaveLength(1);
    const speaker = await present();
    await pass(10 * MINUTE);
    expect(await announced()).toHaveLength(1);
    speaker.drop();
    await pass(MINUTE + SECOND);
    expect(await announced()).toEqual([expect.anything(), { reason: 'noPresenter', inMs: about(4) }]);
    // The meeting ends at that time.
    await pass(5 * MINUTE);
    await settled();
    expect(eventsOf('Meeting Ended')).toHaveLength(1);
  });

  test('if the last presenter leaves', async () => {
    await present();
    await pass(MINUTE);
    await world.audience('LeaveMeeting', of('speaker'));
    await pass(SECOND);
    expect(await announced()).toEqual([]);
    await pass(MINUTE + SECOND);
    expect(await announced()).toEqual([{ reason: 'noPresenter', inMs: about(4) }]);
  });

  test('not while a participant is on the stage', async () => {
    const speaker = await present();
    const phone = await join('anna').then(({ Meeting, Attendee }) => world.chime.connect(Meeting.MeetingId, Attendee));
    phone.promote((await world.host('PromoteAttendee', of('anna'))).Attendee);
    await pass(SECOND);
    speaker.drop();
    await pass(10 * MINUTE);
    expect(await announced()).toEqual([]);
  });

  test('after six and after 24 hours', async () => {
    await present();
    await pass(5 * 60 * MINUTE);
    expect(await announced()).toEqual([]);
    await pass(46 * MINUTE);
    expect(await announced()).toEqual([{ reason: 'silence', inMs: about(14) }]);
    await pass(17 * 60 * MINUTE + 45 * MINUTE);
    await pass(MINUTE);
    expect(await announced()).toEqual([expect.anything(), { reason: 'duration', inMs: about(28) }]);
    await pass(30 * MINUTE);
    await settled();
    expect(eventsOf('Meeting Ended')).toHaveLength(1);
  });
});

test('events that EventBridge refuses are published later, and each at least once', async () => {
  await world.audience('JoinMeetingBatch', {
    meeting: MEETING,
    participants: Array.from({ length: 25 }, (_, index) => ({ externalUserId: `user-${index}` })),
  });
  await settled();
  let call = 0;
  world.bus.refuses = () => (call++ % 3 === 1 ? 'ThrottlingException' : undefined);
  for (let user = 0; user < 25; user++) await world.audience('RaiseHand', of(`user-${user}`));
  await settled();
  expect((await world.outbox()).length).toBeGreaterThan(0);
  world.bus.refuses = undefined;
  world.advance(MINUTE + 1_000);
  await world.sweep(false);
  await settled(); // the sweep itself announces that there is no presenter
  expect(await world.outbox()).toEqual([]);
  const users = new Set(eventsOf('Hand Raised').map(({ detail }) => detail.externalUserId));
  expect(users.size).toBe(25);
});

test('an outage of EventBridge stops no meeting', async () => {
  await settled();
  world.bus.clear();
  world.bus.isDown = true;
  await join('anna');
  await world.audience('RaiseHand', of('anna'));
  await world.host('PromoteAttendee', of('anna'));
  await settled();
  expect(world.bus.events).toEqual([]);
  expect(await world.outbox()).not.toEqual([]);
  world.bus.isDown = false;
  world.advance(MINUTE + 1_000);
  await world.sweep(false);
  expect(world.bus.types).toEqual(expect.arrayContaining(['Hand Raised', 'Attendee Promoted']));
});
