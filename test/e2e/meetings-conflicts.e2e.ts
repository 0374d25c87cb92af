import { readFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { DeployedFunction } from './support/deployed-function';
import { MeetingsWorld } from './support/meetings-world';
import { chunks } from '../../src/private/chunks';
import { Fault as ChimeFault } from '../simulators/chime';
import { DynamoDbProxy, Fault } from '../simulators/dynamodb';

const API = readFileSync(pathOf(__dirname, '../../docs/live/meeting-api.md'), 'utf8');
const SIZE = 200;
const AT_ONCE = 40;
const ROOMS = {
  hall: { mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] },
  small: { mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }], attendeesPerSession: 12, stageSlots: 2 },
};

let world: MeetingsWorld;
let table: DynamoDbProxy;
let audience: DeployedFunction[];

beforeAll(async () => {
  world = await MeetingsWorld.start(ROOMS, { seed: 'conflicts' });
  table = await DynamoDbProxy.start({ upstream: world.dynamo.endpoint });
  const env = { AWS_ENDPOINT_URL_DYNAMODB: table.endpoint };
  audience = [await world.another('Audience', env), await world.another('Audience', env)];
  for (const meeting of Object.keys(ROOMS)) {
    await world.deploy('Create', meeting);
    await world.host('StartMeeting', { meeting });
  }
});

afterAll(() => {
  world.stop();
  void table.stop();
});

afterEach(async () => {
  table.faults.clear();
  world.chime.faults.clear();
  await world.sweep();
  expect(await world.leaks()).toEqual([]);
});

const join = (meeting: string, user: number, operation = 'JoinMeeting') =>
  audience[user % 2].invoke({ operation, meeting, externalUserId: `user-${user}` }).then(
    () => 'done',
    ({ errorType, message }) => (errorType === 'MeetingFull' ? errorType : `${errorType}: ${message}`),
  );
/** What the functions logged about errors that they do not disclose. */
const internalErrors = () =>
  audience.flatMap(({ log }) => log.split('\n').filter((line) => line.includes('"message":"failed"')));
const users = (count: number) => Array.from({ length: count }, (_, user) => user);

/** As many at once as DynamoDB Local serves in time on a busy machine. */
async function together(work: (user: number) => Promise<string>): Promise<string[]> {
  const outcomes: string[] = [];
  for (const chunk of chunks(users(SIZE), AT_ONCE)) outcomes.push(...(await Promise.all(chunk.map(work))));
  return outcomes;
}

test(`${SIZE} users who join one session, ${AT_ONCE} at once, all get a seat`, async () => {
  const outcomes = await together((user) => join('hall', user));
  expect([outcomes, internalErrors()]).toEqual([users(SIZE).map(() => 'done'), []]);
  const left = await together((user) => join('hall', user, 'LeaveMeeting'));
  expect(left).toEqual(users(SIZE).map(() => 'done'));
});

test('the last seats are all found, and refusals come only when none is left', async () => {
  const outcomes = await Promise.all(users(30).map((user) => join('small', user)));
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(12);
  expect(outcomes.filter((outcome) => outcome === 'MeetingFull')).toHaveLength(18);
  await Promise.all(users(30).map((user) => join('small', user, 'LeaveMeeting')));
});

test('a join costs what docs/live/meeting-api.md says', async () => {
  const cost = async (user: number) => {
    table.usage.reset();
    expect(await join('hall', user)).toBe('done');
    const { calls, readUnits, writeUnits } = table.usage.total;
    return [calls, readUnits, writeUnits];
  };
  const documented = (what: string) =>
    new RegExp(`^\\| ${what} \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$`, 'm').exec(API)!.slice(1).map(Number);
  await join('hall', 402);
  expect(await cost(404)).toEqual(documented('a new user'));
  expect(await cost(404)).toEqual(documented('a user who has a seat'));
});

test('a batch returns within its time while the service throttles and the table is slow, and gives its seats back', async () => {
  await audience[0].invoke({ operation: 'DescribeMeeting', meeting: 'hall' });
  table.faults.inject(Fault.latency(250), { operation: 'TransactWriteItems', times: Infinity });
  world.chime.faults.inject(ChimeFault.throttling(), { operation: 'BatchCreateAttendee', times: Infinity });
  const participants = users(250).map((user) => ({ externalUserId: `late-${user}` }));
  const started = Date.now();
  const request = { operation: 'JoinMeetingBatch', meeting: 'hall', participants };
  const { joined, failed } = await audience[0].invoke(request, { timeoutMs: 12_000 });
  expect(Date.now() - started).toBeLessThan(12_000);
  expect([joined.length, failed.length]).toEqual([0, 250]);
  expect(new Set(failed.map(({ code }: { code: string }) => code))).toEqual(new Set(['Throttled']));
});
