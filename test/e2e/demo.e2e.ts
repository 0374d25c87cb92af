import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startChromium } from './support/chromium';
import { differenceFrom } from './support/picture';
import { DemoServer } from '../../demo/server';

const PICTURES = join(__dirname, '../../docs/demo');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const WAIT = { timeout: 20_000 };

jest.setTimeout(120_000);

let demo: DemoServer;
let browser: Browser;
let context: BrowserContext;
const errors: string[] = [];

beforeAll(async () => {
  demo = await DemoServer.start(0);
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

beforeEach(async () => {
  // Chromium offers its loopback address only to pages that may use devices.
  context = await browser.newContext({ viewport: DESKTOP, permissions: ['camera', 'microphone'] });
  context.on('weberror', (error) => errors.push(error.error().message));
});

afterEach(async () => {
  await fetch(`${demo.url}host`, { method: 'POST', body: '{"operation":"EndMeeting","meeting":"town-hall"}' });
  await context.close();
  expect(errors.splice(0)).toEqual([]);
});

async function open(parameters: Record<string, string> = {}, tab = 'live'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${demo.url}?${new URLSearchParams(parameters)}#${tab}`);
  await page.waitForSelector('body[data-ready]', WAIT);
  return page;
}

const shows = (page: Page, id: string, text: string | RegExp) =>
  page.locator(`#${id}`).filter({ hasText: text }).first().waitFor(WAIT);

/** The name and the place of the element with the focus. */
async function focused(page: Page): Promise<string> {
  return page.locator('html').evaluate((html) => {
    const element: any = html.ownerDocument.activeElement;
    const texts = [...(element.labels?.[0]?.childNodes ?? [])].filter(({ nodeType }) => nodeType === 3);
    const label = texts.length > 0 ? texts.map(({ textContent }) => textContent).join('') : undefined;
    return element === html.ownerDocument.body ? '' : (element.ariaLabel ?? label ?? element.textContent).trim();
  });
}

/** Presses Tab until the element with this name has the focus. */
async function focus(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  // At the end of the page, the focus leaves it, and then starts at the top.
  for (let rounds = 0; rounds < 2;) {
    await page.keyboard.press('Tab');
    const found = await focused(page);
    if (found === name) return;
    if (found === '') rounds++;
    seen.push(found);
  }
  throw new Error(`Tab does not reach "${name}", only: ${seen.join(', ')}`);
}

async function press(page: Page, name: string, key = 'Enter'): Promise<void> {
  await page.bringToFront();
  await focus(page, name);
  await page.keyboard.press(key);
}

async function joinWith(host: Page, user: string): Promise<Page> {
  await press(host, 'Start meeting');
  await shows(host, 'meeting', 'running (');
  await press(host, 'Join');
  await shows(host, 'connection', 'Connected');
  const page = await open({ user, role: 'participant', mediaRegion: 'eu-west-2' });
  await press(page, 'Join');
  await shows(page, 'connection', 'Connected');
  return page;
}

async function goOnStage(host: Page, page: Page, user: string): Promise<void> {
  await press(page, 'Raise hand');
  await host.getByRole('button', { name: `Promote ${user}` }).waitFor(WAIT);
  await press(host, `Promote ${user}`);
  await shows(page, 'stage', 'A host invites you');
  await press(page, 'Go on stage');
  await shows(page, 'stage', 'On the stage');
}

/** What axe finds, with the element and the rule. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function scrollsSideways(page: Page): Promise<boolean> {
  return page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
}

test('a meeting is used with the keyboard only', async () => {
  const ada = await open();
  const finn = await joinWith(ada, 'Finn');
  await shows(finn, 'seat', 'Replica 1 in eu-west-1. It is the nearest session to eu-west-2 with a free seat.');
  await shows(ada, 'seat', 'Primary session in us-east-1');
  await goOnStage(ada, finn, 'Finn');
  await ada.getByLabel('Video of Finn').waitFor(WAIT);
  await shows(ada, 'switches', /Finn is on the stage after the host's click: \d+\.\d\d\ss/);
  await shows(finn, 'switches', /On the stage after accepting: \d+\.\d\d\ss/);
  await shows(ada, 'meeting', '1 of 2 places');
  await shows(ada, 'events', 'Attendee Promoted Finn');

  await press(finn, 'Cut connection');
  await shows(finn, 'switches', 'Back on the stage');
  await shows(finn, 'switches', 'Reconnected');

  await press(ada, 'Demote Finn');
  await shows(finn, 'stage', 'In the audience');
  await shows(ada, 'switches', "Finn is in the audience after the host's click");

  await focus(ada, 'User');
  await ada.keyboard.type('Finn');
  await press(ada, 'Also ban', 'Space');
  await press(ada, 'Remove');
  await shows(finn, 'connection', 'A host removed you');
  // The form can be used again when the connection is closed.
  await finn.locator('#join button:enabled', { hasText: 'Join' }).waitFor(WAIT);
  await press(finn, 'Join');
  await shows(finn, 'connection', /refused.*banned/);

  await press(ada, 'End meeting');
  await shows(ada, 'connection', 'The meeting has ended');
});

test('a user in a full room sees what they wait for', async () => {
  for (const user of ['Cleo', 'Dan', 'Eva']) {
    const page = await open({ user, role: 'participant', meeting: 'interview' });
    await press(page, 'Join');
    await shows(page, 'connection', user === 'Eva' ? /Waiting \(MeetingFull\)/ : 'Connected');
  }
});

test('links depend on the address, the preference and the object', async () => {
  const page = await open({}, 'stored');
  const line = (key: string) => page.getByRole('row').filter({ hasText: key });
  await line('films/premiere.mp4').filter({ hasText: 'eu-west-1 (replica)' }).waitFor(WAIT);
  await line('films/trailer.mp4').filter({ hasText: 'replication-failed' }).waitFor(WAIT);
  await line('films/dailies-1.mp4').filter({ hasText: 'too-new' }).waitFor(WAIT);

  await focus(page, 'Your address');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('10.30.1.5');
  await press(page, 'Get links');
  await line('films/trailer.mp4').filter({ hasText: 'ap-southeast-2 (replica)' }).waitFor(WAIT);
  await line('posters/premiere.png').filter({ hasText: 'not-replicated' }).waitFor(WAIT);

  await press(page, 'Upload an object');
  await line('films/dailies-2.mp4').filter({ hasText: 'us-east-1 (primary)' }).waitFor(WAIT);
  await press(page, 'Let 30 minutes pass');
  await line('films/dailies-2.mp4').filter({ hasText: 'ap-southeast-2 (replica)' }).waitFor(WAIT);

  const [opened] = await Promise.all([context.waitForEvent('page'), press(page, 'Open films/dailies-2.mp4')]);
  await opened.getByText('This is films/dailies-2.mp4.').waitFor(WAIT);

  await page.bringToFront();
  await page.getByLabel('Read from a replica').selectOption('no');
  await press(page, 'Get links');
  await shows(page, 'stored-status', '0 of');
  await page.getByLabel('Your address').fill('nowhere');
  await press(page, 'Get links');
  await shows(page, 'stored-error', 'clientIp: got "nowhere"');
  expect(await findings(page)).toEqual([]);
});

test('tabs are selected with the arrow keys, and by the URL', async () => {
  const page = await open({}, 'stored');
  const selected = (name: string) => page.getByRole('tab', { name, selected: true }).waitFor(WAIT);
  await press(page, 'Stored media', 'ArrowRight');
  await selected('Live meetings');
  await page.keyboard.press('End');
  expect(await focused(page)).toBe('Stored media');
  await page.reload();
  await selected('Stored media');
});

describe.each([
  ['desktop', DESKTOP],
  ['phone', PHONE],
])('on a %s', (device, viewport) => {
  test('the tab for live meetings looks as in its picture, and is accessible', async () => {
    const ada = await open();
    const ben = await joinWith(ada, 'Ben');
    await goOnStage(ada, ben, 'Ben');
    await ada.getByLabel('Video of Ben').waitFor(WAIT);
    await shows(ada, 'meeting', '1 of 2 places');
    // What arrives later would change the picture.
    await shows(ada, 'switches', "Ben is on the stage after the host's click");
    await shows(ada, 'events', 'Attendee Promoted Ben');
    await ada.bringToFront();
    await ada.setViewportSize(viewport);
    // The events and the times of earlier tests are of no interest.
    await ada.locator('#events li:nth-child(n+4), #switches li:nth-child(n+4)').evaluateAll((all) => {
      for (const each of all) each.remove();
    });
    await ada.getByLabel('Name').evaluate((input: any) => input.setSelectionRange(0, 0));
    await ada.getByRole('heading', { level: 1 }).click();
    expect(await scrollsSideways(ada)).toBe(false);
    const changing = ada.locator('#meeting, video, #switches li, #events li');
    expect(await differenceFrom(join(PICTURES, `live-${device}.png`), ada, changing)).toBeUndefined();
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const page of [ada, ben]) {
        await page.emulateMedia({ colorScheme });
        expect(await findings(page)).toEqual([]);
      }
    }
  });

  test('the tab for stored media looks as in its picture, and is accessible', async () => {
    const page = await open({}, 'stored');
    await page.setViewportSize(viewport);
    await shows(page, 'stored-status', 'links point to a replica');
    // The objects of other tests, and the ages.
    await page.locator('#links tr:nth-child(n+4)').evaluateAll((all) => all.forEach((each) => each.remove()));
    expect(await scrollsSideways(page)).toBe(false);
    const changing = page.locator('#links td:nth-child(2), #stored-status');
    expect(await differenceFrom(join(PICTURES, `stored-${device}.png`), page, changing)).toBeUndefined();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page)).toEqual([]);
    }
  });
});
