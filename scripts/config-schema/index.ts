import { readFileSync, writeFileSync } from 'node:fs';
import { configSchema } from './config-schema';
import { withReference } from './reference';

/**
 * Makes schema/media.schema.json and the reference in docs/cli.md from what jsii knows of the library, or says, with
 * `--check`, whether they are as they would be made.
 */
const schema = configSchema();
const files = {
  'schema/media.schema.json': `${JSON.stringify(schema, undefined, 2)}\n`,
  'docs/cli.md': withReference(readFileSync('docs/cli.md', 'utf8'), schema),
};
for (const [file, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
  } else if (readFileSync(file, 'utf8') !== content) {
    process.stderr.write(`${file} does not say what the properties are: npm run schema\n`);
    process.exitCode = 1;
  }
}
