import { readFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  DeleteAttendeeCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { Duration } from 'aws-cdk-lib';
import { eventually } from './support/eventually';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { sessionSeats, unbalanced } from './support/session-seats';
import { JOIN_UNITS } from '../../src/live/meeting/capacity';
import { Fault } from '../simulators/chime';

const [HALL, SMALL, GROWING] = ['hall', 'small', 'growing'];
const API = readFileSync(pathOf(__dirname, '../../docs/live/meeting-api.md'), 'utf8');
const ROOMS = {
  [HALL]: { mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1', count: 2 }], seatPool: true },
  [SMALL]: {
    mediaRegion: 'us-east-1',
    replicas: [{ mediaRegion: 'eu-west-1' }],
    attendeesPerSession: 10,
    stageSlots: 2,
    seatGrace: Duration.minutes(2),
    seatPool: true,
  },
  [GROWING]: {
    mediaRegion: 'us-east-1',
    replicas: [{ mediaRegion: 'ap-southeast-2' }, { mediaRegion: 'eu-west-1', maxCount: 3 }],
    attendeesPerSession: 5,
    stageSlots: 1,
    seatPool: true,
  },
};
const MINUTE = 60_000;

let world: MeetingsWorld;

beforeAll(async () => {
  world = await MeetingsWorld.start(ROOMS, { seed: 'pool' });
});

afterAll(() => world.stop());

async function start(meeting: string): Promise<void> {
  await world.deploy('Create', meeting);
  await world.host('StartMeeting', { meeting });
  const { Meeting, Attendee } = await world.host('JoinMeeting', {
    meeting,
    externalUserId: 'presenter',
    role: 'presenter',
  });
  world.chime.connect(Meeting.MeetingId, Attendee);
}

afterEach(async () => {
  world.chime.faults.clear();
  world.table.faults.clear();
  world.chime.hooks = {};
  world.table.hooks = {};
  for (const meeting of [HALL, SMALL, GROWING]) await world.deploy('Delete', meeting);
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
});

const join = (meeting: string, externalUserId: string) => world.audience('JoinMeeting', { meeting, externalUserId });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'in',
    ({ errorType, message }) => `${errorType}: ${message}`,
  );

/** The calls of Chime operations while something is done. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  world.chime.hooks = { before: ({ operation }) => void calls.push(operation) };
  await work();
  world.chime.hooks = {};
  return calls;
}

test('the pools of a meeting are filled when it starts, with three calls for each 250 seats', async () => {
  const calls = await callsOf(async () => {
    await start(HALL);
    await world.filled();
  });
  expect(calls.filter((operation) => operation === 'BatchCreateAttendee')).toHaveLength(6);
  expect(unbalanced(await sessionSeats(world))).toEqual([]);
  expect(await world.leaks()).toEqual([]);
});

test('a join of a replica calls Amazon Chime SDK only for presenters', async () => {
  await start(HALL);
  await world.filled();
  const calls = await callsOf(async () => {
    const first = await join(HALL, 'anna');
    expect([first.externalUserId, first.session.kind]).toEqual(['anna', 'replica']);
    expect(first.Attendee.ExternalUserId).toMatch(/^seat#/);
    expect(world.chime.connect(first.Meeting.MeetingId, first.Attendee).state).toBe('connected');
    // A returning user gets the same seat.
    expect((await join(HALL, 'anna')).Attendee).toEqual(first.Attendee);
    const { joined } = await world.audience('JoinMeetingBatch', {
      meeting: HALL,
      participants: ['bert', 'carla'].map((externalUserId) => ({ externalUserId })),
    });
    expect(joined.map((each: any) => each.externalUserId).sort()).toEqual(['bert', 'carla']);
  });
  expect(calls).toEqual([]);
  expect(await world.leaks()).toEqual([]);
});

test('a join from a pool costs what docs/live/meeting-api.md says', async () => {
  await start(HALL);
  await world.filled();
  await join(HALL, 'first');
  world.table.usage.reset();
  await join(HALL, 'second');
  const { calls, readUnits, writeUnits } = world.table.usage.total;
  const [, ...documented] = /^\| a new user, from a pool \| (\d+) \| (\d+) \| (\d+) \|$/m.exec(API)!;
  expect([calls, readUnits, writeUnits]).toEqual(documented.map(Number));
  expect([readUnits, writeUnits]).toEqual([JOIN_UNITS.reads, JOIN_UNITS.writes]);
});

test('replicas are added where users are, before the others are full, and none is removed', async () => {
  await start(GROWING);
  await world.filled();
  const regions = () =>
    world
      .meetings(GROWING)
      .filter(({ primaryMeetingId }) => primaryMeetingId)
      .map(({ mediaRegion }) => mediaRegion)
      .sort();
  expect(regions()).toEqual(['ap-southeast-2', 'eu-west-1']);
  /** A user who asks again as long as there are no seats yet. */
  const insist = async (externalUserId: string): Promise<string> => {
    const request = { meeting: GROWING, externalUserId, mediaRegion: 'eu-west-1' };
    for (;;) {
      const outcome = await world.audience('JoinMeeting', request).then(
        ({ session }) => session.mediaRegion,
        ({ errorType }) => errorType,
      );
      if (outcome !== 'Throttled') return outcome;
      await sleep(200);
    }
  };
  const outcomes: string[] = [];
  for (let index = 0; index < 4; index++) outcomes.push(await insist(`early-${index}`));
  await eventually(async () => expect(regions()).toContain('eu-west-1'));
  await world.filled();
  for (let index = 0; index < 16; index++) outcomes.push(await insist(`user-${index}`));
  expect(regions()).toEqual(['ap-southeast-2', 'eu-west-1', 'eu-west-1', 'eu-west-1']);
  expect(outcomes.filter((outcome) => outcome.includes('-'))).toHaveLength(20);
  expect(await insist('late')).toBe('MeetingFull');
  for (let index = 0; index < 16; index++) {
    await world.host('RemoveAttendee', { meeting: GROWING, externalUserId: `user-${index}` });
  }
  await world.sweep();
  await world.filled();
  expect(regions()).toHaveLength(4);
  expect(await world.leaks()).toEqual([]);
});

test.each([
  [SMALL, 10],
  [HALL, 250],
])('if a repeated batch creates attendees again (%s), the sweeper deletes the surplus ones', async (meeting, seats) => {
  world.chime.behaviour.sameExternalUserId = 'new-attendee';
  // The seats of the first batch are created, but the response is lost.
  world.chime.faults.inject(Fault.lostAnswer(), { operation: 'BatchCreateAttendee', times: 1 });
  await start(meeting);
  await world.stream.idle();
  world.advance(MINUTE);
  for (let sweep = 0; sweep < 3; sweep++) {
    await world.sweep();
    await world.stream.idle();
  }
  await world.filled();
  world.chime.behaviour.sameExternalUserId = 'same-attendee';
  expect(await world.leaks()).toEqual([]);
  const replicas = world.meetings(meeting).filter(({ primaryMeetingId }) => primaryMeetingId);
  expect(replicas.map(({ attendees }) => attendees.length)).toEqual(replicas.map(() => seats));
});

test('a released seat is deleted, and another attendee is created for the next user', async () => {
  await start(SMALL);
  await world.filled();
  const { Meeting, Attendee } = await join(SMALL, 'anna');
  await world.audience('LeaveMeeting', { meeting: SMALL, externalUserId: 'anna' });
  await world.filled();
  const seats = world.meetings(SMALL).find(({ meetingId }) => meetingId === Meeting.MeetingId)!.attendees;
  expect(seats).toHaveLength(10);
  expect(seats.map(({ attendeeId }) => attendeeId)).not.toContain(Attendee.AttendeeId);
  expect(await world.leaks()).toEqual([]);
});

test('leaves are answered at once, and the attendees are deleted later, in order and within the quota', async () => {
  await start(HALL);
  await world.filled();
  const users = Array.from({ length: 25 }, (_, index) => `user-${index}`);
  const seats = new Map<string, string>();
  for (const user of users) seats.set((await join(HALL, user)).Attendee.AttendeeId, user);
  world.chime.quotas.rateLimited = true;
  const deleted: string[] = [];
  let throttled = 0;
  world.chime.hooks = {
    after({ operation, request, status }) {
      if (operation === 'DeleteAttendee' && status < 300) deleted.push(seats.get(request.AttendeeId as string)!);
      if (status === 429) throttled++;
    },
  };
  for (const externalUserId of users) {
    await world.fn('Audience').invoke({ operation: 'LeaveMeeting', meeting: HALL, externalUserId });
  }
  const atOnce = deleted.length;
  await world.filled();
  world.chime.quotas.rateLimited = false;
  expect([deleted, throttled]).toEqual([users, 0]);
  expect(atOnce).toBeLessThan(users.length);
  expect(await world.leaks()).toEqual([]);
});

test('users who find no seat while the pools are being filled get a position, and then a seat', async () => {
  world.chime.faults.inject(Fault.latency(1_500), { operation: 'BatchCreateAttendee' });
  await start(SMALL);
  const started = Date.now();
  const refusals = [
    await refusal(join(SMALL, 'anna')),
    await refusal(join(SMALL, 'bert')),
    await refusal(join(SMALL, 'anna')),
  ];
  expect(Date.now() - started).toBeLessThan(3_000);
  const waiting = (position: number) =>
    expect.stringMatching(
      new RegExp(`^Throttled: Seats of meeting "small" are being created or freed. .* position: ${position}\\)$`),
    );
  expect(refusals).toEqual([waiting(1), waiting(2), waiting(1)]);
  world.chime.faults.clear();
  await world.filled();
  for (const user of ['bert', 'anna']) expect((await join(SMALL, user)).session.kind).toBe('replica');
  expect(await world.leaks()).toEqual([]);
  expect((await world.rows()).filter(({ grp }) => grp?.startsWith('waiting#'))).toEqual([]);
});

test('a full meeting is full, and not in a queue', async () => {
  await start(SMALL);
  await world.filled();
  for (let index = 0; index < 10; index++) await join(SMALL, `user-${index}`);
  expect(await refusal(join(SMALL, 'late'))).toMatch(/^MeetingFull/);
  expect(await world.leaks()).toEqual([]);
});

test('a user who waits can be banned, and stays banned when the meeting has ended', async () => {
  world.chime.faults.inject(Fault.latency(1_000), { operation: 'BatchCreateAttendee' });
  await start(SMALL);
  expect(await refusal(join(SMALL, 'mallory'))).toMatch(/^Throttled/);
  await world.host('RemoveAttendee', { meeting: SMALL, externalUserId: 'mallory', ban: true });
  await world.filled();
  expect(await refusal(join(SMALL, 'mallory'))).toMatch(/^NotAllowed/);
  await world.host('EndMeeting', { meeting: SMALL });
  await world.sweep();
  await world.host('StartMeeting', { meeting: SMALL });
  await world.filled();
  expect(await refusal(join(SMALL, 'mallory'))).toMatch(/^NotAllowed/);
});

test('events name the seat, and concern the user who has it', async () => {
  await start(SMALL);
  await world.filled();
  const { Meeting, Attendee } = await join(SMALL, 'anna');
  const phone = world.chime.connect(Meeting.MeetingId, Attendee);
  world.advance(1_000);
  phone.drop();
  await world.deliver();
  world.advance(2.1 * MINUTE);
  await world.sweep(false);
  await world.filled();
  const [{ seats }] = (await sessionSeats(world)).filter(({ index }) => index === 1);
  expect([seats.taken.size, seats.free]).toEqual([0, 10]);
  expect(await world.leaks()).toEqual([]);
});

test('a promoted user has an attendee with the own id in the primary session', async () => {
  await start(SMALL);
  await world.filled();
  await join(SMALL, 'anna');
  const { Attendee } = await world.host('PromoteAttendee', { meeting: SMALL, externalUserId: 'anna' });
  expect(Attendee.ExternalUserId).toBe('anna');
  expect(await world.leaks()).toEqual([]);
});

describe('the sweeper', () => {
  test('deletes attendees that belong to no seat, and replaces seats whose attendees are gone', async () => {
    await start(SMALL);
    await world.filled();
    await join(SMALL, 'anna');
    const replica = world.meetings(SMALL).find(({ primaryMeetingId }) => primaryMeetingId)!;
    const [row] = (await world.rows()).filter(({ grp }) => grp?.startsWith('seats#') && grp.endsWith('#1'));
    const client = new ChimeSDKMeetingsClient({
      endpoint: world.chime.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { AttendeeId } = row.attendee;
    await client.send(new DeleteAttendeeCommand({ MeetingId: replica.meetingId, AttendeeId }));
    await client.send(new CreateAttendeeCommand({ MeetingId: replica.meetingId, ExternalUserId: 'seat#surplus' }));
    client.destroy();
    await world.sweep();
    await world.filled();
    expect(await world.leaks()).toEqual([]);
    expect(world.meetings(SMALL).find(({ primaryMeetingId }) => primaryMeetingId)!.attendees).toHaveLength(10);
  });

  test('fills pools that a lost message left empty', async () => {
    const { worker } = world;
    world.worker = undefined;
    await start(SMALL);
    await world.stream.idle();
    world.worker = worker;
    const before = world.meetings(SMALL).map(({ attendees }) => attendees.length);
    await world.sweep(false);
    await world.filled();
    expect(before.sort()).toEqual([0, 1]); // the presenter
    expect(await world.leaks()).toEqual([]);
  });
});
