import { Costs } from './costs';
import { Plan } from './plan';
import { QuotaNeed } from './quotas';
import { Column, drawTable } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

/** A plan in readable form. */
export function showPlan(plan: Plan, terminal: Terminal): string {
  const title = (text: string) => `${terminal.colors.bold(text)}\n`;
  const section = (text: string, columns: Column[], rows: string[][]) =>
    rows.length > 0 ? [`${title(text)}${drawTable(terminal, columns, rows)}`] : [];
  const raised = plan.quotas.filter(({ raise }) => raise).length;
  return [
    `${terminal.colors.bold(plan.stackName)}: ${plan.stacks.length} stacks in ${plan.regions.length} regions\n`,
    ...section(
      'Regions',
      REGIONS,
      plan.regions.map(({ region, holds, resources }) => [region, holds.join(', '), number(count(resources))]),
    ),
    ...section(
      'Stacks, in deployment order',
      STACKS,
      plan.stacks.map(({ stackName, region, resources, maxResources }, index) => [
        String(index + 1),
        stackName,
        region,
        `${resources}/${maxResources}`,
      ]),
    ),
    ...section(
      'Meetings',
      MEETINGS,
      plan.meetings.map(({ name, mediaRegions, sessions, capacity }) => [
        name,
        mediaRegions.join(', '),
        number(sessions),
        number(capacity),
      ]),
    ),
    ...section(
      raised > 0 ? `Quotas (${raised} to raise)` : 'Quotas (none to raise)',
      QUOTAS,
      plan.quotas.map(quotaRow),
    ),
    plan.costsPerMonth ? costs(plan.costsPerMonth, terminal) : 'No cost estimate: the file specifies no `estimate`.\n',
  ].join('\n');
}

const REGIONS: Column[] = [
  { title: 'Region' },
  { title: 'Contents', wraps: true },
  { title: 'Resources', right: true },
];
const STACKS: Column[] = [
  { title: '#', right: true },
  { title: 'Stack', wraps: true },
  { title: 'Region' },
  { title: 'Resources', right: true },
];
const MEETINGS: Column[] = [
  { title: 'Meeting', wraps: true },
  { title: 'Media regions', wraps: true },
  { title: 'Sessions', right: true },
  { title: 'Attendees', right: true },
];
const QUOTAS: Column[] = [
  { title: 'Code' },
  { title: 'Quota', wraps: true },
  { title: 'Region' },
  { title: 'Needed', right: true },
  { title: 'Default', right: true },
  { title: 'Sufficient' },
];
const COSTS: Column[] = [
  { title: 'Per month', wraps: true },
  { title: 'Quantity', right: true },
  { title: 'Unit', wraps: true },
  { title: 'Amount', right: true },
];

function quotaRow({ code, name, region, needed, byDefault, raise }: QuotaNeed): string[] {
  return [code, name, region, number(needed), number(byDefault), raise ? 'no: raise' : 'yes'];
}

function costs({ currency, lines, total, notIncluded }: Costs, terminal: Terminal): string {
  const rows = lines.map(({ name, quantity, unit, amount }) => [name, number(quantity), unit, money(amount)]);
  const sum = ['Total', '', currency, money(total)];
  const missing = notIncluded.map((line) => `${terminal.isTerminal ? terminal.wrap(line, 2) : `  ${line}`}\n`);
  return [
    `${terminal.colors.bold(`Cost estimate in ${currency}, from the prices in the file`)}\n`,
    drawTable(terminal, COSTS, [...rows, sum]),
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
