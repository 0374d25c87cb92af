import { arrivalOf, capacityOf, JOIN_UNITS, replicasToAdd, RoomSize } from '../../../src/live/meeting/capacity';

const replicas = (count: number) => Array<string>(count).fill('eu-west-1');
const HALL: RoomSize = {
  replicas: replicas(4),
  spareReplicas: [],
  attendeesPerSession: 250,
  stageSlots: 10,
};

describe('capacityOf', () => {
  test('counts the seats of replicas for the audience', () => {
    expect(capacityOf(HALL)).toEqual({ sessions: 5, presenters: 240, audience: 1000 });
  });

  test('counts the seats of the primary session for everyone without replicas', () => {
    expect(capacityOf({ ...HALL, replicas: [], stageSlots: 0 })).toEqual({
      sessions: 1,
      presenters: 250,
      audience: 250,
    });
  });
});

describe('arrivalOf', () => {
  test('seats as many people as there are seats', () => {
    expect(arrivalOf(HALL, 800)).toMatchObject({ seated: 800, replicasNeeded: 4 });
    expect(arrivalOf(HALL, 10_000)).toMatchObject({ seated: 1000, replicasNeeded: 40 });
  });

  test.each([
    [20, 0],
    [21, 1],
    [30, 1],
    [1000, 98],
  ])('takes %d joins one by one as quickly as the request quota allows', (people, seconds) => {
    expect(arrivalOf(HALL, people).secondsOneByOne).toBe(seconds);
  });

  test.each([
    [4, 0], // 12 calls
    [40, 10], // 120 calls
    [100, 28], // 300 calls
  ])('fills the seats of %d replicas in batches of 100 for one session', (count, seconds) => {
    expect(arrivalOf({ ...HALL, replicas: replicas(count) }, Infinity).secondsToFillPool).toBe(seconds);
  });

  test('creates the attendees of a session that is not full in fewer batches', () => {
    const seven = { ...HALL, replicas: replicas(7) };
    expect(arrivalOf(seven, 7 * 250).secondsToFillPool).toBe(1); // 21 calls
    expect(arrivalOf(seven, 6 * 250 + 50).secondsToFillPool).toBe(0); // 19 calls
  });

  test('takes as long from a pool as a new table does', () => {
    const large = { ...HALL, replicas: replicas(100) };
    const { secondsFromPool, writeUnitsPerSecond, readUnitsPerSecond } = arrivalOf(large, 25_000);
    const [writes, reads] = [25_000 * JOIN_UNITS.writes, 25_000 * JOIN_UNITS.reads];
    expect(secondsFromPool).toBe(Math.ceil(Math.max(writes / 4_000, reads / 12_000)));
    expect([writeUnitsPerSecond, readUnitsPerSecond]).toEqual([Math.ceil(writes / 60), Math.ceil(reads / 60)]);
  });
});

describe('replicasToAdd', () => {
  const growing: RoomSize = { ...HALL, spareReplicas: replicas(6) };
  const at = (taken: number, joinsPerSecond = 0) => replicasToAdd(growing, { seats: 1000, taken, joinsPerSecond });

  test('keeps a fifth of the seats free', () => {
    expect([0, 800, 801, 1000].map((taken) => at(taken))).toEqual([0, 0, 1, 1]);
  });

  test('keeps as many seats free as are taken in half a minute', () => {
    expect([at(500, 10), at(500, 20), at(500, 50)]).toEqual([0, 1, 4]);
  });

  test('adds at most the replicas that are left', () => {
    expect(at(1000, 1000)).toBe(6);
    expect(replicasToAdd(HALL, { seats: 1000, taken: 1000, joinsPerSecond: 9 })).toBe(0);
  });

  test('counts in the capacity', () => {
    expect(capacityOf(growing)).toEqual({ sessions: 11, presenters: 240, audience: 2500 });
  });
});
