import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configErrorOf } from './support';
import { IMPORTS } from '../../cli/app/imports';
import { VALUES } from '../../cli/app/values';
import { parseConfig } from '../../cli/config/load';
import { COST_ITEMS } from '../../cli/plan/cost-items';

const ROOT = join(__dirname, '../..');
const schema = JSON.parse(readFileSync(join(ROOT, 'schema/media.schema.json'), 'utf8'));

describe('the schema', () => {
  test('says what the properties of the stack are, and so does its reference', () => {
    const generate = ['--tsconfig', 'scripts/tsconfig.json', 'scripts/config-schema/index.ts', '--check'];
    // If this fails: npm run schema
    execFileSync(join(ROOT, 'node_modules/.bin/tsx'), generate, { cwd: ROOT, stdio: 'pipe' });
  }, 60_000);

  test('has nothing that the command line does not know to make into a property', () => {
    const isPlain = ({ type, title, enum: members }: any) => type === 'object' && !title && !members;
    const names = Object.keys(schema.definitions).filter((name) => !isPlain(schema.definitions[name]));
    const texts = ['AccountId', 'Cidr', 'Email', 'Origin', 'Region'];
    expect(names.sort()).toEqual([...Object.keys(VALUES), ...Object.keys(IMPORTS), ...texts].sort());
  });

  test('has members of enums that there are', () => {
    for (const [name, { enum: members }] of Object.entries<any>(schema.definitions)) {
      for (const member of members ?? []) expect([name, member, VALUES[name](member)]).not.toContain(undefined);
    }
  });

  test('describes everything, for editors', () => {
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

  test('accepts what the documents show', () => {
    const documents = ['README.md', 'docs/cli.md'].map((file) => readFileSync(join(ROOT, file), 'utf8'));
    const shown = documents.flatMap((text) =>
      [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, config]) => config),
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const config of shown) expect(() => parseConfig('media.yaml', config)).not.toThrow();
    // The error that the README quotes.
    const [wrong] = shown.map((config) => config.replace('region: eu-central-1', 'region: eu-centrl-1'));
    const { file, line, column, path, message } = configErrorOf(() => parseConfig('media.yaml', wrong))!.problems[0];
    expect(documents[0]).toContain(`\`${file}:${line}:${column}  ${path}  ${message}\``);
  });

  test('has a price for everything that costs are estimated of', () => {
    expect(Object.keys(schema.definitions.Prices.properties)).toEqual(Object.keys(COST_ITEMS));
  });
});
