import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { VALID } from './support';
import { parseConfig } from '../../cli/config/load';
import { parsePath } from '../../cli/config/path';
import { mediaSchema, schemaErrors } from '../../cli/config/schema';
import { validPart } from '../../cli/config/valid-part';

/** Expects no exception, and a position in the file for every problem. */
function expectAnswer(text: string): void {
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { line, column, message } of parseConfig('media.yaml', text).problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines + 1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).toMatch(/got |unknown property|invalid YAML|duplicate|indent/);
    // No control sequences, and no line breaks.
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
}

const KEYS = Object.keys(mediaSchema().properties);
const MEDIA_KEYS = Object.keys(mediaSchema().definitions.ReplicatedMediaBucketProps.properties);
const word = fc.oneof(
  fc.constantFrom(...KEYS, ...MEDIA_KEYS, 'region', '__proto__', 'constructor', 'toString', 'name'),
  fc.string(),
);
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

describe('the parser of configs', () => {
  test('handles any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), expectAnswer), { numRuns: 300 });
  });

  test('handles any combination of YAML tokens', () => {
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
      { numRuns: 500, examples: [['[\n: ']] },
    );
  });

  test('handles any tree', () => {
    fc.assert(
      fc.property(fc.dictionary(word, tree), (value) => expectAnswer(stringify(value))),
      { numRuns: 150 },
    );
  });

  test('reports problems of a single property only', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), tree, (key, value) => {
        const text = VALID.includes(`${key}:`) ? VALID : `${VALID}${stringify({ [key]: value })}`;
        expectAnswer(text);
        for (const { path, line } of parseConfig('media.yaml', text).problems) {
          expect(path.startsWith(key) || path === '').toBe(true);
          expect(line).toBeGreaterThan(6);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('finds the valid part of any config', () => {
    const problems = fc.array(fc.constantFrom(...KEYS, 'media.replicas[0].proxy', 'media.tags'));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...MEDIA_KEYS), tree), problems, (media, invalid) => {
        const config = { ...parse(VALID), media: { replicas: [{ region: 'eu-west-1' }], ...media } };
        const part = validPart(config, [['media', 'bucket'], ...invalid.map(parsePath)]);
        if (part) expect(schemaErrors(part.config)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
