import { synthesise } from '../app/build';
import { loadConfig } from '../config/load';
import { Command, printJson } from '../context';
import { printWarnings } from './warnings';
import { withTemporaryFolder } from '../deployment/folder';

/** Says whether a config can be synthesised. It is, into nowhere, so that the constructs say what they think too. */
export const validate: Command = (context) => {
  const { config: file, cwd, stdout, terminal } = context;
  const loaded = loadConfig(file, cwd);
  const stacks = withTemporaryFolder((folder) => {
    const { assembly } = synthesise(loaded, folder);
    printWarnings(context, assembly);
    return assembly.stacksRecursively.length;
  });
  if (context.json) return printJson(context, { valid: true, problems: [] });
  stdout.write(`${terminal.colors.green(`${file} is right`)}: ${stacks} stacks\n`);
};
