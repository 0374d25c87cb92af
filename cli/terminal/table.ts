import type { Terminal } from './terminal';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Whether its text can wrap on a narrow terminal. */
  readonly wraps?: boolean;
}

/** A column, with the text of its cell for an item. */
export interface ColumnOf<T> extends Column {
  readonly cell: (item: T, index: number) => string;
}

const MIN_WIDTH = 12;

/** Draws a table with a row for each item, and rows after them. */
export function drawRows<T>(
  terminal: Terminal,
  columns: readonly ColumnOf<T>[],
  items: readonly T[],
  more: readonly (readonly string[])[] = [],
): string {
  const rows = items.map((item, index) => columns.map(({ cell }) => cell(item, index)));
  return drawTable(terminal, columns, [...rows, ...more]);
}

/** Draws a table on a terminal. Elsewhere, writes lines of tab-separated fields, with the titles in the first line. */
export function drawTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const titles = columns.map(({ title }) => title);
  if (!terminal.isTerminal) return `${[titles, ...rows].map((row) => row.join('\t')).join('\n')}\n`;
  const widths = fit(terminal.columns, columns, [titles, ...rows]);
  const line = (left: string, middle: string, right: string) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}\n`;
  const draw = (row: readonly string[], style = (text: string) => text) => {
    const cells = row.map((text, index) => wrapped(text, widths[index]));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, at) => {
      const texts = cells.map((lines, index) => aligned(lines[at] ?? '', widths[index], columns[index].right, style));
      return `│ ${texts.join(' │ ')} │\n`;
    }).join('');
  };
  return [
    line('┌', '┬', '┐'),
    draw(titles, terminal.colors.bold),
    line('├', '┼', '┤'),
    ...rows.map((row) => draw(row)),
    line('└', '┴', '┘'),
  ].join('');
}

/** Pads a text that has one column for each character, as all names in tables have. */
function aligned(text: string, width: number, right: boolean | undefined, style: (text: string) => string): string {
  const space = ' '.repeat(Math.max(0, width - text.length));
  if (text === '') return space;
  return right ? space + style(text) : style(text) + space;
}

/** Lines of a text: broken between words, after punctuation, or anywhere in a longer word. */
function wrapped(text: string, width: number): string[] {
  const line = new RegExp(
    `(.{1,${width}})(?:\\s+|$)|(.{0,${width - 2}}::|.{0,${width - 1}}[-/_.,;])|(.{1,${width}})`,
    'g',
  );
  return [...text.matchAll(line)].map(([, words, part, rest]) => words ?? part ?? rest);
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
