import { ChimeSDKMeetingsClient, DeleteMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { Duration } from 'aws-cdk-lib';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { Fault } from '../simulators/chime';

const MINUTE = 60_000;
const SMALL = {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
  presenters: ['speaker'],
  attendeesPerSession: 4,
  stageSlots: 2,
};
const ROOMS = {
  hall: SMALL,
  short: { ...SMALL, seatGrace: Duration.minutes(2) },
  pooled: { ...SMALL, seatPool: true },
};

let world: MeetingsWorld;

beforeAll(async () => {
  world = await MeetingsWorld.start(ROOMS);
});

afterAll(() => world.stop());

beforeEach(async () => {
  for (const meeting of Object.keys(ROOMS)) await world.deploy('Create', meeting);
});

afterEach(async () => {
  world.table.hooks = {};
  world.chime.hooks = {};
  world.chime.faults.clear();
  for (const meeting of Object.keys(ROOMS)) await world.deploy('Delete', meeting);
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
});

const anna = { meeting: 'hall', externalUserId: 'anna', mediaRegion: 'eu-west-1' };
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** A promise that another function resolves. */
function signal() {
  let send!: () => void;
  const sent = new Promise<void>((resolve) => (send = resolve));
  return { send, sent };
}
const stage = async () => (await world.host('DescribeMeeting', { meeting: 'hall' })).stage;
/** Keeps the primary running. */
const present = async (meeting: string) => {
  const seat = await world.host('JoinMeeting', { meeting, externalUserId: 'speaker', role: 'presenter' });
  world.chime.connect(seat.Meeting.MeetingId, seat.Attendee);
};

test('a leave that is in progress while the host ends the meeting returns immediately', async () => {
  await world.host('StartMeeting', { meeting: 'hall' });
  await world.audience('JoinMeeting', anna);
  world.chime.faults.inject(Fault.latency(1000), { operation: 'DeleteAttendee' });
  const leaving = world.audience('LeaveMeeting', anna);
  await wait(300);
  await world.host('EndMeeting', { meeting: 'hall' });
  const ended = Date.now();
  expect(await leaving).toEqual({});
  expect(Date.now() - ended).toBeLessThan(5_000);
});

test('a leave that continues after the items of its generation were deleted leaves none behind', async () => {
  await present('hall');
  await world.filled();
  await world.audience('JoinMeeting', anna);
  const [waiting, swept] = [signal(), signal()];
  world.table.hooks = {
    async before(call) {
      if (call.operation !== 'PutItem' || !JSON.stringify(call.request).includes('"leave#')) return;
      waiting.send();
      await swept.sent;
    },
  };
  const leaving = world.fn('Audience').invoke({ operation: 'LeaveMeeting', ...anna });
  await waiting.sent;
  await world.host('EndMeeting', { meeting: 'hall' });
  await world.sweep();
  swept.send();
  expect(await leaving).toEqual({});
  world.table.hooks = {};
  expect(await world.leaks()).toEqual([]);
});

describe('a place on the stage', () => {
  test.each(['LeaveMeeting', 'RemoveAttendee'])('is freed if the promotion races with %s', async (operation) => {
    await present('hall');
    const { Attendee } = await world.audience('JoinMeeting', anna);
    world.chime.faults.inject(Fault.latency(800), {
      operation: 'DeleteAttendee',
      when: ({ request }) => request.AttendeeId === Attendee.AttendeeId,
    });
    const leaving = world.host(operation, anna);
    await wait(300);
    const refusal = await world.host('PromoteAttendee', anna).catch(({ errorType }) => errorType);
    await leaving;
    expect(refusal).toBe('NotFound');
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
    await world.audience('JoinMeeting', anna);
    expect(await world.leaks()).toEqual([]);
  });

  test('is not kept for a user who was removed during the promotion', async () => {
    await present('hall');
    await world.audience('JoinMeeting', anna);
    world.chime.faults.inject(Fault.latency(800), { operation: 'CreateAttendee' });
    const promoting = world.host('PromoteAttendee', anna).catch(({ errorType }) => errorType);
    await wait(300);
    await world.host('RemoveAttendee', anna);
    expect(typeof (await promoting)).toBe('string');
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
    expect(await world.leaks()).toEqual([]);
  });

  test('is freed if the user never takes it up', async () => {
    await present('hall');
    await world.audience('JoinMeeting', anna);
    await world.host('PromoteAttendee', anna);
    await world.deliver();
    world.advance(MINUTE);
    await world.sweep(false);
    expect(await stage()).toEqual({ placesUsed: 1, places: 2 });
    world.advance(1.1 * MINUTE);
    await world.sweep(false);
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
    expect(await world.leaks()).toEqual([]);
  });

  test('is freed if the replica of the user is lost', async () => {
    await present('hall');
    const { Meeting } = await world.audience('JoinMeeting', anna);
    await world.host('PromoteAttendee', anna);
    const client = new ChimeSDKMeetingsClient({
      endpoint: world.chime.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await client.send(new DeleteMeetingCommand({ MeetingId: Meeting.MeetingId }));
    client.destroy();
    await world.sweep();
    await world.sweep();
    expect(await stage()).toEqual({ placesUsed: 0, places: 2 });
    expect(await world.leaks()).toEqual([]);
  });
});

test.each([
  ['DemoteAttendee', 'hall'],
  ['RemoveAttendee', 'hall'],
  ['RemoveAttendee', 'pooled'],
])(
  'a place that %s frees while the items of the ended generation (%s) are deleted is deleted, too',
  async (operation, meeting) => {
    await present(meeting);
    await world.filled();
    const user = { ...anna, meeting };
    await world.audience('JoinMeeting', user);
    await world.host('PromoteAttendee', user);
    const host = await world.another('Host');
    const [waiting, cleaning] = [signal(), signal()];
    world.chime.hooks = {
      async before(call) {
        if (call.operation !== 'DeleteAttendee') return;
        waiting.send();
        await cleaning.sent;
      },
    };
    const freeing = host.invoke({ operation, ...user });
    await waiting.sent;
    await world.host('EndMeeting', { meeting });
    // The sweeper deletes the free places first, and then the items of the users.
    world.table.hooks = {
      async before(call) {
        if (call.operation !== 'Query' || !JSON.stringify(call.request).includes('"users#')) return;
        cleaning.send();
        await freeing;
      },
    };
    await world.sweep();
    world.table.hooks = {};
    world.chime.hooks = {};
    await freeing;
    expect(await world.leaks()).toEqual([]);
  },
);

test('the sweeper keeps the seat of a user who returns during the sweep', async () => {
  await present('short');
  const reconciler = await world.another('Reconciler');
  const phones = new Map<string, ReturnType<typeof world.chime.connect>>();
  for (const externalUserId of ['anna', 'bert']) {
    const request = { meeting: 'short', externalUserId, mediaRegion: 'eu-west-1' };
    const { Meeting, Attendee } = await world.audience('JoinMeeting', request);
    const phone = world.chime.connect(Meeting.MeetingId, Attendee);
    world.advance(1000);
    phone.drop();
    phones.set(Attendee.AttendeeId, phone);
  }
  await world.deliver();
  world.advance(2.1 * MINUTE);
  // While the sweeper removes the first user, the other one returns.
  let returned = 0;
  world.chime.hooks = {
    async before({ operation, request }) {
      if (operation !== 'DeleteAttendee' || returned++ > 0) return;
      const [, phone] = [...phones].find(([attendeeId]) => attendeeId !== request.AttendeeId)!;
      phone.reconnect();
      await world.send(world.chime.events.take(), reconciler);
    },
  };
  await world.sweep(false);
  expect([...phones.values()].filter(({ state }) => state === 'connected')).toHaveLength(1);
  expect(await world.leaks()).toEqual([]);
});
