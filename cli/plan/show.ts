import { Costs } from './costs';
import { Plan } from './plan';
import { Column, drawTable } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

/** A plan in readable form. */
export function showPlan(plan: Plan, terminal: Terminal): string {
  const title = (text: string) => `${terminal.colors.bold(text)}\n`;
  const section = <T>(text: string, columns: ColumnOf<T>[], items: readonly T[]) =>
    items.length > 0 ? [`${title(text)}${drawTable(terminal, columns, rowsOf(columns, items))}`] : [];
  const raised = plan.quotas.filter(({ raise }) => raise).length;
  return [
    `${terminal.colors.bold(plan.stackName)}: ${plan.stacks.length} stacks in ${plan.regions.length} regions\n`,
    ...section('Regions', REGIONS, plan.regions),
    ...section('Stacks, in deployment order', STACKS, plan.stacks),
    ...section('Meetings', MEETINGS, plan.meetings),
    ...section(raised > 0 ? `Quotas (${raised} to raise)` : 'Quotas (none to raise)', QUOTAS, plan.quotas),
    plan.costsPerMonth ? costs(plan.costsPerMonth, terminal) : 'No cost estimate: the file specifies no `estimate`.\n',
  ].join('\n');
}

/** A column, with the text of its cell for an item. */
interface ColumnOf<T> extends Column {
  readonly cell: (item: T, index: number) => string;
}

const REGIONS: ColumnOf<Plan['regions'][number]>[] = [
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Contents', wraps: true, cell: ({ holds }) => holds.join(', ') },
  { title: 'Resources', right: true, cell: ({ resources }) => number(count(resources)) },
];
const STACKS: ColumnOf<Plan['stacks'][number]>[] = [
  { title: '#', right: true, cell: (_, index) => String(index + 1) },
  { title: 'Stack', wraps: true, cell: ({ stackName }) => stackName },
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Resources', right: true, cell: ({ resources, maxResources }) => `${resources}/${maxResources}` },
];
const MEETINGS: ColumnOf<Plan['meetings'][number]>[] = [
  { title: 'Meeting', wraps: true, cell: ({ name }) => name },
  { title: 'Media regions', wraps: true, cell: ({ mediaRegions }) => mediaRegions.join(', ') },
  { title: 'Sessions', right: true, cell: ({ sessions }) => number(sessions) },
  { title: 'Attendees', right: true, cell: ({ capacity }) => number(capacity) },
];
const QUOTAS: ColumnOf<Plan['quotas'][number]>[] = [
  { title: 'Code', cell: ({ code }) => code },
  { title: 'Quota', wraps: true, cell: ({ name }) => name },
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Needed', right: true, cell: ({ needed }) => number(needed) },
  { title: 'Default', right: true, cell: ({ byDefault }) => number(byDefault) },
  { title: 'Sufficient', cell: ({ raise }) => (raise ? 'no: raise' : 'yes') },
];
const COSTS: ColumnOf<Costs['lines'][number]>[] = [
  { title: 'Per month', wraps: true, cell: ({ name }) => name },
  { title: 'Quantity', right: true, cell: ({ quantity }) => number(quantity) },
  { title: 'Unit', wraps: true, cell: ({ unit }) => unit },
  { title: 'Amount', right: true, cell: ({ amount }) => money(amount) },
];

function rowsOf<T>(columns: readonly ColumnOf<T>[], items: readonly T[]): string[][] {
  return items.map((item, index) => columns.map(({ cell }) => cell(item, index)));
}

function costs({ currency, lines, total, notIncluded }: Costs, terminal: Terminal): string {
  const sum = ['Total', '', currency, money(total)];
  const missing = notIncluded.map((line) => `${terminal.isTerminal ? terminal.wrap(line, 2) : `  ${line}`}\n`);
  return [
    `${terminal.colors.bold(`Cost estimate in ${currency}, from the prices in the file`)}\n`,
    drawTable(terminal, COSTS, [...rowsOf(COSTS, lines), sum]),
    `\nNot included:\n${missing.join('')}`,
  ].join('');
}

function count(resources: Readonly<Record<string, number>>): number {
  return Object.values(resources).reduce((total, each) => total + each, 0);
}

/** Independent of the user's locale, so that the output is the same everywhere. */
function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function money(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
