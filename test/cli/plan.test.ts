import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { cli, folderWith, VALID } from './support';

const EVERYTHING = readFileSync(join(__dirname, 'configs/everything.yaml'), 'utf8');
const masked = (text: string) => text.replace(/\b[0-9a-f]{8}\b/g, '<hash..>');

async function planJson(text: string) {
  const { code, stdout, stderr } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': text }) });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('plan', () => {
  test('shows regions, stacks, meetings, quotas and costs within 80 columns', async () => {
    const cwd = folderWith({ 'media.yaml': EVERYTHING });
    const { code, stdout } = await cli(['plan'], { cwd, columns: 80, env: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(masked(stdout)).toMatchSnapshot();
  });

  test('prints tab-separated fields if the output is not a terminal', async () => {
    const { stdout } = await cli(['plan'], { cwd: folderWith({ 'media.yaml': EVERYTHING }) });
    expect(masked(stdout)).toMatchSnapshot();
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001b|│/);
  });

  test('prints warnings of constructs on stderr', async () => {
    const { stderr } = await cli(['plan'], { cwd: folderWith({ 'media.yaml': EVERYTHING }) });
    expect(stderr).toContain('L-154D84D0');
    expect(stderr).not.toContain('[ack:');
  });

  test('prints what aws-cdk-lib reports about templates, once and on stderr', async () => {
    const text = EVERYTHING.replace(/directConnectGatewayId: \S+,/, 'directConnectGatewayId: nonsense,');
    const print = jest.spyOn(console, 'error').mockImplementation();
    const { stderr } = await cli(['plan'], { cwd: folderWith({ 'media.yaml': text }) });
    const warned = stderr.split('\n').filter((line) => /^warning .*DirectConnectGatewayId.*nonsense/.test(line));
    const isSupported = 'CloudFormationValidatePlugin' in cdk;
    expect(warned).toHaveLength(isSupported ? 1 : 0);
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  test('counts the resources in the templates', async () => {
    const { stacks, regions, meetings } = await planJson(EVERYTHING);
    expect(stacks.map(({ region, maxResources }: any) => [region, maxResources])).toEqual([
      ['ap-southeast-2', 500],
      ['eu-central-1', 500],
      ['us-east-1', 500],
    ]);
    const total = (resources: Record<string, number>) => Object.values(resources).reduce((sum, each) => sum + each, 0);
    for (const { region, resources } of regions) {
      expect(total(resources)).toBe(stacks.find((stack: any) => stack.region === region).resources);
    }
    expect(regions.map(({ region, holds }: any) => [region, ...holds])).toEqual([
      ['us-east-1', 'primary', 'router', 'backfill', 'meetings', 'dashboard', 'alarms'],
      ['eu-central-1', 'replica', 'proxy', 'alarms'],
      ['ap-southeast-2', 'replica', 'interface endpoint', 'alarms'],
    ]);
    expect(meetings).toEqual([
      { name: 'town-hall', mediaRegions: ['us-east-1', 'eu-central-1'], sessions: 6, capacity: 140 },
    ]);
  });

  test('lists existing parts only', async () => {
    const holds = async (config: string) => (await planJson(config)).regions[0].holds;
    expect(await holds(`${VALID}  replicateExisting: false\n`)).toEqual(['primary', 'router', 'dashboard', 'alarms']);
    expect(await holds(`${VALID}canary: {}\n`)).toEqual([
      'primary',
      'router',
      'backfill',
      'canary',
      'dashboard',
      'alarms',
    ]);
  });

  test('lists the quotas to raise', async () => {
    const { quotas } = await planJson(EVERYTHING);
    const raised = quotas.filter(({ raise }: any) => raise);
    expect(raised.map(({ code, region, needed, byDefault }: any) => [code, region, needed, byDefault])).toEqual([
      ['L-154D84D0', 'us-east-1', 5, 4],
      ['L-3032A538', 'eu-central-1', 10, 6],
    ]);
    const replicas = '[{ mediaRegion: us-east-1, count: 250 }]';
    const { quotas: many } = await planJson(
      `${VALID}meetings: { rooms: [{ meetingName: hall, mediaRegion: us-east-1, replicas: ${replicas} }] }`,
    );
    expect(many.filter(({ raise }: any) => raise).map(({ code, needed }: any) => [code, needed])).toEqual([
      ['L-154D84D0', 250],
      ['L-9F286451', 251],
    ]);
  });

  test('shows how long an audience takes to join, and what it requires', async () => {
    const cwd = folderWith({ 'media.yaml': EVERYTHING });
    const { stdout } = await cli(['plan', '--audience', '10000'], { cwd });
    expect(stdout).toContain('town-hall: 10,000 people require 400 replicas');
    expect(stdout).toContain('costs 12.75 USD per hour for 125 people');
    expect(stdout).toMatch(/L-154D84D0\t.*\t400\t4\tno: raise/);
    expect(stdout).toMatch(/L-9F286451\t.*\t401\t250\tno: raise/);
    const large = EVERYTHING.replace('count: 5 }', 'count: 100 }').replace('videoMaxResolution: FHD, ', '');
    const { audience, quotas } = await planJson(large);
    expect(audience.meetings).toMatchObject([
      { name: 'town-hall', people: 25_000, seats: 25_000, seated: 25_000, replicasNeeded: 100, costPerHour: 2550 },
    ]);
    expect(audience.table).toMatchObject({ defaultWrites: 4_000, defaultReads: 12_000, raise: false });
    const larger = await planJson(large.replace('count: 100 }', 'count: 250 }'));
    expect(larger.audience.table).toMatchObject({ writeUnitsPerSecond: 6_250, raise: true });
    expect(quotas.find(({ code }: any) => code === 'L-154D84D0').needed).toBe(100);
    const free = await planJson(large.replace('attendeeMinute: 0.0017', 'attendeeMinute: 0'));
    expect(free.audience.meetings[0].costPerHour).toBe(0);
    expect((await planJson(VALID)).audience).toBeUndefined();
  });

  test('shows the audience as docs/cli.md does', async () => {
    const room =
      '{ meetingName: town-hall, mediaRegion: us-east-1, replicas: [{ mediaRegion: eu-central-1, count: 40 }] }';
    const prices = 'estimate: { currency: USD, prices: { attendeeMinute: 0.0017 } }';
    const cwd = folderWith({ 'media.yaml': `${VALID}meetings: { rooms: [${room}] }\n${prices}\n` });
    const { stdout } = await cli(['plan', '--audience', '12000'], { cwd, columns: 80, env: { NO_COLOR: '1' } });
    const section = stdout.slice(stdout.indexOf('Audience'), stdout.indexOf('\nQuotas'));
    expect(readFileSync('docs/cli.md', 'utf8')).toContain(section);
  });

  test.each(['0', '-1', '1.5', 'many', ''])('fails when --audience is %j', async (people) => {
    const { code, stderr } = await cli(['plan', `--audience=${people}`], { cwd: folderWith({ 'media.yaml': VALID }) });
    expect(code).toBe(2);
    expect(stderr).toContain('--audience requires a number of people: a whole number of 1 or more.\n');
  });
});
