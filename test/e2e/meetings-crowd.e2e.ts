import * as fc from 'fast-check';
import { DeployedFunction } from './support/deployed-function';
import { MeetingsWorld } from './support/meetings-world';
import { MeetingStartPolicy } from '../../src';
import { Fault } from '../simulators/chime';

const HALL = {
  mediaRegion: 'us-east-1',
  attendeesPerSession: 4,
  stageSlots: 2,
  startPolicy: MeetingStartPolicy.ON_JOIN,
};
const REPLICAS = [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }];
const SEATS = REPLICAS.length * HALL.attendeesPerSession;
const USERS = 1000;
const AT_ONCE = 40;
const REFUSALS = [
  'NotFound',
  'MeetingEnded',
  'NotAllowed',
  'MeetingFull',
  'StageFull',
  'Throttled',
  'ServiceUnavailable',
];

/** Each of the two properties invokes the functions thousands of times, which takes more than a minute on a busy machine. */
jest.setTimeout(300_000);

let world: MeetingsWorld;
let hall: string;
let processes: Record<'audience' | 'host', DeployedFunction[]>;

beforeAll(async () => {
  world = await MeetingsWorld.start(
    {
      plain: { ...HALL, replicas: REPLICAS },
      pooled: { ...HALL, replicas: REPLICAS, seatPool: true },
    },
    { seed: 'crowd' },
  );
  processes = {
    audience: [world.fn('Audience'), await world.another('Audience')],
    host: [world.fn('Host'), await world.another('Host')],
  };
});

afterAll(() => world.stop());

const OPERATIONS = {
  JoinMeeting: { weight: 45, by: 'audience' },
  /** Joins as a presenter, which means the primary session. */
  Present: { weight: 5, by: 'host' },
  LeaveMeeting: { weight: 25, by: 'audience' },
  RaiseHand: { weight: 5, by: 'audience' },
  PromoteAttendee: { weight: 12, by: 'host' },
  DemoteAttendee: { weight: 5, by: 'host' },
  RemoveAttendee: { weight: 2, by: 'host' },
  EndMeeting: { weight: 1, by: 'host' },
  StartMeeting: { weight: 4, by: 'host' },
} as const;

const operation = fc.oneof(
  ...Object.entries(OPERATIONS).map(([name, { weight }]) => ({
    weight,
    arbitrary: fc.constant(name as keyof typeof OPERATIONS),
  })),
);
const step = fc.record({
  operation,
  // A few users appear often, so that they can be promoted and leave.
  user: fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: USERS }) },
  ),
  mediaRegion: fc.option(fc.constantFrom('eu-west-1', 'ap-southeast-2'), { nil: undefined }),
});

/** Checks the invariants after every API call. */
function watch(broken: string[]): void {
  world.chime.hooks = {
    after() {
      const primaries = world.meetings(hall).filter(({ primaryMeetingId }) => !primaryMeetingId);
      if (primaries.length > 1) broken.push(`${primaries.length} primaries are running`);
      for (const { attendees, mediaRegion } of world.meetings(hall)) {
        if (attendees.length > 4) broken.push(`${attendees.length} attendees in ${mediaRegion}`);
      }
    },
  };
}

/** Places that exist twice: free and taken, or taken by two users. */
async function overbooked(): Promise<string[]> {
  const seen = new Set<string>();
  const rows = await world.rows();
  const places = rows.flatMap(({ grp, ord, user, uid, generation, index, seat, stage }) => [
    ...(/^(seats|slots|refills)#/.test(grp ?? '') ? [`${grp.replace('refills', 'seats')} ${Number(ord)}`] : []),
    ...(user && seat ? [`seats#${uid}#${generation}#${index} ${seat.number}`] : []),
    ...(stage ? [`slots#${uid}#${generation}#0 ${stage.number}`] : []),
  ]);
  return places.filter((place) => seen.size === seen.add(place).size);
}

/** Processes the items with a fixed number of workers. */
async function together<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Repeats a request until the answer is not that a seat is being freed or created. */
async function settled(fn: DeployedFunction, request: object): Promise<string> {
  for (;;) {
    const outcome = await outcomeOf(fn, request);
    if (outcome !== 'Throttled') return outcome;
    await world.sweep();
  }
}

function outcomeOf(fn: DeployedFunction, request: object): Promise<string> {
  return fn.invoke({ meeting: hall, ...request }).then(
    () => 'done',
    ({ errorType }) => errorType as string,
  );
}

/** The room is as large as before the crowd: all its seats and places on the stage can be taken, and no more. */
async function canBeFilled(): Promise<void> {
  const [audience] = processes.audience;
  const [host] = processes.host;
  expect(await settled(host, { operation: 'StartMeeting' })).toBe('done');
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'MeetingFull' && outcomes.length <= SEATS) {
    const externalUserId = `late-${outcomes.length}`;
    outcomes.push(await settled(audience, { operation: 'JoinMeeting', externalUserId }));
  }
  expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(outcomes.length > 1 ? ['done'] : []));
  expect(outcomes.at(-1)).toBe('MeetingFull');
  const participants = (await world.rows()).filter(({ user, seat, role }) => user && seat && role === 'participant');
  expect(participants.length).toBe(SEATS);
  const promotions: string[] = [];
  for (const { user, stage } of participants) {
    if (!stage) promotions.push(await settled(host, { operation: 'PromoteAttendee', externalUserId: user }));
  }
  const onStage = participants.filter(({ stage }) => stage).length;
  expect(promotions.filter((outcome) => outcome === 'done').length).toBe(HALL.stageSlots - onStage);
  expect(promotions.at(-1)).toBe('StageFull');
}

async function holds(steps: readonly { operation: keyof typeof OPERATIONS; user: number; mediaRegion?: string }[]) {
  const broken: string[] = [];
  const outcomes = new Map<string, number>();
  await world.deploy('Create', hall);
  watch(broken);
  await together(steps, async ({ operation: name, user, mediaRegion }, index) => {
    const fn = processes[OPERATIONS[name].by][index % 2];
    const what = name === 'Present' ? { operation: 'JoinMeeting', role: 'presenter' } : { operation: name };
    const request = { ...what, externalUserId: `user-${user}`, mediaRegion };
    const outcome = await outcomeOf(fn, request);
    if (outcome !== 'done' && !REFUSALS.includes(outcome)) broken.push(`${name}: ${outcome}`);
    outcomes.set(`${name} ${outcome}`, (outcomes.get(`${name} ${outcome}`) ?? 0) + 1);
    if (index % 100 === 99) await world.sweep();
    if (index % 20 === 19) broken.push(...(await overbooked()));
  });
  world.chime.faults.clear();
  // Interrupted work is found after the leases have expired.
  world.advance(60_000);
  await world.sweep();
  await world.sweep();
  broken.push(...(await world.leaks()));
  await canBeFilled();
  broken.push(...(await overbooked()));
  world.chime.hooks = {};
  await world.deploy('Delete', hall);
  expect(broken).toEqual([]);
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
  return outcomes;
}

describe.each([
  ['plain', 'whose joins create attendees'],
  ['pooled', 'whose attendees are created ahead'],
])(`${USERS} users on the %s room with ten seats, %s`, (room) => {
  beforeAll(() => {
    hall = room;
  });

  const crowd = fc.array(step, { minLength: USERS, maxLength: USERS, size: 'max' });

  test('never overbook a session or start two generations', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(crowd, async (steps) => {
        for (const outcome of (await holds(steps)).keys()) seen.add(outcome);
      }),
      { numRuns: 3, endOnFailure: true },
    );
    for (const outcome of ['JoinMeeting done', 'Present done', 'LeaveMeeting done']) {
      expect([...seen]).toContain(outcome);
    }
  });

  test('also while the API throttles, fails, is slow and loses responses', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, async (steps) => {
        world.chime.faults.inject(Fault.latency(20), { rate: 0.2 });
        world.chime.faults.inject(Fault.throttling(), { rate: 0.05 });
        world.chime.faults.inject(Fault.failure({ applied: true }), { rate: 0.03 });
        world.chime.faults.inject(Fault.lostAnswer(), { rate: 0.03 });
        world.chime.faults.inject(Fault.reset(), { rate: 0.03 });
        await holds(steps);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
