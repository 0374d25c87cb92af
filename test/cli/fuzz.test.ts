import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { configErrorOf, RIGHT } from './support';
import { parseConfig } from '../../cli/config/load';
import { mediaSchema } from '../../cli/config/schema';

/** Never another error than of the config, and always a place in it. */
function expectAnswer(text: string): void {
  const error = configErrorOf(() => parseConfig('media.yaml', text));
  if (!error) return;
  const lines = text.split(/\r\n|\r|\n/).length;
  expect(error.problems.length).toBeGreaterThan(0);
  for (const { line, column, message } of error.problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines + 1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).toMatch(/got |is not |twice|indent/);
    // Nothing that could change a terminal, or break a line for a script.
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
}

const KEYS = Object.keys(mediaSchema().properties);
const word = fc.oneof(fc.constantFrom(...KEYS, 'region', '__proto__', 'constructor', 'toString', 'name'), fc.string());
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, 'no', '15 minutes', 'eu-west-1', '~', '<<'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(word, tie('tree'), { maxKeys: 5 }),
  ),
}));

describe('a config of any content', () => {
  test('that is any text is answered', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), expectAnswer), { numRuns: 300 });
  });

  test('that is made of what YAML is made of is answered', () => {
    const pieces = fc.constantFrom(
      '\n',
      '\t',
      '  ',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '!!int ',
      '|\n',
      '"',
      "'",
      '#',
      '---\n',
      '? ',
      '%',
      '@',
      'region',
      'no',
      '012',
      '<<: ',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
        expectAnswer,
      ),
      { numRuns: 500 },
    );
  });

  test('that is any tree is answered', () => {
    fc.assert(
      fc.property(fc.dictionary(word, tree), (value) => expectAnswer(stringify(value))),
      { numRuns: 150 },
    );
  });

  test('that is right but for one property is told of that property', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), tree, (key, value) => {
        const text = RIGHT.includes(`${key}:`) ? RIGHT : `${RIGHT}${stringify({ [key]: value })}`;
        expectAnswer(text);
        const error = configErrorOf(() => parseConfig('media.yaml', text));
        for (const { path, line } of error?.problems ?? []) {
          expect(path.startsWith(key) || path === '').toBe(true);
          expect(line).toBeGreaterThan(5);
        }
      }),
      { numRuns: 150 },
    );
  });
});
