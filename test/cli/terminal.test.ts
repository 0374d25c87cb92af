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

  test('breaks long words, and aligns every line', () => {
    const terminal = new Terminal({ isTTY: true, columns: 40 }, { NO_COLOR: '1' }, undefined);
    const text = 'AWS::ElasticLoadBalancingV2::TargetGroup x';
    expect(drawTable(terminal, columns, [[text, '12']])).toBe(`┌──────────────────────────────┬───────┐
│ Name                         │ Count │
├──────────────────────────────┼───────┤
│ AWS::                        │    12 │
│ ElasticLoadBalancingV2::     │       │
│ TargetGroup x                │       │
└──────────────────────────────┴───────┘
`);
  });

  test('has bold titles, whose color codes take no space', () => {
    const terminal = new Terminal({ isTTY: true, columns: 40 }, {}, undefined);
    const [, titles, , row] = drawTable(terminal, columns, [['long name', '1']]).split('\n');
    expect(titles).toBe('│ \u001b[1mName\u001b[22m      │ \u001b[1mCount\u001b[22m │');
    expect(row).toBe('│ long name │     1 │');
  });

  test('is lines of tab-separated fields elsewhere', () => {
    expect(drawTable(new Terminal(FILE, {}, undefined), columns, [['a', '1']])).toBe('Name\tCount\na\t1\n');
  });
});
