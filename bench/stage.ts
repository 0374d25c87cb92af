import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChimeSDKMeetingsClient, CreateAttendeeCommand } from '@aws-sdk/client-chime-sdk-meetings';
import { Group, Row, row } from './rows';
import { median } from './workspace';
import { MeetingStartPolicy } from '../src';
import { CACHE } from '../test/e2e/support/cache';
import { TestAuthority } from '../test/e2e/support/certificates';
import { CHROMIUM, startChromium } from '../test/e2e/support/chromium';
import { MeetingSite } from '../test/e2e/support/meeting-site';
import { MeetingUser } from '../test/e2e/support/meeting-user';
import { MeetingsWorld, REGION } from '../test/e2e/support/meetings-world';
import { SignallingServer } from '../test/simulators/signalling';

const ROUNDS = 15;
/** Hosts click at any moment between two polls. */
const PACE_MS = 2500;
const MEETING = 'hall';
const USER = 'anna';

const GROUP = {
  title: 'The stage',
  how: `A host promotes a participant in a replica, in headless Chromium with \`amazon-chime-sdk-js\`, the client of \`examples/web\`, and a simulator of signalling: the time from the host's call until the client is on the stage. The client either asks \`GetStage\` at the pace of its answers, or is told to ask by a channel of the application. The results are compared with a promotion by hand: \`CreateAttendee\`, and \`promoteToPrimaryMeeting\` with credentials that reach the client without a delay. The median of ${ROUNDS} rounds, in turns. Everything shares the cores.`,
  needs: 'the programs that test/e2e/install.sh installs',
};

export async function benchStage(): Promise<Group> {
  if (!existsSync(CHROMIUM) || !['node24', 'dynamodb'].every((name) => existsSync(join(CACHE, name)))) {
    process.stderr.write(`Skipping the stage: it requires ${GROUP.needs}.\n`);
    return { ...GROUP, versions: [], rows: [] };
  }
  const dir = mkdtempSync(join(tmpdir(), 'bench-stage-'));
  const world = await MeetingsWorld.start({
    [MEETING]: {
      mediaRegion: REGION,
      replicas: [{ mediaRegion: 'eu-west-1' }],
      startPolicy: MeetingStartPolicy.ON_JOIN,
      seatPool: true,
    },
  });
  await world.deploy('Create', MEETING);
  const server = await SignallingServer.start({ chime: world.chime, tls: new TestAuthority(dir).issue('chime.aws') });
  const site = await MeetingSite.start(world);
  const browser = await startChromium(server.port);
  try {
    const parameters = { meeting: MEETING, accepts: 'yes' };
    const user = await MeetingUser.open(browser, server, site.url, USER, parameters);
    await user.join();
    return { ...GROUP, versions: [`Chromium ${browser.version()}`], rows: await measure(world, user) };
  } finally {
    await browser.close();
    site.stop();
    await server.stop();
    world.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(world: MeetingsWorld, user: MeetingUser): Promise<Row[]> {
  const host = (operation: string) => world.host(operation, { meeting: MEETING, externalUserId: USER });
  const asking: number[] = [];
  const told: number[] = [];
  const byHand: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await user.client('raiseHand');
    await user.untilStage('handRaised');
    await sleep(Math.random() * PACE_MS);
    asking.push(await promotion(user, () => host('PromoteAttendee')));
    told.push(await promotion(user, () => host('PromoteAttendee').then(() => user.client('checkStage'))));
    byHand.push(await promotionByHand(world, user));
  }
  const baseline = median(byHand);
  const name = (what: string) => `from the host's click to the stage, ${what}`;
  return [
    row(name('the client asks with a raised hand'), median(asking), 'ms', baseline),
    row(name('the application tells the client'), median(told), 'ms', baseline),
  ];
}

async function promotion(user: MeetingUser, click: () => Promise<unknown>): Promise<number> {
  user.mark();
  const start = Date.now();
  await Promise.all([click(), user.untilStage('onStage')]);
  const { at } = await user.untilStage('onStage');
  await user.client('leaveStage');
  await user.untilStage('audience');
  return at - start;
}

/** What the least application does: without places, and without the client's questions. */
async function promotionByHand(world: MeetingsWorld, user: MeetingUser): Promise<number> {
  const chime = new ChimeSDKMeetingsClient({
    endpoint: world.chime.endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { meetingId: MeetingId } = world.meetings(MEETING).find(({ primaryMeetingId }) => !primaryMeetingId)!;
  const start = Date.now();
  const { Attendee } = await chime.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId: `by hand ${start}` }));
  await user.call('promote', Attendee);
  const end = Date.now();
  await user.call('demote');
  chime.destroy();
  return end - start;
}
