import { setTimeout as sleep } from 'node:timers/promises';
import { MeetingsWorld } from './support/meetings-world';
import { sessionSeats, unbalanced } from './support/session-seats';

/** The largest quota of replicas that is known to have been granted. */
const REPLICAS = 100;
const OTHERS = Array.from({ length: 10 }, (_, index) => `other-${index}`);
const ROOM = { mediaRegion: 'us-east-1', seatPool: true };

jest.setTimeout(300_000);

let world: MeetingsWorld;

beforeAll(async () => {
  world = await MeetingsWorld.start(
    {
      huge: { ...ROOM, replicas: [{ mediaRegion: 'eu-west-1', count: REPLICAS }], attendeesPerSession: 20 },
      ...Object.fromEntries(
        OTHERS.map((name) => [name, { ...ROOM, replicas: [{ mediaRegion: 'eu-west-1', count: 4 }] }]),
      ),
    },
    { seed: 'large', quotas: { rateLimited: true, replicasPerPrimary: REPLICAS, concurrentMeetings: 500 } },
  );
});

afterAll(() => world.stop());

test(`a meeting with ${REPLICAS} replicas starts while ten others start, with the request quotas of Amazon Chime SDK`, async () => {
  const rooms = ['huge', ...OTHERS];
  for (const room of rooms) await world.deploy('Create', room);
  const starts = await Promise.all(rooms.map((meeting) => world.host('StartMeeting', { meeting })));
  expect(starts.map(({ state, sessions }) => [state, sessions.length])).toEqual(
    rooms.map((room) => ['live', room === 'huge' ? REPLICAS + 1 : 5]),
  );
  for (const meeting of rooms) {
    const { Meeting, Attendee } = await world.host('JoinMeeting', {
      meeting,
      externalUserId: 'host',
      role: 'presenter',
    });
    world.chime.connect(Meeting.MeetingId, Attendee);
  }
  // 100 batches for the large meeting, and 12 for each of the others: ten a second.
  while (world.chime.calls.filter(({ operation }) => operation === 'BatchCreateAttendee').length < 220) {
    await sleep(500);
  }
  await world.filled();
  expect(unbalanced(await sessionSeats(world))).toEqual([]);
  expect(await world.leaks()).toEqual([]);
});
