import type { CostDifference } from './cost-differences';
import type { Difference, PlanDiff } from './diff';
import type { ResourceChange } from './resource-changes';
import { money, number } from '../../terminal/numbers';
import { ColumnOf, drawRows } from '../../terminal/table';
import type { Terminal } from '../../terminal/terminal';
import type { Plan } from '../plan';

const REGIONS: ColumnOf<Difference<Plan['regions'][number]>>[] = [
  { title: 'Region', cell: ({ before, after }) => (after ?? before)!.region },
  { title: 'Change', cell: ({ change }) => change },
  { title: 'Contents', wraps: true, cell: contents },
  { title: 'Resources', right: true, cell: (each) => numbers(each, ({ resources }) => sum(Object.values(resources))) },
];
const STACKS: ColumnOf<Difference<Plan['stacks'][number]>>[] = [
  { title: 'Stack', wraps: true, cell: ({ before, after }) => (after ?? before)!.stackName },
  { title: 'Region', cell: ({ before, after }) => (after ?? before)!.region },
  { title: 'Change', cell: ({ change }) => change },
  { title: 'Resources', right: true, cell: (each) => numbers(each, ({ resources }) => resources) },
];
const RESOURCES: ColumnOf<ResourceChange>[] = [
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Type', wraps: true, cell: ({ type }) => type },
  { title: 'Changes', cell: counts },
];
const MEETINGS: ColumnOf<Difference<Plan['meetings'][number]>>[] = [
  { title: 'Meeting', wraps: true, cell: ({ before, after }) => (after ?? before)!.name },
  { title: 'Change', cell: ({ change }) => change },
  { title: 'Sessions', right: true, cell: (each) => numbers(each, ({ sessions }) => sessions) },
  { title: 'Attendees', right: true, cell: (each) => numbers(each, ({ capacity }) => capacity) },
];
const QUOTAS: ColumnOf<Difference<Plan['quotas'][number]>>[] = [
  { title: 'Code', cell: ({ before, after }) => (after ?? before)!.code },
  { title: 'Quota', wraps: true, cell: ({ before, after }) => (after ?? before)!.name },
  { title: 'Region', cell: ({ before, after }) => (after ?? before)!.region },
  { title: 'Needed', right: true, cell: (each) => numbers(each, ({ needed }) => needed) },
  { title: 'Default', right: true, cell: ({ before, after }) => number((after ?? before)!.byDefault) },
  { title: 'Sufficient', cell: ({ after }) => (after?.raise ? 'no: raise' : 'yes') },
];
const COSTS: ColumnOf<CostDifference>[] = [
  { title: 'Costs', wraps: true, cell: ({ what }) => what },
  { title: 'Before', right: true, cell: ({ before }) => amount(before) },
  { title: 'After', right: true, cell: ({ after }) => amount(after) },
  { title: 'Difference', right: true, cell: ({ difference }) => (difference === undefined ? '' : signed(difference)) },
];
const REMOVED_STACKS =
  'A deployment does not delete stacks that are no longer in the config. Delete them as docs/operations.md describes.';

/** The differences between two plans, in readable form. */
export function showDiff(diff: PlanDiff, terminal: Terminal): string {
  const title = (text: string) => `${terminal.colors.bold(text)}\n`;
  const section = <T>(text: string, columns: ColumnOf<T>[], items: readonly T[]) =>
    items.length > 0 ? [`${title(text)}${drawRows(terminal, columns, items)}`] : [];
  const removed = diff.stacks.some(({ change }) => change === 'removed');
  return [
    `${terminal.colors.bold(`${diff.before} -> ${diff.after}`)}${diff.changed ? '' : ': no changes'}\n`,
    ...section('Regions', REGIONS, diff.regions),
    ...section('Stacks', STACKS, diff.stacks),
    ...(removed ? [`${terminal.isTerminal ? terminal.wrap(REMOVED_STACKS, 2) : `  ${REMOVED_STACKS}`}\n`] : []),
    ...section('Resources: + added, ~ changed, - removed', RESOURCES, diff.resources),
    ...section('Meetings', MEETINGS, diff.meetings),
    ...section('Quotas', QUOTAS, diff.quotas),
    ...section('Costs, with the prices of each file', COSTS, diff.costs),
  ].join('\n');
}

/** `+canary, -meetings`, or everything in a region that is added or removed. */
function contents({ change, before, after }: Difference<Plan['regions'][number]>): string {
  const [old, now] = [before?.holds ?? [], after?.holds ?? []];
  if (change !== 'changed') return [...old, ...now].join(', ');
  const added = now.filter((part) => !old.includes(part)).map((part) => `+${part}`);
  const removed = old.filter((part) => !now.includes(part)).map((part) => `-${part}`);
  return [...added, ...removed].join(', ') || 'same';
}

/** `5`, or `4 -> 5`. */
function numbers<T>({ before, after }: Difference<T>, of: (item: T) => number): string {
  const shown = [before, after].flatMap((each) => (each === undefined ? [] : number(of(each))));
  return [...new Set(shown)].join(' -> ');
}

function amount(value: CostDifference['before']): string {
  return value ? `${money(value.amount)} ${value.currency}` : '-';
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${money(Math.abs(value))}`;
}

/** `+2 ~1 -3 (1 kept)` */
function counts({ added, changed, removed, kept }: ResourceChange): string {
  const parts = Object.entries({ '+': added, '~': changed, '-': removed }).filter(([, value]) => value > 0);
  return [...parts.map(([sign, value]) => sign + number(value)), ...(kept > 0 ? [`(${number(kept)} kept)`] : [])].join(
    ' ',
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
