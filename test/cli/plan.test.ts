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
      { name: 'town-hall', mediaRegions: ['us-east-1', 'eu-central-1'], sessions: 6, capacity: 150 },
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

  test('shows that a replica is paused, and does not charge its replication', async () => {
    const paused = EVERYTHING.replace('storageClass: GLACIER_IR', 'storageClass: GLACIER_IR\n      enabled: false');
    const { regions, costsPerMonth } = await planJson(paused);
    expect(regions.map(({ holds }: any) => holds[0])).toEqual(['primary', 'paused replica', 'replica']);
    expect(Object.fromEntries(costsPerMonth.lines.map(({ item, quantity }: any) => [item, quantity]))).toMatchObject({
      storageGBMonth: 30_000,
      replicationTransferGB: 500,
      replicationTimeControlGB: 500,
      putRequests1000: 200,
    });
  });

  test('does not charge Replication Time Control in GovCloud, where it is off by default', async () => {
    const govCloud = VALID.replace('us-east-1', 'us-gov-west-1').replace('eu-west-1', 'us-gov-east-1');
    const estimate =
      'estimate: { currency: USD, prices: { storageGBMonth: 1 }, volumes: { storedGB: 1, uploadedGBPerMonth: 1 } }\n';
    const missing = async (config: string) => (await planJson(config + estimate)).costsPerMonth.notIncluded.join('\n');
    expect(await missing(VALID)).toContain('replicationTimeControlGB');
    expect(await missing(govCloud)).not.toContain('replicationTimeControlGB');
  });

  test('estimates costs from the prices of the file only', async () => {
    expect((await planJson(VALID)).costsPerMonth).toBeUndefined();
    const { costsPerMonth } = await planJson(EVERYTHING);
    const lines = Object.fromEntries(
      costsPerMonth.lines.map(({ item, quantity, amount }: any) => [item, [quantity, amount]]),
    );
    expect(lines).toMatchObject({
      storageGBMonth: [30_000, 710],
      replicationTransferGB: [1000, 20],
      replicationTimeControlGB: [1000, 15],
      putRequests1000: [300, 1.5],
      proxyTaskHour: [1460, 73],
      attendeeMinute: [60_000, 102],
    });
    const total = costsPerMonth.lines.reduce((sum: number, { amount }: any) => sum + amount, 0);
    expect(costsPerMonth.total).toBeCloseTo(total, 6);
    expect(costsPerMonth.notIncluded).toEqual(
      expect.arrayContaining([
        'Data transfer to viewers: no volume `downloadedGBPerMonth` in the file',
        'Load balancers: no price `loadBalancerHour` in the file',
        'free tiers, discounts and taxes',
      ]),
    );
    // Items with a quantity of 0 need no price.
    expect(costsPerMonth.notIncluded.join()).not.toContain('routerRequestsMillion');
  });
});
