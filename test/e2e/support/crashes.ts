import { FunctionName, MeetingsWorld } from './meetings-world';
import { MeetingStartPolicy } from '../../../src';

export const HALL = 'hall';
export const POOLED = 'pooled';
export const MINUTE = 60_000;

// A scenario runs once for each call that its function makes.
const PATIENCE_MS = 3 * MINUTE;

/** A call of a function that is interrupted. */
export interface Scenario {
  readonly fn: FunctionName;
  /** @default HALL */
  readonly room?: string;
  /** Creates the state before the call. */
  readonly before: () => Promise<unknown>;
  readonly call: () => Promise<unknown>;
}

/** What the scenarios have in common: the world, and the states in which they begin. */
export class Crashes {
  world!: MeetingsWorld;
  readonly anna = { meeting: HALL, externalUserId: 'anna' };

  constructor() {
    jest.setTimeout(PATIENCE_MS);
    beforeAll(async () => {
      const options = {
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-west-1' }, { mediaRegion: 'ap-southeast-2' }],
        attendeesPerSession: 4,
        stageSlots: 2,
        startPolicy: MeetingStartPolicy.ON_JOIN,
      };
      this.world = await MeetingsWorld.start({ [HALL]: options, [POOLED]: { ...options, seatPool: true } });
      // The scenarios fill the pools themselves, so that they make the same calls every time.
      this.world.stream.stop();
    });
    afterAll(() => this.world.stop());
  }

  readonly create = () => this.world.deploy('Create', HALL);

  readonly start = async () => {
    await this.create();
    await this.world.host('StartMeeting', { meeting: HALL });
  };

  readonly join = async () => {
    await this.start();
    await this.world.audience('JoinMeeting', this.anna);
  };

  readonly promote = async () => {
    await this.join();
    await this.world.host('PromoteAttendee', this.anna);
  };

  /** Interrupts each call of each scenario once. */
  interrupt(scenarios: Record<string, Scenario>): void {
    describe.each(Object.entries(scenarios))('%s that crashes after any single call', (_, scenario) => {
      const { room = HALL } = scenario;

      test('leaks nothing, and can be repeated', async () => {
        const calls = await this.run(scenario);
        await this.world.deploy('Delete', room);
        expect(calls).toBeGreaterThan(0);

        for (let stopAt = 1; stopAt <= calls; stopAt++) {
          await this.run(scenario, stopAt);
          await this.recover();
          const leaks = (await this.world.leaks()).map((leak) => `after call ${stopAt}: ${leak}`);
          expect(leaks).toEqual([]);

          await scenario.call();
          await this.recover();
          expect(await this.world.leaks()).toEqual([]);

          await this.world.deploy('Delete', room);
          expect([await this.world.rows(), this.world.chime.meetings()]).toEqual([[], []]);
          await this.expectAllPublished();
        }
      });

      test('leaves nothing behind when its room is deleted', async () => {
        const calls = await this.run(scenario);
        await this.world.deploy('Delete', room);
        for (let stopAt = 1; stopAt <= calls; stopAt++) {
          await this.run(scenario, stopAt);
          // The Delete must not wait longer than the function can run, so the lease of the crashed call has to expire
          // first. A meeting that is older than two minutes is gone after one answer, without a pause.
          this.world.advance(2 * MINUTE);
          expect(await this.world.deploy('Delete', room)).toMatchObject({ Status: 'SUCCESS' });
          expect([await this.world.rows(), this.world.chime.meetings()]).toEqual([[], []]);
        }
      });
    });
  }

  private async run({ fn, before, call }: Scenario, stopAt = Infinity): Promise<number> {
    const { world } = this;
    await world.publish(); // what earlier runs have left
    await before();
    world.gate.count(stopAt, () => world.fn(fn).kill());
    const outcome = await call().then(
      () => 'done',
      (error) => error.errorType ?? error.message,
    );
    const { calls } = world.gate;
    world.gate.count();
    // The number of calls depends on timing, such as repeated calls, so there can be fewer than were counted.
    if (stopAt <= calls) {
      expect(outcome).toBe('Runtime.ExitError');
      await world.restart(fn);
    } else {
      expect(outcome).toBe('done');
    }
    return calls;
  }

  /** Lets all leases expire, and runs the scheduled sweeps. */
  private async recover(): Promise<void> {
    this.world.advance(MINUTE);
    await this.world.sweep();
    await this.world.work();
    await this.world.sweep();
  }

  /** Every event is published: as many meetings have ended as have started. */
  private async expectAllPublished(): Promise<void> {
    const { world } = this;
    await world.publish();
    expect(await world.outbox()).toEqual([]);
    const count = (type: string) =>
      new Set(world.bus.events.filter(({ detailType }) => detailType === type).map(({ detail }) => detail.id)).size;
    expect(count('Meeting Ended')).toBe(count('Meeting Started'));
    expect(count('Attendee Demoted')).toBeLessThanOrEqual(count('Attendee Promoted'));
    world.bus.clear();
  }
}
