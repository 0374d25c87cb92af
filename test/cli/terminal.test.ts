import { drawTable } from '../../cli/terminal/table';
import { ColorOption, StreamFacts, Terminal } from '../../cli/terminal/terminal';

const TTY = { isTTY: true, columns: 80 };
const FILE = {};

describe('Terminal', () => {
  test.each<[string, StreamFacts, NodeJS.ProcessEnv, ColorOption, boolean]>([
    ['on a terminal', TTY, {}, undefined, true],
    ['not in a file', FILE, {}, undefined, false],
    ['not with NO_COLOR', TTY, { NO_COLOR: '1' }, undefined, false],
    ['with an empty NO_COLOR, which has no effect', TTY, { NO_COLOR: '' }, undefined, true],
    ['not in CI', TTY, { CI: 'true' }, undefined, false],
    ['not on a dumb terminal', TTY, { TERM: 'dumb' }, undefined, false],
    ['with FORCE_COLOR', FILE, { FORCE_COLOR: '1' }, undefined, true],
    ['with --color', FILE, { NO_COLOR: '1' }, 'always', true],
    ['not with --no-color', TTY, { FORCE_COLOR: '1' }, 'never', false],
  ])('uses colors %s', (_, stream, env, wish, colors) => {
    expect(new Terminal(stream, env, wish).colors.red('x') !== 'x').toBe(colors);
  });

  test('wraps lines between words only', () => {
    const terminal = new Terminal({ isTTY: true, columns: 40 }, {}, undefined);
    const long = 'x'.repeat(60);
    expect(terminal.wrap(`one two ${long} three`, 2)).toBe(`  one two\n  ${long}\n  three`);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'Name', wraps: true },
    { title: 'Count', right: true },
  ];

  test('fits the terminal by wrapping columns', () => {
    const terminal = new Terminal({ isTTY: true, columns: 40 }, { NO_COLOR: '1' }, undefined);
    const lines = drawTable(terminal, columns, [['word '.repeat(20).trim(), '1']]).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(40);
  });

  test('is lines of tab-separated fields elsewhere', () => {
    expect(drawTable(new Terminal(FILE, {}, undefined), columns, [['a', '1']])).toBe('Name\tCount\na\t1\n');
  });
});
