import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, printJson } from '../context';
import { packageVersion, readPackageFile } from '../package-files';
import { UsageError } from '../problems';

const SCHEMA_URL = 'https://raw.githubusercontent.com/cdk-media-replication/cdk-media-replication';

/** Creates a config file. */
export const init: Command = (context) => {
  const { config: file, cwd, force, stdout, terminal } = context;
  const version = packageVersion();
  // The schema of this version. Version 0.0.0 is unreleased and has no tag.
  const ref = version === '0.0.0' ? 'main' : `v${version}`;
  const text = readPackageFile('schema/media.example.yaml').replace(
    /(\$schema=)\S+/,
    `$1${SCHEMA_URL}/${ref}/schema/media.schema.json`,
  );
  try {
    writeFileSync(resolve(cwd, file), text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new UsageError(`${file} already exists. Specify another file with --config, or replace it with --force.`);
    }
    throw new UsageError(`${file} cannot be written (${code}).`);
  }
  if (context.json) return printJson(context, { written: file });
  stdout.write(`${terminal.colors.green(`wrote ${file}`)}\n`);
  context.stderr.write(`Next: edit it, then run npx cdk-media-replication plan --config ${file}\n`);
};
