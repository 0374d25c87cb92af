import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Context, printJson } from '../context';
import { Answers, parseChoices } from '../init/choices';
import { configText } from '../init/config-text';
import { ask } from '../init/questions';
import { packageVersion } from '../package-files';
import { UsageError } from '../problems';

const SCHEMA_URL = 'https://raw.githubusercontent.com/cdk-media-replication/cdk-media-replication';

/** Creates a config file. On a terminal, asks for what the options do not specify. */
export const init: Command = async (context) => {
  const { config: file, cwd, force, stdout, terminal, template, region, replicas, proxies, meetings } = context;
  const path = resolve(cwd, file);
  const exists = `${file} already exists. Specify another file with --config, or replace it with --force.`;
  if (!force && existsSync(path)) throw new UsageError(exists);
  const given: Answers = { template, region, replicas, proxies, meetings };
  parseChoices(definedIn(given));
  const choices = parseChoices(definedIn(isInteractive(context) ? await ask(given, context) : given));
  const version = packageVersion();
  // The schema of this version. Version 0.0.0 is unreleased and has no tag.
  const ref = version === '0.0.0' ? 'main' : `v${version}`;
  const text = configText(choices, `${SCHEMA_URL}/${ref}/schema/media.schema.json`);
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'EEXIST' ? exists : `${file} cannot be written (${code}).`);
  }
  if (context.json) return printJson(context, { written: file });
  stdout.write(`${terminal.colors.green(`wrote ${file}`)}\n`);
  context.stderr.write(`Next: edit it, then run npx cdk-media-replication plan --config ${file}\n`);
};

function isInteractive({ stdin, json, messages }: Context): boolean {
  return stdin?.isTTY === true && messages.isTerminal && !json;
}

function definedIn(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined));
}
