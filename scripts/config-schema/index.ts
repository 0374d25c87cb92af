import { readFileSync, writeFileSync } from 'node:fs';
import { configSchema } from './config-schema';
import { withReference } from './reference';

/**
 * Generates schema/media.schema.json and the reference in docs/cli.md from the jsii assembly. With `--check`, reports
 * whether they are up to date.
 */
const schema = configSchema();
const files = {
  // Lines, but no indentation, because the size of the package is limited.
  'schema/media.schema.json': `${JSON.stringify(schema, undefined, 1).replace(/^ +/gm, '')}\n`,
  'docs/cli.md': withReference(readFileSync('docs/cli.md', 'utf8'), schema),
};
for (const [file, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
  } else if (readFileSync(file, 'utf8') !== content) {
    process.stderr.write(`${file} is out of date: npm run schema\n`);
    process.exitCode = 1;
  }
}
