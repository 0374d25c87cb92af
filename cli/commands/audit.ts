import { setTimeout } from 'node:timers/promises';
import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { showProgress } from '../audit/progress';
import { showAudit } from '../audit/show';
import { Accounts } from '../aws/accounts';
import { AwsCli } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';
import { Command, Context, printJson } from '../context';
import { inTemporaryFolder } from '../deployment/folder';
import { UsageError } from '../problems';
import { EXIT } from '../run';
import { AuditResult, AuditStatus } from '../status/audit';

const POLL_MS = 5_000;

/** Compares all copies, or shows the latest comparison. */
export const audit: Command = async (context) => {
  const { show, prefix, since } = context;
  const noWait = context['no-wait'];
  if (show && (prefix !== undefined || since !== undefined || noWait)) {
    throw new UsageError('--show starts no run, and cannot be used with --prefix, --since and --no-wait.');
  }
  const ask = await functionOf(context);
  const before = await ask({ operation: 'DescribeAudit' });
  if (show) return print(context, before, before.last);
  const started = await ask({ operation: 'AuditReplicas', prefix, since });
  if (noWait) {
    if (context.json) return printJson(context, started);
    context.stdout.write(`The audit is ${started.state}. See its result with --show.\n`);
    return undefined;
  }
  const ended = started.state === 'idle' ? started : await waitFor(ask, context, started);
  const isScoped = prefix !== undefined || since !== undefined;
  if (ended.failure) throw new UsageError(`The audit failed: ${ended.failure.message}`);
  return print(context, ended, isScoped ? ended.lastScoped : ended.last);
};

type Ask = (request: object) => Promise<AuditStatus>;

/** Finds the function of the stack in the config. */
async function functionOf({ config: file, cwd, env, profiles }: Context): Promise<Ask> {
  const { config, document } = loadConfig(file, cwd);
  const aws: AwsCli = new Accounts(env, profiles).cli(config.region, config.account);
  const name = await inTemporaryFolder(async (folder) => {
    const { stack } = synthesise(config, document, folder);
    if (!stack.audit) throw new UsageError(`${file} has no audit. Add \`audit: {}\`, and deploy the stack.`);
    return nameOf(stack.audit.function, 'audit', aws);
  });
  return (request) => invoke<AuditStatus>(name, request, aws);
}

/** A run that waits for an inventory can take two days, so the command does not wait for its start. */
async function waitFor(ask: Ask, { messages, stderr }: Context, started: AuditStatus): Promise<AuditStatus> {
  let status = started;
  while (status.state !== 'idle') {
    if (status.state === 'waiting' && status.waiting) {
      throw new UsageError(`${status.waiting.message} The audit starts by itself. See its result with --show.`);
    }
    showProgress(status, messages, stderr);
    await setTimeout(POLL_MS);
    status = await ask({ operation: 'DescribeAudit' });
  }
  showProgress(undefined, messages, stderr);
  return status;
}

function print(context: Context, status: AuditStatus, result: AuditResult | undefined): number | void {
  if (context.json) printJson(context, status);
  else if (result) context.stdout.write(showAudit(result, context.terminal));
  else context.stdout.write(`${status.waiting?.message ?? 'There is no result yet.'}\n`);
  return result && result.missing + result.different > 0 ? EXIT.changed : undefined;
}
