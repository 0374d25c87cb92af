import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Command, printJson } from '../context';
import { printWarnings } from './warnings';
import { withTemporaryFolder } from '../deployment/folder';

/** Checks whether a config can be synthesized, by synthesizing it into a temporary folder. */
export const validate: Command = (context) => {
  const { config: file, cwd, stdout, terminal } = context;
  const { config, document } = loadConfig(file, cwd);
  const stacks = withTemporaryFolder((folder) => {
    const { assembly } = synthesise(config, document, folder);
    printWarnings(context, assembly);
    return assembly.stacksRecursively.length;
  });
  if (context.json) return printJson(context, { valid: true, problems: [] });
  stdout.write(`${terminal.colors.green(`${file} is valid`)}: ${stacks} stacks\n`);
};
