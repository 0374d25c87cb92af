import { getBorderCharacters, table } from 'table';
import type { Terminal } from './terminal';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Whether its text may go over several lines where the terminal is narrow. */
  readonly wraps?: boolean;
}

const NARROWEST = 12;

/** Rows as a table on a terminal, and elsewhere as lines of fields between tabs, with the titles in the first. */
export function drawTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const titles = columns.map(({ title }) => title);
  if (!terminal.isTerminal) return `${[titles, ...rows].map((row) => row.join('\t')).join('\n')}\n`;
  const widths = fit(terminal.columns, columns, [titles, ...rows]);
  return table([titles.map((title) => terminal.colors.bold(title)), ...rows.map((row) => [...row])], {
    border: getBorderCharacters('norc'),
    columns: columns.map(({ right }, index) => ({
      width: widths[index],
      wrapWord: true,
      alignment: right ? 'right' : 'left',
    })),
    drawHorizontalLine: (line, count) => line <= 1 || line === count,
  });
}

/** As wide as their text, or, where that is too much, with less for those that wrap. */
function fit(space: number, columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const borders = 3 * columns.length + 1;
  for (let over = sum(widths) + borders - space; over > 0; over--) {
    const widest = columns
      .map(({ wraps }, index) => (wraps && widths[index] > NARROWEST ? widths[index] : 0))
      .reduce((best, width, index, all) => (width > all[best] ? index : best), 0);
    if (!columns[widest].wraps || widths[widest] <= NARROWEST) break;
    widths[widest]--;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
