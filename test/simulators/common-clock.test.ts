import { SimulatedClock } from './common/clock';

describe('SimulatedClock', () => {
  let now: jest.SpyInstance<number>;
  beforeEach(() => (now = jest.spyOn(Date, 'now').mockReturnValue(1000)));
  afterEach(() => now.mockRestore());

  test('follows real time, ahead of it by what it was advanced', () => {
    const clock = new SimulatedClock();
    clock.advance(500);
    now.mockReturnValue(3000);
    expect(clock.now()).toBe(3500);
  });

  test('stands still when frozen, until it is advanced', () => {
    const clock = SimulatedClock.frozen();
    now.mockReturnValue(3000);
    expect(clock.now()).toBe(1000);
    clock.advance(1);
    expect(clock.now()).toBe(1001);
  });

  test('goes on from where it stood', () => {
    const clock = new SimulatedClock();
    clock.advance(500);
    clock.freeze();
    now.mockReturnValue(3000);
    clock.freeze();
    clock.advance(7);
    expect(clock.now()).toBe(1507);
    clock.follow();
    clock.follow();
    expect(clock.now()).toBe(1507);
    now.mockReturnValue(3010);
    expect(clock.now()).toBe(1517);
  });

  test('fails when time is to run back', () => {
    const clock = SimulatedClock.frozen(0);
    expect(() => clock.advance(-1)).toThrow('A clock can only be advanced, got: -1 ms');
    expect(() => clock.advance(NaN)).toThrow(RangeError);
  });
});
