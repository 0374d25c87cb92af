import { printWarnings } from './warnings';
import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Accounts } from '../aws/accounts';
import { Command, printJson } from '../context';
import { inTemporaryFolder } from '../deployment/folder';
import { DEFAULT_QUALIFIER } from '../deployment/request';
import { showDiff } from '../diff/show';
import { diffOf, StackDiff } from '../diff/stack-diff';
import { UsageError } from '../problems';
import { EXIT } from '../run';

const POLL_SECONDS = 2;

/** Shows what a deployment would change in the deployed stacks. */
export const diff: Command = async (context) => {
  const { config: file, cwd, env, json, fail, profiles, stdout, stderr, terminal } = context;
  const { config, document } = loadConfig(file, cwd);
  const uploaded: string[] = [];
  const stacks = await inTemporaryFolder(async (folder) => {
    const { assembly } = synthesise(config, document, folder);
    if (!json) printWarnings(context, assembly);
    const options = {
      accounts: new Accounts(env, profiles),
      prefix: context['assets-bucket-prefix'],
      qualifier: config.bootstrapQualifier ?? DEFAULT_QUALIFIER,
      folder,
      pollMs: Number(env.POLL_SECONDS ?? POLL_SECONDS) * 1000,
      onUpload: (uri: string) => void uploaded.push(uri),
    };
    // Each stack has a Region of its own, except those of replicas in a shared stack.
    return Promise.all(assembly.stacksRecursively.map((stack) => diffOf(stack, options)));
  });
  const failed = stacks.filter(({ result }) => result === 'failed');
  if (json) {
    printJson(context, { version: 1, stackName: config.stackName, changed: stacks.some(isChange), stacks, uploaded });
  } else {
    stdout.write(showDiff(stacks, terminal));
  }
  for (const uri of json ? [] : uploaded) stderr.write(`Uploaded a template to ${uri}\n`);
  if (failed.length > 0) throw new UsageError(`${failed.length} of ${stacks.length} stacks could not be compared.`);
  return fail && stacks.some(isChange) ? EXIT.changed : EXIT.done;
};

function isChange({ result }: StackDiff): boolean {
  return result === 'new' || result === 'changed';
}
