import { setTimeout as sleep } from 'node:timers/promises';
import { FunctionPool } from './support/function-pool';
import { MeetingsWorld } from './support/meetings-world';
import { sessionSeats, unbalanced } from './support/session-seats';
import { Fault as ChimeFault } from '../simulators/chime';
import { Fault } from '../simulators/dynamodb';

const [STUDIO, HALL, POOLED] = ['studio', 'hall', 'pooled'];
const OPTIONS = {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1', count: 4 }],
  attendeesPerSession: 50,
  stageSlots: 5,
};
/** In all replicas. */
const SEATS = 200;
const PROCESSES = 4;
/** In Lambda, a process that is killed works on a single call: here on two at a time. */
const CALLERS = 2 * PROCESSES;

jest.setTimeout(300_000);

let world: MeetingsWorld;
let audience: FunctionPool;
let host: FunctionPool;

beforeAll(async () => {
  world = await MeetingsWorld.start(
    {
      [STUDIO]: { mediaRegion: 'us-east-1' },
      [HALL]: OPTIONS,
      [POOLED]: { ...OPTIONS, seatPool: true },
    },
    { seed: 'burst' },
  );
  audience = await FunctionPool.start(world, 'Audience', PROCESSES);
  host = await FunctionPool.start(world, 'Host', 2);
});

afterAll(() => world.stop());

/** Starts a meeting, with a connected presenter so that it does not end by itself. */
async function start(meeting: string): Promise<void> {
  await world.deploy('Create', meeting);
  await world.host('StartMeeting', { meeting });
  const presenter = { meeting, externalUserId: 'presenter', role: 'presenter' };
  const { Meeting, Attendee } = await world.host('JoinMeeting', presenter);
  world.chime.connect(Meeting.MeetingId, Attendee);
  await world.filled();
}

afterEach(async () => {
  world.table.faults.clear();
  world.chime.faults.clear();
  world.table.hooks = {};
  for (const meeting of [STUDIO, HALL, POOLED]) await world.deploy('Delete', meeting);
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
});

const people = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

function countOf(outcomes: readonly (object | string)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = typeof outcome === 'string' ? outcome : 'in';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('a session that 200 users join', () => {
  test.each([
    ['50 in each second', 20],
    ['all at once', 0],
  ])('%s refuses nobody', async (_, everyMs) => {
    await start(STUDIO);
    const pool = await FunctionPool.start(world, 'Audience', PROCESSES);
    const outcomes = await Promise.all(
      people(200).map(async (externalUserId, position) => {
        await sleep(position * everyMs);
        return insist(pool, { operation: 'JoinMeeting', meeting: STUDIO, externalUserId });
      }),
    );
    expect(countOf(outcomes)).toEqual({ in: 200 });
    // On a busy machine, DynamoDB Local can be too slow, and the SDK repeats transactions that are still in progress.
    // Nothing else delays a join.
    const isSlowness = (name: string) => ['TimeoutError', 'TransactionInProgressException'].includes(name);
    expect(pool.failures().filter((name) => !isSlowness(name))).toEqual([]);
    const [{ seats }] = await sessionSeats(world);
    expect([seats.places, seats.taken.size]).toEqual([250, 201]);
    expect(unbalanced(await sessionSeats(world))).toEqual([]);
    expect(await world.leaks()).toEqual([]);
  });
});

/** Does all work, with a fixed number of workers. */
async function together(work: readonly (() => Promise<void>)[], workers: number): Promise<void> {
  const queue = [...work];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await next();
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

/** What a user was told last. A failed call leaves it open until the call is repeated. */
interface Told {
  attendeeId?: string;
  hand?: boolean;
  promoted?: boolean;
}

/** Repeats a call that failed, as a user would. */
async function insist(pool: FunctionPool, event: object): Promise<any> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await pool.outcome(event);
    const isTemporary = ['Runtime.ExitError', 'ServiceUnavailable', 'Throttled'].includes(outcome as string);
    if (typeof outcome === 'object' || !isTemporary || attempt === 10) return outcome;
    await sleep(Math.random() * 500);
  }
}

test.each([
  [HALL, 'creates attendees'],
  [POOLED, 'has created them ahead'],
])(
  'a meeting (%s) that %s keeps what it told users while calls fail, answers get lost, and functions are killed',
  async (hall) => {
    await start(hall);
    const rate = 0.02;
    world.table.faults.inject(Fault.failure(), { rate });
    world.table.faults.inject(Fault.lostAnswer(), { rate });
    world.chime.faults.inject(ChimeFault.failure(), { rate });
    world.chime.faults.inject(ChimeFault.lostAnswer(), { rate });
    let calls = 0;
    const kills: Promise<void>[] = [];
    world.table.hooks = {
      after() {
        if (++calls % 100 !== 0) return;
        kills.push(calls % 500 === 0 ? world.killWorker() : (calls % 400 === 0 ? host : audience).killOne());
      },
    };
    // Nearly all seats.
    const told = new Map<string, Told>(people(0.95 * SEATS).map((user) => [user, {}]));
    const outcomes: string[] = [];
    const visit = async (externalUserId: string, user: Told, position: number) => {
      const call = async (pool: FunctionPool, operation: string) => {
        const outcome = await insist(pool, { operation, meeting: hall, externalUserId });
        outcomes.push(`${operation} ${typeof outcome === 'string' ? outcome : 'done'}`);
        return outcome;
      };
      user.attendeeId = (await call(audience, 'JoinMeeting')).Attendee?.AttendeeId;
      if (!user.attendeeId) return;
      if (position % 7 === 0) user.hand = typeof (await call(audience, 'RaiseHand')) === 'object';
      if (position % 11 === 0 && typeof (await call(host, 'PromoteAttendee')) === 'object') {
        Object.assign(user, { promoted: true, hand: false });
      }
      if (position % 5 === 0) {
        await call(audience, 'LeaveMeeting');
        Object.assign(user, { attendeeId: undefined, hand: false, promoted: false });
      }
    };
    await together(
      [...told].map(
        ([externalUserId, user], position) =>
          () =>
            visit(externalUserId, user, position),
      ),
      CALLERS,
    );
    await Promise.all(kills);
    world.table.faults.clear();
    world.chime.faults.clear();
    world.table.hooks = {};
    // The sweeper takes back promotions that were not taken up in time.
    const stage = new Map((await sessionSeats(world)).flatMap((session) => [...session.stage.taken]));
    // Interrupted work is found after the leases have expired.
    world.advance(60_000);
    await world.sweep();
    await world.work();
    await world.sweep();

    expect(new Set(outcomes)).toContain('JoinMeeting done');
    expect(kills.length).toBeGreaterThan(5);
    expect(new Set(outcomes)).toContain('PromoteAttendee done');
    expect(await world.leaks()).toEqual([]);
    const sessions = await sessionSeats(world);
    expect(unbalanced(sessions)).toEqual([]);
    const seated = new Map(sessions.flatMap(({ seats: { taken } }) => [...taken]));
    const { hands } = await world.host('ListHands', { meeting: hall });
    const raised = hands.map((hand: any) => hand.externalUserId);
    const broken = [...told].flatMap(([user, { attendeeId, hand, promoted }]) => [
      ...(attendeeId && seated.get(user) !== attendeeId
        ? [`${user} was told ${attendeeId}, not ${seated.get(user)}`]
        : []),
      ...(hand && !raised.includes(user) ? [`${user} was told that the hand is raised`] : []),
      ...(promoted && !stage.has(user) ? [`${user} was told of the promotion`] : []),
    ]);
    expect(broken).toEqual([]);
    const attendees = world
      .meetings(hall)
      .filter(({ primaryMeetingId }) => primaryMeetingId)
      .flatMap((meeting) => meeting.attendees.map(({ externalUserId }) => externalUserId));
    expect(attendees.filter((user, position) => attendees.indexOf(user) < position)).toEqual([]);
    // Everyone who was told so is in, and everyone else could join.
    expect([...told.values()].filter(({ attendeeId }) => attendeeId).length).toBeGreaterThan(100);
  },
);

test.each([HALL, POOLED])('the last seats of a meeting (%s) are found, and then it is full', async (hall) => {
  await start(hall);
  const outcomes: (object | string)[] = [];
  const join = async (externalUserId: string) => {
    outcomes.push(await insist(audience, { operation: 'JoinMeeting', meeting: hall, externalUserId }));
  };
  await together(
    people(SEATS + 20).map((user) => () => join(user)),
    40,
  );
  expect(countOf(outcomes)).toEqual({ in: SEATS, MeetingFull: 20 });
  expect(unbalanced(await sessionSeats(world))).toEqual([]);
  expect(await world.leaks()).toEqual([]);
});
