import { Deadline } from '../../src/private/runtime/deadline';
import { Pace } from '../../src/private/runtime/pace';

describe('Pace', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** When the given number of concurrent calls begin, in milliseconds from now. */
  async function beginnings(count: number, deadline: Deadline): Promise<number[]> {
    const pace = new Pace(10);
    const start = Date.now();
    const calls = Array.from({ length: count }, () => pace.turn(deadline).then(() => Date.now() - start));
    await jest.runAllTimersAsync();
    return Promise.all(calls);
  }

  test('lets calls begin at an even rate', async () => {
    expect(await beginnings(4, Deadline.in(60_000))).toEqual([0, 100, 200, 300]);
  });

  test('does not wait beyond the deadline', async () => {
    expect(await beginnings(4, Deadline.in(150))).toEqual([0, 100, 150, 150]);
  });
});
