import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  CreateMeetingCommand,
} from '@aws-sdk/client-chime-sdk-meetings';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Group, Row, row } from './rows';
import { median } from './workspace';
import { CACHE } from '../test/e2e/support/cache';
import { FunctionPool } from '../test/e2e/support/function-pool';
import { MeetingsWorld, REGION, TABLE } from '../test/e2e/support/meetings-world';

const SEATS_PER_SESSION = 250;
const SIZES = [1_000, 10_000, 25_000];
/** The share of the seats that are taken. The last seats are hard to find, and have a test of their own. */
const FILL = 0.95;
const CALLERS = 64;
const PROCESSES = 4;
const BY_HAND = 200;
/** The joins in another meeting after which the processes and the database are as fast as they become. */
const REHEARSAL = 240;
const QUIET_MS = 2_000;

const GROUP = {
  title: 'Meetings',
  how: `People join a meeting that has started and whose pools are full, ${CALLERS} at a time, until ${FILL * 100} % of the seats in its replicas are taken, after ${REHEARSAL} joins in another meeting: with the functions of the template, the request quotas of Amazon Chime SDK (10 per second and operation, bursts of 20), and DynamoDB Local with the transaction conflicts of DynamoDB. The results are compared with ${BY_HAND} joins that each create an attendee and put it into the table, which is the least that an application without the library does. Joins per second: higher is better. Everything shares the cores. Chime calls in a join: all calls from the first join to the last, including throttled ones. DynamoDB units: of the table and its index.`,
  needs: 'the programs that test/e2e/install.sh installs',
};

interface Measurement {
  readonly people: number;
  readonly seconds: number;
  /** In milliseconds, from the first call of each person to the seat. */
  readonly latencies: readonly number[];
  /** The number of calls that people made. More than one if a join was refused. */
  readonly attempts: number;
  readonly chimeCalls: number;
  readonly table: MeetingsWorld['table']['usage']['total'];
}

/** @param only measures only the meeting with this number of seats */
export async function benchMeetings(only?: number): Promise<Group> {
  if (!['node24', 'dynamodb'].every((name) => existsSync(join(CACHE, name)))) {
    process.stderr.write(`Skipping meetings: they require ${GROUP.needs}.\n`);
    return { ...GROUP, versions: [], rows: [] };
  }
  const sizes = SIZES.filter((seats) => only === undefined || seats === only);
  const rows: Row[] = [];
  for (const seats of sizes) {
    process.stderr.write(`      ${seats} seats\n`);
    rows.push(...(await measureSize(seats)));
  }
  return { ...GROUP, versions: [], rows };
}

async function measureSize(seats: number): Promise<Row[]> {
  const replicas = seats / SEATS_PER_SESSION;
  const room = { mediaRegion: REGION, replicas: [{ mediaRegion: 'eu-west-1', count: replicas }], seatPool: true };
  const world = await MeetingsWorld.start(
    { hall: room, rehearsal: { ...room, replicas: [{ mediaRegion: 'eu-west-1' }] } },
    { seed: 'bench', quotas: { rateLimited: true, replicasPerPrimary: replicas } },
  );
  try {
    const byHand = await measure(world, BY_HAND, await joinByHand(world));
    const pool = await FunctionPool.start(world, 'Audience', PROCESSES);
    const joinIn = (meeting: string) => (externalUserId: string) =>
      pool.invoke({ operation: 'JoinMeeting', meeting, externalUserId });
    await open(world, 'rehearsal');
    await measure(world, REHEARSAL, joinIn('rehearsal'));
    const fills = () => world.chime.calls.filter(({ operation }) => operation === 'BatchCreateAttendee').length;
    const before = fills();
    await open(world, 'hall');
    const fill = fills() - before;
    const ours = await measure(world, FILL * seats, joinIn('hall'));
    const each = ({ people }: Measurement, total: number) => total / people;
    const name = (what: string) => `${what}, ${ours.people} people, ${replicas} replicas`;
    const compare = (what: string, unit: string, valueOf: (measured: Measurement) => number) =>
      row(name(what), valueOf(ours), unit, valueOf(byHand));
    const sorted = [...ours.latencies].sort((a, b) => a - b);
    return [
      compare('joins per second', '/s', ({ people, seconds }) => people / seconds),
      row(name('99th percentile of a join, compared with the median'), percentile(sorted, 0.99), 'ms', median(sorted)),
      compare('median of a join', 'ms', ({ latencies }) => median([...latencies])),
      compare('calls of JoinMeeting per join', 'calls', (measured) => each(measured, measured.attempts)),
      compare('Chime calls in a join', 'calls', (measured) => each(measured, measured.chimeCalls)),
      row(name('Chime calls that fill a pool of 250 seats, compared with three'), fill / replicas, 'calls', 3),
      compare('DynamoDB calls per join', 'calls', (measured) => each(measured, measured.table.calls)),
      compare('DynamoDB write units per join', 'units', (measured) => each(measured, measured.table.writeUnits)),
      row(name('DynamoDB read units per join, compared with one'), each(ours, ours.table.readUnits), 'units', 1),
    ];
  } finally {
    world.stop();
  }
}

/** Joins one person. Fails if the join is refused. */
type Join = (person: string) => Promise<unknown>;

async function measure({ chime, table }: MeetingsWorld, people: number, joinOne: Join): Promise<Measurement> {
  await quiet(chime);
  const callsBefore = chime.calls.length;
  table.usage.reset();
  const latencies: number[] = [];
  let [next, attempts] = [0, 0];
  const start = performance.now();
  const caller = async () => {
    while (next < people) {
      const person = `person-${next++}`;
      const from = performance.now();
      const isIn = () => joinOne(person).then(always(true), always(false));
      for (attempts++; !(await isIn()); attempts++) await sleep(Math.random() * 1000);
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - start) / 1000;
  return {
    people,
    seconds,
    latencies,
    attempts,
    chimeCalls: chime.calls.length - callsBefore,
    table: table.usage.total,
  };
}

/** Waits until nothing works in the background, and the request quotas are full again. */
async function quiet(chime: MeetingsWorld['chime']): Promise<void> {
  for (let calls = -1; calls !== chime.calls.length;) {
    calls = chime.calls.length;
    await sleep(QUIET_MS);
  }
}

/** Starts the meeting, with a connected presenter so that it does not end by itself, and waits until its pools are full. */
async function open(world: MeetingsWorld, meeting: string): Promise<void> {
  await world.deploy('Create', meeting);
  await world.host('StartMeeting', { meeting });
  const presenter = await world.host('JoinMeeting', { meeting, externalUserId: 'presenter', role: 'presenter' });
  world.chime.connect(presenter.Meeting.MeetingId, presenter.Attendee);
  await quiet(world.chime);
  await world.filled();
}

/** The least that an application has to do: create an attendee, and keep it for the user who joins again. */
async function joinByHand(world: MeetingsWorld): Promise<Join> {
  const client = { region: REGION, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };
  const chime = new ChimeSDKMeetingsClient({ ...client, endpoint: world.chime.endpoint });
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ ...client, endpoint: world.table.endpoint }));
  const { Meeting } = await chime.send(
    new CreateMeetingCommand({ MediaRegion: REGION, ExternalMeetingId: 'by-hand', ClientRequestToken: 'by-hand' }),
  );
  const { MeetingId } = Meeting!;
  return async (ExternalUserId) => {
    const { Attendee } = await chime.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId }));
    await dynamo.send(new PutCommand({ TableName: TABLE, Item: { pk: `by-hand#${ExternalUserId}`, Attendee } }));
  };
}

const always = (value: boolean) => () => value;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
