import type { CostLine, Costs, RegionCosts } from './costs';
import { Group, GROUPS } from './fixed-items';
import type { UnitCost } from './unit-costs';
import { money, number } from '../terminal/numbers';
import { ColumnOf, drawRows } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

const AT_REST: ColumnOf<RegionCosts>[] = [
  { title: 'Region', cell: ({ region }) => region },
  ...Object.entries(GROUPS).map(([group, title]) => ({
    title,
    right: true,
    cell: ({ atRest }: RegionCosts) => money(atRest[group as Group]),
  })),
  { title: 'Total', right: true, cell: ({ atRest }) => money(atRest.total) },
];
const PER_TB: ColumnOf<RegionCosts>[] = [
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Replicated', right: true, cell: ({ perTBReplicated }) => optional(perTBReplicated) },
  { title: 'Stored, a month', right: true, cell: ({ perTBStored }) => optional(perTBStored) },
  { title: 'Downloaded', right: true, cell: ({ perTBDownloaded }) => optional(perTBDownloaded) },
];
const FOR_EACH: ColumnOf<UnitCost>[] = [
  { title: 'For each', wraps: true, cell: ({ what }) => what },
  { title: 'Amount', right: true, cell: ({ amount }) => money(amount) },
];
const EXPECTED: ColumnOf<CostLine>[] = [
  { title: 'Per month', wraps: true, cell: ({ name }) => name },
  { title: 'Quantity', right: true, cell: ({ quantity }) => number(quantity) },
  { title: 'Unit', wraps: true, cell: ({ unit }) => unit },
  { title: 'Amount', right: true, cell: ({ amount }) => money(amount) },
];

/** The costs of a plan, in tables. */
export function showCosts(costs: Costs, terminal: Terminal): string {
  const { currency, regions, forEach, expected, notIncluded } = costs;
  const title = (text: string) => `\n${terminal.colors.bold(text)}\n`;
  const paragraph = (line: string) => `${terminal.isTerminal ? terminal.wrap(line, 2) : `  ${line}`}\n`;
  const copies = regions.filter(({ perTBStored, perTBReplicated }) => (perTBStored ?? perTBReplicated) !== undefined);
  const groups = Object.keys(GROUPS).map((group) =>
    money(regions.reduce((sum, { atRest }) => sum + atRest[group as Group], 0)),
  );
  return [
    title(`Costs in ${currency}`).slice(1),
    ...origin(costs).map(paragraph),
    title(`At rest, per month, in ${currency}`),
    drawRows(terminal, AT_REST, regions, [['Total', ...groups, money(costs.atRest)]]),
    ...(copies.length > 0 ? [title(`Per TB of media, in ${currency}`), drawRows(terminal, PER_TB, copies)] : []),
    ...(forEach.length > 0 ? [title(`Use, in ${currency}`), drawRows(terminal, FOR_EACH, forEach)] : []),
    ...(expected
      ? [
          title(`With the volumes of the file, in ${currency}`),
          drawRows(terminal, EXPECTED, expected.lines, [['Total', '', currency, money(expected.total)]]),
        ]
      : []),
    title('Not included'),
    ...notIncluded.map(paragraph),
  ].join('');
}

/** Where the prices are from. */
function origin({ listPrices, prices, currency }: Costs): string[] {
  const given = prices.filter(({ source }) => source === 'file').length;
  const ofFile = `${number(given)} ${given === 1 ? 'price' : 'prices'} of the file`;
  if (!listPrices) {
    const based = given > 0 ? `Based on ${ofFile} only` : 'No prices';
    return [`${based}: list prices are in USD, and do not apply in China. Set yours with estimate.prices.`];
  }
  const { region, date } = listPrices;
  return [
    `EXAMPLE: list prices of ${region}, read on ${date}${given > 0 ? `, and ${ofFile}` : ''}. Prices differ by region ` +
      `and contract: set yours in ${currency} with estimate.prices.`,
  ];
}

function optional(amount: number | undefined): string {
  return amount === undefined ? '-' : money(amount);
}
