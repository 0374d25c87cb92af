import * as fc from 'fast-check';
import { DeployedFunction } from './support/deployed-function';
import { MeetingsWorld } from './support/meetings-world';
import { Fault } from '../simulators/chime';

const HALL = 'hall';
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

let world: MeetingsWorld;
let processes: Record<'audience' | 'host', DeployedFunction[]>;

beforeAll(async () => {
  world = await MeetingsWorld.start(
    {
      [HALL]: {
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
        attendeesPerSession: 4,
        stageSlots: 2,
      },
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
  /** As a presenter, that is into the primary. */
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
  // Some come again and again: they can be promoted, and leave.
  user: fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: USERS }) },
  ),
  mediaRegion: fc.option(fc.constantFrom('eu-west-1', 'ap-southeast-2'), { nil: undefined }),
});

/** What must hold after every single call that the service takes. */
function watch(broken: string[]): void {
  world.chime.hooks = {
    after() {
      const primaries = world.meetings(HALL).filter(({ primaryMeetingId }) => !primaryMeetingId);
      if (primaries.length > 1) broken.push(`${primaries.length} primaries live`);
      for (const { attendees, mediaRegion } of world.meetings(HALL)) {
        if (attendees.length > 4) broken.push(`${attendees.length} attendees in ${mediaRegion}`);
      }
    },
  };
}

async function overbooked(): Promise<string[]> {
  return (await world.rows())
    .filter(({ used, cap, stageUsed, stageCap }) => used > cap || stageUsed > stageCap)
    .map(({ pk, used, stageUsed }) => `${pk} has ${used} and ${stageUsed}`);
}

/** Keeps as many calls under way as there are workers. */
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

async function holds(steps: readonly { operation: keyof typeof OPERATIONS; user: number; mediaRegion?: string }[]) {
  const broken: string[] = [];
  const outcomes = new Map<string, number>();
  await world.deploy('Create', HALL);
  watch(broken);
  await together(steps, async ({ operation: name, user, mediaRegion }, index) => {
    const fn = processes[OPERATIONS[name].by][index % 2];
    const what = name === 'Present' ? { operation: 'JoinMeeting', role: 'presenter' } : { operation: name };
    const request = { ...what, meeting: HALL, externalUserId: `user-${user}`, mediaRegion };
    const outcome = await fn.invoke(request).then(
      () => 'done',
      ({ errorType }) => errorType as string,
    );
    if (outcome !== 'done' && !REFUSALS.includes(outcome)) broken.push(`${name}: ${outcome}`);
    outcomes.set(`${name} ${outcome}`, (outcomes.get(`${name} ${outcome}`) ?? 0) + 1);
    if (index % 100 === 99) await world.sweep();
    if (index % 20 === 19) broken.push(...(await overbooked()));
  });
  world.chime.faults.clear();
  // Whoever was left behind is found when the leases have run out.
  world.advance(60_000);
  await world.sweep();
  await world.sweep();
  broken.push(...(await world.leaks()));
  world.chime.hooks = {};
  await world.deploy('Delete', HALL);
  expect(broken).toEqual([]);
  expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
  return outcomes;
}

describe(`${USERS} users on a room with ten seats`, () => {
  const crowd = fc.array(step, { minLength: USERS, maxLength: USERS, size: 'max' });

  test('never take more seats than there are, and never see two generations', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(crowd, async (steps) => {
        for (const outcome of (await holds(steps)).keys()) seen.add(outcome);
      }),
      { numRuns: 3, endOnFailure: true },
    );
    // The crowd did what it was to do.
    for (const outcome of [
      'JoinMeeting done',
      'JoinMeeting MeetingFull',
      'Present done',
      'LeaveMeeting done',
      'PromoteAttendee done',
    ]) {
      expect([...seen]).toContain(outcome);
    }
  });

  test('also while the service throttles, fails, is slow and loses answers', async () => {
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
