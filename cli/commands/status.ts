import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Accounts } from '../aws/accounts';
import { Command, printJson } from '../context';
import { inTemporaryFolder } from '../deployment/folder';
import { UsageError } from '../problems';
import { showStatus } from '../status/show';
import { Status, statusOf } from '../status/status';

/** Shows the deployed stacks, replication, backfill and canary. */
export const status: Command = async (context) => {
  const { config: file, cwd, env, profiles, stdout, terminal } = context;
  const { config, document } = loadConfig(file, cwd);
  const found = await inTemporaryFolder(async (folder) => {
    const { stack, assembly } = synthesise(config, document, folder);
    return statusOf(config, stack, assembly, new Accounts(env, profiles));
  });
  expectAnswer(found);
  if (context.json) return printJson(context, found);
  stdout.write(showStatus(found, terminal));
};

/** If AWS answered for no stack, the cause is local: credentials, or the AWS CLI. */
function expectAnswer({ stacks }: Status): void {
  const problems = stacks.flatMap((stack) => ('problem' in stack ? stack.problem : []));
  if (problems.length === stacks.length) throw new UsageError(problems[0]);
}
