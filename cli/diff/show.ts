import { StackDiff } from './stack-diff';
import { drawTable } from '../terminal/table';
import type { Terminal } from '../terminal/terminal';

const COLUMNS = [
  { title: 'Change' },
  { title: 'Resource', wraps: true },
  { title: 'Type', wraps: true },
  { title: 'Properties', wraps: true },
];

/** The differences of all stacks in readable form, and a summary of the warnings. */
export function showDiff(stacks: readonly StackDiff[], terminal: Terminal): string {
  const warnings = stacks.flatMap(({ stackName, changes = [] }) =>
    changes.flatMap((change) => (change.warning ? { stackName, change, ...change.warning } : [])),
  );
  const ofData = warnings.filter(({ level }) => level === 'data');
  const others = warnings.filter(({ level }) => level !== 'data');
  const { red, yellow, bold } = terminal.colors;
  const lines = [
    ...ofData.map((each) => ({ ...each, label: bold(red('DATA')) })),
    ...others.map((each) => ({ ...each, label: yellow('warning') })),
  ].map(({ label, stackName, change: { resource, type }, text }) => {
    const line = `${stackName}/${resource} (${type}): ${text}`;
    return terminal.isTerminal ? `${label}\n${terminal.wrap(line, 2)}\n` : `${label}  ${line}\n`;
  });
  return [...stacks.map((stack) => showStack(stack, terminal)), ...(lines.length > 0 ? [lines.join('')] : [])].join(
    '\n',
  );
}

function showStack(stack: StackDiff, terminal: Terminal): string {
  const { changes = [] } = stack;
  const head = `${terminal.colors.bold(`${stack.stackName} (${stack.region})`)}: ${summary(stack)}\n`;
  const rows = changes.map((change) => {
    return [change.kind, change.resource, change.type, change.properties.join(', ') || '-'];
  });
  return rows.length > 0 ? `${head}${drawTable(terminal, COLUMNS, rows)}` : head;
}

function summary(stack: StackDiff): string {
  const { result, stackStatus, resources, changes, enablesTerminationProtection, problem } = stack;
  const remains =
    stackStatus === undefined ? '' : `; the remains of an earlier attempt (${stackStatus}) are deleted first`;
  switch (result) {
    case 'new':
      return `new, with ${resources} resources${remains}`;
    case 'unchanged':
      return 'no changes';
    case 'failed':
      return problem!;
    default:
      return [
        ...(changes
          ? [changes.length > 0 ? plural(changes.length, 'change') : 'no resource changes, but others such as outputs']
          : []),
        ...(enablesTerminationProtection ? ['termination protection is enabled'] : []),
      ].join('; ');
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
