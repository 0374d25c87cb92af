import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChimeSDKMeetingsClient, DeleteMeetingCommand } from '@aws-sdk/client-chime-sdk-meetings';
import type { Browser } from 'playwright-core';
import { TestAuthority } from './support/certificates';
import { startChromium } from './support/chromium';
import { eventually } from './support/eventually';
import { MeetingSite } from './support/meeting-site';
import { MeetingUser } from './support/meeting-user';
import { MeetingsWorld, REGION } from './support/meetings-world';
import { MeetingStartPolicy } from '../../src';
import { SignallingServer } from '../simulators/signalling';

const HALL = 'hall';
const TIGHT = 'tight';
const ROOM = {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1' }],
  presenters: ['speaker'],
  attendeesPerSession: 10,
  stageSlots: 3,
  startPolicy: MeetingStartPolicy.ON_JOIN,
};
const ROOMS = { [HALL]: { ...ROOM, seatPool: true }, [TIGHT]: { ...ROOM, attendeesPerSession: 2, stageSlots: 1 } };
const MINUTE_MS = 60_000;
/** The next generation is running ten minutes before the end of the meeting. */
const MOVES_AFTER_MS = 24 * 60 * MINUTE_MS - 10 * MINUTE_MS;
const MOVE_IN_MS = 12_000;
/** A place on the stage that was lost with the connection. */
const BACK_ON_STAGE_MS = 2000;
const CUTS = 100;
/** A new negotiation and the switch to the microphone overlap in about one promotion of four. */
const PROMOTIONS = 8;
const LONGEST_PAUSE_MS = 600;
/** The library notices a socket that is lost at the end of a negotiation by four unanswered pings. */
const STUCK_SECONDS = 60;
/** A socket that is lost during a negotiation is noticed then. The default of 15 seconds would make the test slow. */
const CONNECTION_TIMEOUT_MS = 4000;
const ANNA = { externalUserId: 'anna' };
const TONE = { speaker: 440, anna: 1320 };

jest.setTimeout(180_000);

let dir: string;
let world: MeetingsWorld;
let chime: ChimeSDKMeetingsClient;
let server: SignallingServer;
let site: MeetingSite;
let browser: Browser;
const users: MeetingUser[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'browser-'));
  const tls = new TestAuthority(dir).issue('chime.aws');
  world = await MeetingsWorld.start(ROOMS);
  chime = new ChimeSDKMeetingsClient({
    endpoint: world.chime.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  server = await SignallingServer.start({ chime: world.chime, tls });
  site = await MeetingSite.start(world);
  browser = await startChromium(server.port);
});

afterAll(async () => {
  await browser?.close();
  site?.stop();
  await server?.stop();
  chime?.destroy();
  world?.stop();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const meeting of Object.keys(ROOMS)) await world.deploy('Create', meeting);
});

afterEach(async () => {
  for (const user of users.splice(0)) {
    expect(user.errors).toEqual([]);
    await user.close();
  }
  for (const meeting of Object.keys(ROOMS)) await world.deploy('Delete', meeting);
  await world.stream.idle();
  expect(server.defects).toEqual([]);
  expect(await world.rows()).toEqual([]);
  expect(world.chime.meetings()).toEqual([]);
});

async function open(name: string, parameters: Record<string, string> = {}): Promise<MeetingUser> {
  const user = await MeetingUser.open(browser, server, site.url, name, { meeting: HALL, ...parameters });
  users.push(user);
  return user;
}

/** A presenter who shows red and a tone. */
async function presenter(parameters: Record<string, string> = {}): Promise<MeetingUser> {
  const speaker = await open('speaker', { role: 'presenter', ...parameters });
  await speaker.call('camera', 'red');
  await speaker.call('microphone', TONE.speaker);
  await speaker.join();
  await world.filled();
  return speaker;
}

async function participant(name: string, color: string, parameters?: Record<string, string>): Promise<MeetingUser> {
  const user = await open(name, parameters);
  await user.call('camera', color);
  await user.call('microphone', TONE.anna);
  await user.join();
  return user;
}

const host = (operation: string, externalUserId?: string) => world.host(operation, { meeting: HALL, externalUserId });

const joinsOf = (name: string) =>
  site.requests.filter(({ user, operation }) => user === name && operation === 'JoinMeeting').length;

/** Raises the hand, is promoted by a host, and goes on stage. */
async function goOnStage(user: MeetingUser): Promise<void> {
  await user.client('raiseHand');
  await user.untilStage('handRaised');
  await eventually(async () => {
    const { hands } = await host('ListHands');
    expect(hands.map(({ externalUserId }: any) => externalUserId)).toContain(user.name);
  });
  await host('PromoteAttendee', user.name);
  await user.untilStage('invited');
  await user.client('acceptInvitation');
  await user.untilStage('onStage');
}

test('a participant sees and hears the presenter in a replica', async () => {
  await presenter();
  const anna = await participant('anna', 'lime');
  expect(anna.events.find(({ type }) => type === 'seat')).toMatchObject({ kind: 'replica' });
  await anna.call('sees', 'speaker', 'red');
  await anna.call('hears', TONE.speaker);
  expect(anna.session.state).toBe('watching');
});

test('a participant raises the hand, is promoted, and is seen and heard by others', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  const bert = await participant('bert', 'blue');
  await goOnStage(anna);
  await Promise.all([speaker.call('sees', 'anna', 'lime'), bert.call('sees', 'anna', 'lime')]);
  await speaker.call('hears', TONE.anna);
  await bert.call('sees', 'speaker', 'red');
  expect(anna.stages).toEqual(['handRaised', 'invited', 'entering', 'onStage']);
});

test('a participant is heard after each promotion', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  for (let times = 0; times < PROMOTIONS; times++) {
    anna.mark();
    await goOnStage(anna);
    await speaker.call('hears', TONE.anna);
    await host('DemoteAttendee', 'anna');
    await anna.untilStage('audience');
  }
});

test('a client whose connection is cut on the stage returns to it', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  await speaker.call('sees', 'anna', 'lime');
  anna.mark();
  speaker.mark();
  const cutAt = Date.now();
  anna.session.cut();
  const { at } = await anna.untilStage('onStage');
  expect(at - cutAt).toBeLessThan(BACK_ON_STAGE_MS);
  await speaker.until('video', ANNA);
  await speaker.call('sees', 'anna', 'lime');
});

test('a participant who was demoted does not come back when the connection is cut', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  await speaker.until('video', ANNA);
  await host('DemoteAttendee', 'anna');
  await anna.untilStage('audience');
  await speaker.until('videoRemoved', ANNA);

  await anna.page.evaluate(() => {
    const { client } = (globalThis as any).user;
    (globalThis as any).reported = new Promise((resolve) => {
      client.attendance.media.audioVideo.addObserver({
        audioVideoWasDemotedFromPrimaryMeeting: (status: any) => resolve(status.statusCode()),
      });
    });
  });
  anna.mark();
  anna.session.cut();
  // The library reports a lost promotion that the client no longer had. MeetingSessionStatusCode is 24.
  expect(await anna.page.evaluate('reported')).toBe(24);
  await anna.untilState('connected');
  await anna.call('sees', 'speaker', 'red');
  expect(anna.stages).toEqual([]);
  expect(anna.session.state).toBe('watching');
});

test('a participant who was demoted while disconnected stays in the audience', async () => {
  await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  anna.mark();
  server.reachable = false;
  anna.session.cut();
  await host('DemoteAttendee', 'anna');
  server.reachable = true;
  await anna.untilState('connected');
  await anna.untilStage('audience');
  expect(anna.stages).toEqual(['returning', 'audience']);
});

test('a participant who was removed while disconnected stays out', async () => {
  await presenter();
  const anna = await participant('anna', 'lime');
  const joins = joinsOf('anna');
  server.reachable = false;
  anna.session.cut();
  await host('RemoveAttendee', 'anna');
  server.reachable = true;
  expect(await anna.untilState('ended')).toMatchObject({ reason: 'seat-lost' });
  expect(joinsOf('anna')).toBe(joins);
});

test('a participant on the stage returns to it after the page was loaded again', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  anna.mark();
  await anna.page.reload();
  await anna.call('camera', 'blue');
  await anna.join();
  await anna.untilStage('onStage');
  await speaker.call('sees', 'anna', 'blue');
});

test('a participant leaves the stage, and frees the place', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  await speaker.until('video', ANNA);
  await anna.client('leaveStage');
  await speaker.until('videoRemoved', ANNA);
  expect(anna.last('stage').name).toBe('audience');
  expect(await world.host('DescribeMeeting', { meeting: HALL })).toMatchObject({ stage: { placesUsed: 0 } });
});

test('a promoted participant shares content, also after a reconnect', async () => {
  const speaker = await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  await anna.call('content', 'yellow');
  await speaker.call('sees', 'anna', 'yellow', true);
  speaker.mark();
  anna.mark();
  anna.session.cut();
  await anna.untilStage('onStage');
  await speaker.until('video', ANNA);
  await speaker.call('sees', 'anna', 'yellow', true);
  await speaker.call('sees', 'anna', 'lime');
});

test('a removed participant stays out', async () => {
  await presenter();
  const anna = await participant('anna', 'lime');
  await goOnStage(anna);
  const joins = joinsOf('anna');
  await host('RemoveAttendee', 'anna');
  expect(await anna.untilState('ended')).toMatchObject({ reason: 'removed' });
  expect(joinsOf('anna')).toBe(joins);
});

test('the meeting ends for all', async () => {
  const everybody = [await presenter(), await participant('anna', 'lime'), await participant('bert', 'blue')];
  await host('EndMeeting');
  for (const user of everybody) {
    expect(await user.untilState('ended')).toMatchObject({ reason: 'meeting-ended' });
  }
});

test('a meeting that ended is followed by the next generation', async () => {
  await presenter();
  const anna = await participant('anna', 'lime');
  anna.mark();
  // Its events are not delivered, so the service notices it when a client joins again.
  const { meetingId: MeetingId } = world.meetings(HALL).find(({ primaryMeetingId }) => !primaryMeetingId)!;
  await chime.send(new DeleteMeetingCommand({ MeetingId }));
  await anna.untilState('joining');
  await anna.untilState('connected');
  expect(anna.events.filter(({ type }) => type === 'seat').length).toBeGreaterThan(1);
});

test('clients move to the next generation before Amazon Chime SDK ends the meeting', async () => {
  // The presenter moves by the time in the response of the join, and a raised hand learns it from the service.
  const speaker = await presenter({ aheadMs: `${MOVES_AFTER_MS - MOVE_IN_MS}` });
  const anna = await participant('anna', 'lime');
  await anna.client('raiseHand');
  await anna.untilStage('handRaised');
  const [before] = world.meetings(HALL);
  speaker.mark();
  anna.mark();
  for (const milliseconds of [MOVES_AFTER_MS - MINUTE_MS, 2 * MINUTE_MS]) {
    world.advance(milliseconds);
    await world.deliver();
    await world.sweep(false);
    await world.stream.idle();
  }
  await world.filled();
  for (const user of [speaker, anna]) await user.until('seat', { generation: 2 });
  await anna.untilStage('audience');
  await anna.call('sees', 'speaker', 'red');
  await anna.call('hears', TONE.speaker);
  for (const user of [speaker, anna]) expect(user.states).toEqual([]);
  await eventually(async () => {
    const { attendees } = world.chime.meetings().find(({ meetingId }) => meetingId === before.meetingId)!;
    expect(attendees.filter(({ connected }) => connected)).toEqual([]);
  });
});

test('a throttled user asks again as late as the service says', async () => {
  await presenter();
  const before = site.requests.length;
  const [firstWait, position] = [2, 17];
  site.refusals.push(
    { statusCode: 429, body: { code: 'Throttled', message: 'Wait', retryAfterSeconds: firstWait, position } },
    // API Gateway's own response.
    { statusCode: 503, body: { message: 'Service Unavailable' } },
  );
  const anna = await open('anna');
  await anna.join();
  const waits = anna.events.filter(({ type, name }) => type === 'state' && name === 'waiting');
  expect(waits).toMatchObject([{ code: 'Throttled', position }, { code: 'ServiceUnavailable' }]);
  const requests = site.requests.slice(before).filter(({ operation }) => operation === 'JoinMeeting');
  const [first, second, third] = requests.map(({ at }) => at);
  expect(second - first).toBeGreaterThanOrEqual(firstWait * 1000);
  expect(third - second).toBeGreaterThanOrEqual(Number(waits[1].seconds) * 1000);
});

test('a user waits for a seat in a full meeting', async () => {
  const meeting = TIGHT;
  await presenter({ meeting });
  for (const name of ['anna', 'bert']) await (await open(name, { meeting })).join();
  const carl = await open('carl', { meeting });
  await carl.call('join');
  expect(await carl.untilState('waiting')).toMatchObject({ code: 'MeetingFull' });
  await users.find(({ name }) => name === 'anna')!.client('leave');
  await carl.untilState('connected');
  await carl.call('sees', 'speaker', 'red');
});

test(`${CUTS} connections are cut at random moments, and no client gets stuck`, async () => {
  const parameters = { timeout: `${CONNECTION_TIMEOUT_MS}` };
  const speaker = await presenter(parameters);
  const anna = await participant('anna', 'lime', parameters);
  const bert = await participant('bert', 'blue', parameters);
  const carl = await participant('carl', 'blue', parameters);
  await goOnStage(anna);
  const everybody = [speaker, anna, bert, carl];
  for (let cuts = 0; cuts < CUTS;) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() ** 2 * LONGEST_PAUSE_MS));
    const connections = everybody.flatMap((user) => user.connection ?? []);
    if (connections.length === 0) continue;
    connections[Math.floor(Math.random() * connections.length)].cut();
    cuts++;
  }
  const audience = [anna, bert, carl];
  await Promise.all(audience.map((user) => user.call('sees', 'speaker', 'red')));
  await Promise.all([speaker, bert, carl].map((user) => user.call('sees', 'anna', 'lime')));
  await eventually(async () => {
    for (const user of everybody) expect(user.last('state').name).toBe('connected');
    expect(anna.last('stage').name).toBe('onStage');
  });
  for (const user of everybody) expect(user.longestOutage).toBeLessThan(STUCK_SECONDS);
});
