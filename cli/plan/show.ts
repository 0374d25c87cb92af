import { Audience } from './audience';
import { Plan } from './plan';
import { showCosts } from './show-costs';
import { money, number } from '../terminal/numbers';
import { ColumnOf, drawRows } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

/** A plan in readable form. */
export function showPlan(plan: Plan, terminal: Terminal): string {
  const title = (text: string) => `${terminal.colors.bold(text)}\n`;
  const section = <T>(text: string, columns: ColumnOf<T>[], items: readonly T[]) =>
    items.length > 0 ? [`${title(text)}${drawRows(terminal, columns, items)}`] : [];
  const raised = plan.quotas.filter(({ raise }) => raise).length;
  return [
    `${terminal.colors.bold(plan.stackName)}: ${plan.stacks.length} stacks in ${plan.regions.length} regions\n`,
    ...section('Regions', REGIONS, plan.regions),
    ...section('Stacks, in deployment order', STACKS, plan.stacks),
    ...section('Meetings', MEETINGS, plan.meetings),
    ...(plan.audience ? [audience(plan.audience, plan.costs.currency, terminal)] : []),
    ...section(raised > 0 ? `Quotas (${raised} to raise)` : 'Quotas (none to raise)', QUOTAS, plan.quotas),
    showCosts(plan.costs, terminal),
  ].join('\n');
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
const AUDIENCE: ColumnOf<Audience['meetings'][number]>[] = [
  { title: 'Meeting', wraps: true, cell: ({ name }) => name },
  { title: 'People', right: true, cell: ({ people }) => number(people) },
  { title: 'Seated', right: true, cell: ({ seated }) => number(seated) },
  { title: 'One by one', right: true, cell: ({ secondsOneByOne }) => duration(secondsOneByOne) },
  { title: 'From a pool', right: true, cell: ({ secondsFromPool }) => duration(secondsFromPool) },
  { title: 'Fill pool', right: true, cell: ({ secondsToFillPool }) => duration(secondsToFillPool) },
];
const QUOTAS: ColumnOf<Plan['quotas'][number]>[] = [
  { title: 'Code', cell: ({ code }) => code },
  { title: 'Quota', wraps: true, cell: ({ name }) => name },
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Needed', right: true, cell: ({ needed }) => number(needed) },
  { title: 'Default', right: true, cell: ({ byDefault }) => number(byDefault) },
  { title: 'Sufficient', cell: ({ raise }) => (raise ? 'no: raise' : 'yes') },
];

function audience({ meetings, table }: Audience, currency: string, terminal: Terminal): string {
  const { writeUnitsPerSecond: writes, readUnitsPerSecond: reads, defaultWrites, defaultReads, raise } = table;
  const notes = [
    ...meetings
      .filter(({ people, seats }) => people > seats)
      .map(
        ({ name, people, replicasNeeded }) =>
          `${name}: ${number(people)} people require ${number(replicasNeeded)} replicas`,
      ),
    `table, for one meeting within a minute: ${number(writes)} write and ${number(reads)} read units per second; ` +
      `a new table has ${number(defaultWrites)} and ${number(defaultReads)}${raise ? ': raise its warm throughput' : ''}`,
    ...meetings.flatMap(({ name, seated, costPerHour }) =>
      costPerHour === undefined
        ? []
        : `${name}: Amazon Chime SDK costs ${money(costPerHour)} ${currency} per hour for ${number(seated)} people`,
    ),
  ];
  return [
    `${terminal.colors.bold('Audience that joins at once')}\n`,
    drawRows(terminal, AUDIENCE, meetings),
    ...notes.map((line) => `${terminal.isTerminal ? terminal.wrap(line, 2) : `  ${line}`}\n`),
  ].join('');
}

function duration(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [...(minutes > 0 ? [`${number(minutes)} min`] : []), ...(rest > 0 || minutes === 0 ? [`${rest} s`] : [])].join(
    ' ',
  );
}

function count(resources: Readonly<Record<string, number>>): number {
  return Object.values(resources).reduce((total, each) => total + each, 0);
}
