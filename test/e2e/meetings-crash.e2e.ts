import { FunctionName, MeetingsWorld } from './support/meetings-world';

const HALL = 'hall';
const MINUTE = 60_000;

let world: MeetingsWorld;

beforeAll(async () => {
  world = await MeetingsWorld.start({
    [HALL]: {
      mediaRegion: 'us-east-1',
      replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
      attendeesPerSession: 4,
      stageSlots: 2,
    },
  });
});

afterAll(() => world.stop());

interface Scenario {
  readonly fn: FunctionName;
  /** Creates the state before the call. */
  readonly before: () => Promise<unknown>;
  readonly call: () => Promise<unknown>;
}

const anna = { meeting: HALL, externalUserId: 'anna' };
const create = () => world.deploy('Create', HALL);
const start = async () => {
  await create();
  await world.host('StartMeeting', { meeting: HALL });
};
const join = async () => {
  await start();
  await world.audience('JoinMeeting', anna);
};
const promote = async () => {
  await join();
  await world.host('PromoteAttendee', anna);
};
const participants = ['anna', 'bert', 'carl', 'dora', 'emil'].map((externalUserId) => ({ externalUserId }));

const SCENARIOS: Record<string, Scenario> = {
  'a start': { fn: 'Host', before: create, call: () => world.host('StartMeeting', { meeting: HALL }) },
  'a join': { fn: 'Audience', before: start, call: () => world.audience('JoinMeeting', anna) },
  'a join that starts': { fn: 'Audience', before: create, call: () => world.audience('JoinMeeting', anna) },
  'a batch join': {
    fn: 'Audience',
    before: start,
    call: () => world.audience('JoinMeetingBatch', { meeting: HALL, participants }),
  },
  'a leave': { fn: 'Audience', before: promote, call: () => world.audience('LeaveMeeting', anna) },
  'a promotion': { fn: 'Host', before: join, call: () => world.host('PromoteAttendee', anna) },
  'a demotion': { fn: 'Host', before: promote, call: () => world.host('DemoteAttendee', anna) },
  'a removal': { fn: 'Host', before: promote, call: () => world.host('RemoveAttendee', { ...anna, ban: true }) },
  'an end': { fn: 'Host', before: promote, call: () => world.host('EndMeeting', { meeting: HALL }) },
  'a sweep of a meeting that ended by itself': {
    fn: 'Reconciler',
    before: async () => {
      await promote();
      world.advance(6 * MINUTE);
    },
    call: () => world.sweep(),
  },
  'a create': { fn: 'Room', before: async () => undefined, call: create },
  'a create that starts': {
    fn: 'Room',
    before: async () => undefined,
    call: () => world.deploy('Create', HALL, { properties: { ...world.properties(HALL), StartOnDeploy: 'true' } }),
  },
  'a delete': { fn: 'Room', before: promote, call: () => world.deploy('Delete', HALL) },
};

/** Lets all leases expire, and runs the scheduled sweeps. */
async function recover(): Promise<void> {
  world.advance(MINUTE);
  await world.sweep();
  await world.sweep();
}

async function run({ fn, before, call }: Scenario, stopAt = Infinity): Promise<number> {
  await before();
  world.gate.count(stopAt, () => world.fn(fn).kill());
  const outcome = await call().then(
    () => 'done',
    (error) => error.errorType ?? error.message,
  );
  const { calls } = world.gate;
  world.gate.count();
  if (stopAt < Infinity) {
    expect(outcome).toBe('Runtime.ExitError');
    await world.restart(fn);
  } else {
    expect(outcome).toBe('done');
  }
  return calls;
}

describe.each(Object.entries(SCENARIOS))('%s that crashes after any single call', (_, scenario) => {
  test('leaks nothing, and can be repeated', async () => {
    const calls = await run(scenario);
    await world.deploy('Delete', HALL);
    expect(calls).toBeGreaterThan(0);

    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await run(scenario, stopAt);
      await recover();
      const leaks = (await world.leaks()).map((leak) => `after call ${stopAt}: ${leak}`);
      expect(leaks).toEqual([]);

      await scenario.call();
      await recover();
      expect(await world.leaks()).toEqual([]);

      await world.deploy('Delete', HALL);
      expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
    }
  });

  test('leaves nothing behind when its room is deleted', async () => {
    const calls = await run(scenario);
    await world.deploy('Delete', HALL);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await run(scenario, stopAt);
      // The Delete must not wait longer than the function can run, so the lease of the crashed call has to expire first.
      world.advance(MINUTE);
      expect(await world.deploy('Delete', HALL)).toMatchObject({ Status: 'SUCCESS' });
      expect([await world.rows(), world.chime.meetings()]).toEqual([[], []]);
    }
  });
});
