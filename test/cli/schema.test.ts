import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMPORTS } from '../../cli/app/imports';
import { VALUES } from '../../cli/app/values';
import { parseConfig } from '../../cli/config/load';
import { PRICE_UNITS } from '../../cli/plan/prices';

const ROOT = join(__dirname, '../..');
const schema = JSON.parse(readFileSync(join(ROOT, 'schema/media.schema.json'), 'utf8'));

describe('the schema', () => {
  test('is up to date with the props of the stack, and so is its reference', () => {
    const generate = ['--tsconfig', 'scripts/tsconfig.json', 'scripts/config-schema/index.ts', '--check'];
    // If this fails: npm run schema
    execFileSync(join(ROOT, 'node_modules/.bin/tsx'), generate, { cwd: ROOT, stdio: 'pipe' });
  }, 60_000);

  test('has only definitions that the command line can convert', () => {
    const isPlain = ({ type, title, enum: members }: any) => type === 'object' && !title && !members;
    const names = Object.keys(schema.definitions).filter((name) => !isPlain(schema.definitions[name]));
    const texts = ['AccountId', 'Cidr', 'Email', 'Origin', 'Region'];
    expect(names.sort()).toEqual([...Object.keys(VALUES), ...Object.keys(IMPORTS), ...texts].sort());
  });

  test('has existing enum members only', () => {
    for (const [name, { enum: members }] of Object.entries<any>(schema.definitions)) {
      for (const member of members ?? []) expect([name, member, VALUES[name](member)]).not.toContain(undefined);
    }
  });

  test('has a description for every property', () => {
    const silent: string[] = [];
    const visit = (at: string, { properties = {} }: any) => {
      for (const [name, property] of Object.entries<any>(properties)) {
        if (!property.description) silent.push(`${at}.${name}`);
        visit(`${at}.${name}`, property);
      }
    };
    visit('', schema);
    Object.entries(schema.definitions).forEach(([name, definition]) => visit(name, definition));
    expect(silent).toEqual([]);
  });

  test('accepts the examples in the documents', () => {
    const documents = ['README.md', 'docs/cli.md'].map((file) => readFileSync(join(ROOT, file), 'utf8'));
    const shown = documents.flatMap((text) =>
      [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, config]) => config),
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const config of shown) {
      expect(parseConfig('media.yaml', config)).toMatchObject({ problems: [], regionProblems: [] });
    }
    // The error that the README shows.
    const [wrong] = shown.map((config) => config.replace('region: eu-central-1', 'region: eu-centrl-1'));
    const { file, line, column, path, message } = parseConfig('media.yaml', wrong).regionProblems[0];
    expect(documents[0]).toContain(`\`${file}:${line}:${column}  ${path}  ${message}\``);
  });

  test('has a price for every item of the estimate', () => {
    expect(Object.keys(schema.definitions.Prices.properties)).toEqual(Object.keys(PRICE_UNITS));
  });
});
