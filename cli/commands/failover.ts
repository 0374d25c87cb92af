import { synthesise } from '../app/build';
import { loadConfig } from '../app/load';
import { Accounts } from '../aws/accounts';
import { Command, Context, printJson } from '../context';
import { inTemporaryFolder } from '../deployment/folder';
import { failbackPlan } from '../failover/failback';
import { failoverPlan } from '../failover/failover';
import { FailoverPlan, StepReport } from '../failover/plan';
import { Platform, platformOf } from '../failover/platform';
import { UsageError } from '../problems';

/** Makes the replica in the standby's region take uploads and reads. */
export const failover: Command = (context) =>
  run(context, (platform) => {
    const { region } = platform.to;
    if (context.to !== region) {
      throw new UsageError(
        `--to: got ${JSON.stringify(context.to ?? '')}, expected ${region}, the region of the standby.`,
      );
    }
    return failoverPlan(platform);
  });

/** Returns uploads and reads to the primary. */
export const failback: Command = (context) =>
  run(context, (platform) => failbackPlan(platform, { cwd: context.cwd, isForced: context.force }));

async function run(context: Context, planOf: (platform: Platform) => FailoverPlan): Promise<void> {
  const { config: file, cwd, env, profiles, json, stdout, stderr, terminal } = context;
  const { config, document } = loadConfig(file, cwd);
  const isDryRun = context['dry-run'];
  const steps: StepReport[] = [];
  const show = ({ step, state, detail, lines, seconds }: StepReport) => {
    const end = state === 'done' ? `${seconds} s` : 'not run';
    const head = `${terminal.colors.bold(step.padEnd(9))} ${detail} (${end})`;
    stdout.write(`${[head, ...lines.map((line) => `  ${line}`)].join('\n')}\n`);
  };
  await inTemporaryFolder(async (folder) => {
    const { stack } = synthesise(config, document, folder);
    const plan = planOf(await platformOf(config, stack, new Accounts(env, profiles)));
    await plan.run(isDryRun, (step) => {
      steps.push(step);
      if (!json) show(step);
    });
  });
  if (json) printJson(context, { version: 1, steps });
  if (isDryRun) stderr.write('Nothing was changed (--dry-run).\n');
}
