import { readFileSync } from 'node:fs';
import { LIST_PRICES } from '../../cli/plan/list-prices';
import { PRICE_UNITS } from '../../cli/plan/prices';
import { ROUTER_SECONDS } from '../../cli/plan/variable-items';

const DOCUMENT = readFileSync('docs/costs.md', 'utf8');
const HOURS = 730;

const price = (name: keyof typeof LIST_PRICES.prices) => LIST_PRICES.prices[name].price;

/** The numbers in a row of a table. */
function row(title: string): number[] {
  const [, cells] = new RegExp(`^ *\\| ${title} \\|(.*)\\|$`, 'm').exec(DOCUMENT)!;
  return cells.split('|').map(Number);
}

describe('the list prices', () => {
  test('are those in docs/costs.md, with units, sources and date', () => {
    const { region, date, prices } = LIST_PRICES;
    expect(DOCUMENT).toContain(`Public list prices of ${region} in USD, read on ${date}, `);
    const rows = [...DOCUMENT.matchAll(/^\| `(\w+)` \| (.*) \| ([\d.]+) \| \[.*\]\((.*)\) \|$/gm)];
    const shown = rows.map(([, name, unit, amount, source]) => [name, unit, { price: Number(amount), source }]);
    expect(shown).toEqual(
      Object.entries(prices).map(([name, each]) => [name, PRICE_UNITS[name as keyof typeof prices], each]),
    );
  });

  test('have a page of AWS as their source', () => {
    for (const { source } of Object.values(LIST_PRICES.prices)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing\/$/);
    }
    expect(LIST_PRICES.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('result in the costs of a proxy in docs/costs.md', () => {
    const tasks = ([vcpus, gb]: number[]) =>
      Math.round(2 * HOURS * (vcpus * price('proxyVcpuHour') + gb * price('proxyGBHour')));
    const both = (amount: number) => [Math.round(amount), Math.round(amount)];
    expect(row('two tasks \\(arm64\\)')).toEqual([tasks([1, 2]), tasks([0.25, 0.5])]);
    expect(row('load balancer')).toEqual(both(HOURS * price('loadBalancerHour')));
    expect(row('one NAT gateway')).toEqual(both(HOURS * price('natGatewayHour')));
    expect(row('its public IPv4 address')).toEqual(both(HOURS * price('publicAddressHour')));
    expect(row('`primary`: interface endpoint in two zones')).toEqual(both(2 * HOURS * price('endpointZoneHour')));
    const parts = ['two tasks \\(arm64\\)', 'load balancer', 'one NAT gateway', 'its public IPv4 address'].map(row);
    expect(row('total')).toEqual([0, 1].map((size) => parts.reduce((sum, part) => sum + part[size], 0)));
    const [endpoint, resolver] = [price('endpointZoneHour'), price('resolverAddressHour')].map((hour) =>
      Math.round(2 * HOURS * hour),
    );
    expect(DOCUMENT).toContain(
      `${endpoint} USD a month for the interface endpoint and ${resolver} USD for the resolver`,
    );
  });

  test('apply to the durations of the router in docs/costs.md', () => {
    const { perCall, perLink } = ROUTER_SECONDS;
    expect(DOCUMENT).toContain(`${perCall * 1000} ms for each call and ${perLink * 1000} ms for each link`);
  });
});
