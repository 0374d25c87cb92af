import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, folderWith, VALID } from './support';
import { LIST_PRICES } from '../../cli/plan/list-prices';

const EVERYTHING = readFileSync(join(__dirname, 'configs/everything.yaml'), 'utf8');
const UNPRICED = EVERYTHING.slice(0, EVERYTHING.indexOf('\nestimate:'));

async function costsOf(text: string) {
  const { code, stdout, stderr } = await cli(['plan', '--json'], { cwd: folderWith({ 'media.yaml': text }) });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).costs;
}

const show = async (text: string) => (await cli(['plan'], { cwd: folderWith({ 'media.yaml': text }) })).stdout;

const linesOf = ({ lines }: any) =>
  Object.fromEntries(lines.map(({ item, quantity, amount }: any) => [item, [quantity, amount]]));

describe('the costs of a plan', () => {
  test('are shown without prices in the file, marked as an example with date and region', async () => {
    const { currency, listPrices, prices } = await costsOf(VALID);
    expect({ currency, listPrices }).toEqual({
      currency: 'USD',
      listPrices: { region: 'us-east-1', date: LIST_PRICES.date },
    });
    for (const { source } of prices) expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(await show(VALID)).toContain(`EXAMPLE: list prices of us-east-1, read on ${LIST_PRICES.date}. `);
  });

  test('at rest are those of the resources in the templates, by region', async () => {
    const { regions, atRest } = await costsOf(UNPRICED);
    const [primary, servers, privateLink] = regions;
    expect(linesOf(primary)).toEqual({
      kmsKeys: [4, 4],
      alarms: [expect.any(Number), expect.any(Number)],
      metrics: [4 * 2 + 4, expect.closeTo(3.6)],
      dashboards: [1, 3],
      backfillRuns: [17_280, expect.closeTo(0.23, 2)],
    });
    expect(servers.atRest.privateAccess).toBeCloseTo(57.67 + 16.43 + 32.85 + 3.65, 1);
    expect(linesOf(servers)).toMatchObject({
      proxyVcpus: [1460, expect.closeTo(47.27, 2)],
      proxyMemory: [2920, expect.closeTo(10.3952, 6)],
    });
    expect(linesOf(privateLink)).toMatchObject({ endpoints: [1460, 14.6], resolvers: [1460, 182.5] });
    const total = regions.reduce((sum: number, each: any) => sum + each.atRest.total, 0);
    expect(atRest).toBeCloseTo(total, 6);
    for (const region of regions) {
      const { keys, monitoring, privateAccess, other } = region.atRest;
      expect(region.atRest.total).toBeCloseTo(keys + monitoring + privateAccess + other, 6);
    }
  });

  test('count the metrics of alarms, and those of a canary', async () => {
    const metrics = async (text: string) => linesOf((await costsOf(text)).regions[0]);
    const without = await metrics(`${VALID}  replicateExisting: false\n`);
    const backfill = await metrics(VALID);
    expect(backfill.alarms[0] - without.alarms[0]).toBe(6); // docs/costs.md
    expect(backfill.metrics[0] - without.metrics[0]).toBe(4);
    const canary = await metrics(`${VALID}canary: {}\n`);
    expect(canary.metrics[0] - backfill.metrics[0]).toBe(4);
    const audit = await metrics(`${VALID}audit: {}\n`);
    expect(audit.metrics[0] - backfill.metrics[0]).toBe(7);
    expect(audit.alarms[0] - backfill.alarms[0]).toBe(4);
  });

  test('for each TB are those of the replica, with the size of the objects in the file', async () => {
    const perTB = async (text: string) =>
      (await costsOf(text)).regions.map((each: any) => [each.perTBReplicated, each.perTBStored, each.perTBDownloaded]);
    // 1,000 GB with transfer and Replication Time Control, and 100,000 objects of 10 MB.
    expect(await perTB(VALID)).toEqual([
      [undefined, 23, 90],
      [20 + 15 + 0.5, 23, 90],
    ]);
    expect((await perTB(`${VALID}      replicationTimeControl: false\n`))[1]).toEqual([20.5, 23, 90]);
    const small = 'estimate: { volumes: { uploadedGBPerMonth: 1, uploadedObjectsPerMonth: 1000 } }\n';
    expect((await perTB(VALID + small))[1]).toEqual([20 + 15 + 5, 23, 90]);
    expect((await perTB(`${VALID}      enabled: false\n`))[1]).toEqual([undefined, 23, 90]);
  });

  test('for each million links depend on the memory of the router and on its HTTP API', async () => {
    const links = async (text: string) => (await costsOf(text)).forEach.map(({ amount }: any) => amount);
    const seconds = 1e6 * (0.01 + 0.000_02);
    const [single, batched] = await links(VALID);
    expect(single).toBeCloseTo(0.2 + seconds * 0.0000133334, 6);
    expect(batched).toBeCloseTo(0.0002 + 30 * 0.0000133334, 6);
    expect(await show(VALID)).toContain('Million links, 1,000 in each call\t< 0.01\n');
    const small = await links(`${VALID}router: { memorySize: 512 }\n`);
    expect(small[0]).toBeCloseTo(0.2 + (seconds * 0.0000133334) / 2, 6);
    const open = await links(`${VALID}router: { httpApi: { authorizer: { iam: {} } }, access: { all: {} } }\n`);
    expect(open[0] - single).toBeCloseTo(1, 6);
  });

  test('for each hour of a meeting are those of all its attendees', async () => {
    const { forEach } = await costsOf(UNPRICED);
    expect(forEach[2]).toEqual({
      what: 'Hour of town-hall, with 140 attendees',
      meeting: 'town-hall',
      amount: expect.closeTo(14.28, 6),
    });
  });

  test('use the prices of the file instead of list prices, by region first', async () => {
    const { prices, regions } = await costsOf(EVERYTHING);
    const of = (name: string) => prices.filter((each: any) => each.name === name);
    expect(of('storageGBMonth')).toEqual([
      { name: 'storageGBMonth', unit: expect.any(String), price: 0.023, source: 'file' },
      { name: 'storageGBMonth', unit: expect.any(String), price: 0.025, region: 'ap-southeast-2', source: 'file' },
    ]);
    expect(of('natGatewayHour')).toEqual([
      expect.objectContaining({ price: 0.045, source: 'https://aws.amazon.com/vpc/pricing/' }),
    ]);
    expect(regions.map(({ perTBStored }: any) => perTBStored)).toEqual([23, 23, 25]);
    expect(await show(EVERYTHING)).toMatch(
      /EXAMPLE: list prices of us-east-1, read on \S+, and \d+ prices of the file\. /,
    );
  });

  test('in another currency contain no list prices', async () => {
    const euro = `${VALID}estimate: { currency: EUR, prices: { kmsKeyMonth: 0.9 } }\n`;
    const { currency, listPrices, atRest, regions, notIncluded, forEach } = await costsOf(euro);
    expect({ currency, listPrices, forEach }).toEqual({ currency: 'EUR', listPrices: undefined, forEach: [] });
    const keys = regions.reduce((sum: number, each: any) => sum + linesOf(each).kmsKeys[0], 0);
    expect(atRest).toBeCloseTo(keys * 0.9, 6);
    expect(notIncluded).toContain(
      'metric of a CloudWatch alarm and month: no price `alarmMonth` for us-east-1, eu-west-1',
    );
    expect(await show(euro)).toContain('Based on 1 price of the file only: list prices are in USD');
  });

  test('in China contain no list prices', async () => {
    const china = VALID.replace('us-east-1', 'cn-north-1').replace('eu-west-1', 'cn-northwest-1');
    expect(await costsOf(china)).toMatchObject({ atRest: 0, prices: [], forEach: [] });
    expect(await show(china)).toContain('No prices: list prices are in USD, and do not apply in China.');
  });

  test('of a paused replica contain no replication', async () => {
    const paused = EVERYTHING.replace('storageClass: GLACIER_IR', 'storageClass: GLACIER_IR\n      enabled: false');
    expect(linesOf((await costsOf(paused)).expected)).toMatchObject({
      storage: [30_000, 710],
      replicationTransfer: [500, 10],
      replicationTimeControl: [500, 7.5],
      putRequests: [200, 1],
    });
  });

  test('contain no Replication Time Control in GovCloud, where it is off by default', async () => {
    const govCloud = VALID.replace('us-east-1', 'us-gov-west-1').replace('eu-west-1', 'us-gov-east-1');
    const items = async (config: string) =>
      Object.keys(linesOf((await costsOf(`${config}estimate: { volumes: { uploadedGBPerMonth: 1 } }\n`)).expected));
    expect(await items(VALID)).toContain('replicationTimeControl');
    expect(await items(govCloud)).not.toContain('replicationTimeControl');
  });

  test('of a month have the volumes of the file, and say what is missing', async () => {
    expect((await costsOf(VALID)).expected).toBeUndefined();
    const { expected, notIncluded } = await costsOf(EVERYTHING);
    expect(linesOf(expected)).toMatchObject({
      storage: [30_000, 710],
      replicationTransfer: [1000, 20],
      replicationTimeControl: [1000, 15],
      putRequests: [300, 1.5],
      proxyVcpus: [1460, 43.8],
      proxyMemory: [2920, 29.2],
      meetings: [60_000, 102],
    });
    const total = expected.lines.reduce((sum: number, { amount }: any) => sum + amount, 0);
    expect(expected.total).toBeCloseTo(total, 6);
    expect(notIncluded).toEqual(
      expect.arrayContaining([
        'the difference between S3 Standard and GLACIER_IR in eu-central-1, unless `pricesByRegion` has its prices',
        'Data transfer to viewers: no volume `downloadedGBPerMonth` in the file',
        'Router: requests, Router: duration, Router: HTTP API: no volume `routerRequestsPerMonth` in the file',
        'free tiers, discounts and taxes',
      ]),
    );
  });
});

describe('the section on costs in docs/cli.md', () => {
  test('shows the output for its example', async () => {
    const document = readFileSync('docs/cli.md', 'utf8');
    const [, example] = /## Example\n\n```yaml\n([^]*?)```/.exec(document)!;
    const cwd = folderWith({ 'media.yaml': example });
    const { stdout } = await cli(['plan'], { cwd, columns: 80, env: { NO_COLOR: '1' } });
    expect(document).toContain(stdout.slice(stdout.indexOf('Costs in'), stdout.indexOf('\nNot included')));
  });
});
