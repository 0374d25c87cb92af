import { ChimeSDKMeetingsClient, DeleteMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { Fault } from '../simulators/chime';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MEETING = 'hall';

let world: MeetingsWorld;
let client: ChimeSDKMeetingsClient;

beforeAll(async () => {
  world = await MeetingsWorld.start({
    [MEETING]: {
      mediaRegion: 'us-east-1',
      replicas: [{ mediaRegion: 'eu-west-1' }],
      attendeesPerSession: 10,
      stageSlots: 2,
      seatPool: true,
    },
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
  await present();
  await world.filled();
});

/** After every test, the account must be empty. */
afterEach(async () => {
  world.chime.faults.clear();
  expect(await world.leaks()).toEqual([]);
  expect(await world.deploy('Delete', MEETING)).toMatchObject({ Status: 'SUCCESS' });
  await world.stream.idle();
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
  world.bus.clear();
});

const of = (externalUserId: string) => ({ meeting: MEETING, externalUserId });
const join = (user: string) => world.audience('JoinMeeting', of(user));
const present = async () => {
  const joined = await world.host('JoinMeeting', { ...of('speaker'), role: 'presenter' });
  return { ...joined, phone: world.chime.connect(joined.Meeting.MeetingId, joined.Attendee) };
};
const connect = async (user: string) => {
  const joined = await join(user);
  return { ...joined, phone: world.chime.connect(joined.Meeting.MeetingId, joined.Attendee) };
};
const generation = async () => (await world.audience('DescribeMeeting', { meeting: MEETING })).generation;
const changes = () => world.bus.events.filter(({ detailType }) => detailType === 'Generation Changed');
const room = async () => (await world.rows()).find(({ pk }) => pk === `room#${MEETING}`)!;
const QUOTA = Fault.error('LimitExceededException', 'Meetings');
const refused = (errorType: string) => ({ errorType });

/** Lets time pass, and then a sweep and the work that it finds. */
async function pass(milliseconds: number): Promise<void> {
  world.advance(milliseconds);
  await world.deliver();
  await world.sweep(false);
  await world.stream.idle();
  await world.stream.idle();
}

/** Until the meeting has less than ten minutes left. */
async function passDay(): Promise<void> {
  await pass(23 * HOUR + 45 * MINUTE);
  expect(await generation()).toBe(1);
  await pass(6 * MINUTE);
}

test('users move to the next generation before the first one ends', async () => {
  const anna = await connect('anna');
  const bert = await connect('bert');
  expect(Date.parse(anna.endsAt) - world.chime.clock.now()).toBeGreaterThan(23 * HOUR);
  await passDay();
  expect(await generation()).toBe(2);
  expect(changes().map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ generation: 1, from: 1, to: 2, endsAt: anna.endsAt }),
  ]);
  expect(world.meetings(MEETING)).toHaveLength(4);
  // Nobody is disconnected.
  expect([anna.phone.state, bert.phone.state]).toEqual(['connected', 'connected']);
  await world.filled();
  const moved = await connect('anna');
  expect(moved.generation).toBe(2);
  expect(moved.Meeting.MeetingId).not.toBe(anna.Meeting.MeetingId);
  expect(await world.audience('GetStage', of('anna'))).toEqual({ state: 'none' });
  // A client that has not moved is told to join again.
  await expect(world.audience('GetStage', of('bert'))).rejects.toMatchObject(refused('MeetingEnded'));
  // A presenter whom a host joined can move without the host.
  const speaker = await world.audience('JoinMeeting', { ...of('speaker'), role: 'presenter' });
  expect(speaker).toMatchObject({ generation: 2, session: { kind: 'primary' } });
  world.chime.connect(speaker.Meeting.MeetingId, speaker.Attendee);
  expect(await world.leaks()).toEqual([]);

  await pass(10 * MINUTE);
  expect(bert.phone.state).toBe('disconnected');
  expect(world.meetings(MEETING)).toHaveLength(2);
  await pass(MINUTE);
  expect(
    (await world.rows()).filter(({ pk, generation: number = 2 }) => number === 1 && !pk.startsWith('room#')),
  ).toEqual([]);
  expect(await join('bert')).toMatchObject({ generation: 2 });
  expect(await generation()).toBe(2);
});

test('a host removes users who have not moved yet', async () => {
  const anna = await connect('anna');
  const bert = await connect('bert');
  bert.phone.promote((await world.host('PromoteAttendee', of('bert'))).Attendee);
  await passDay();
  await world.host('DemoteAttendee', of('bert'));
  expect(bert.phone.state).toBe('connected');
  await world.host('RemoveAttendee', { ...of('anna'), ban: true });
  expect(anna.phone.state).toBe('disconnected');
  await expect(join('anna')).rejects.toMatchObject(refused('NotAllowed'));
  expect(await join('bert')).toMatchObject({ generation: 2 });
});

test.each(['EndMeeting', 'Delete'])('%s ends both generations', async (how) => {
  await passDay();
  expect(world.meetings(MEETING)).toHaveLength(4);
  if (how === 'Delete') await world.deploy('Delete', MEETING);
  else await world.host('EndMeeting', { meeting: MEETING });
  expect(world.meetings(MEETING)).toEqual([]);
  await world.sweep(false);
  if (how === 'Delete') await world.deploy('Create', MEETING);
});

test('a generation that cannot be prepared is tried again with other sessions', async () => {
  world.chime.faults.inject(QUOTA, { operation: 'CreateMeeting', skip: 1, times: Infinity });
  await passDay();
  expect(await generation()).toBe(1);
  expect(world.meetings(MEETING)).toHaveLength(2);
  world.chime.faults.clear();
  await pass(MINUTE);
  expect(await generation()).toBe(3);
  expect(changes().map(({ detail: { from, to } }) => [from, to])).toEqual([[1, 3]]);
  await connect('anna');
});

test('a prepared generation is deleted when the meeting ends before', async () => {
  world.chime.faults.inject(QUOTA, { operation: 'CreateMeeting', times: Infinity });
  await passDay();
  expect((await room()).preparing).toMatchObject({ generation: 3 });
  world.chime.faults.clear();
  await world.host('EndMeeting', { meeting: MEETING });
  await world.sweep(false);
  expect(world.chime.meetings()).toEqual([]);
  expect(await room()).not.toHaveProperty('preparing');
  expect(await world.host('StartMeeting', { meeting: MEETING })).toMatchObject({ state: 'live' });
});

test('a meeting without a presenter ends instead', async () => {
  const [{ meetingId }] = world.meetings(MEETING);
  world.advance(23 * HOUR + 51 * MINUTE);
  await client.send(new DeleteMeetingCommand({ MeetingId: meetingId }));
  await pass(SECOND);
  expect(changes()).toEqual([]);
  expect(await world.audience('DescribeMeeting', { meeting: MEETING })).toMatchObject({ state: 'idle' });
});
