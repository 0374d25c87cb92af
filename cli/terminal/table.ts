import { getBorderCharacters, table } from 'table';
import type { Terminal } from './terminal';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Whether its text can wrap on a narrow terminal. */
  readonly wraps?: boolean;
}

const MIN_WIDTH = 12;

/** Draws a table on a terminal. Elsewhere, writes lines of tab-separated fields, with the titles in the first line. */
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

/** Column widths: that of their text, reduced for wrapping columns if the table is too wide. */
function fit(space: number, columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const borders = 3 * columns.length + 1;
  for (let over = sum(widths) + borders - space; over > 0; over--) {
    const widest = columns
      .map(({ wraps }, index) => (wraps && widths[index] > MIN_WIDTH ? widths[index] : 0))
      .reduce((best, width, index, all) => (width > all[best] ? index : best), 0);
    if (!columns[widest].wraps || widths[widest] <= MIN_WIDTH) break;
    widths[widest]--;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
