import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Context, printJson } from '../context';
import { diffOf } from '../plan/diff/diff';
import { showDiff } from '../plan/diff/show-diff';
import { PlannedFile, planFile } from '../plan/plan-file';
import { showPlan } from '../plan/show';
import { ConfigError, UsageError } from '../problems';

/** Shows what a config would deploy, or what changes between two configs. */
export const plan: Command = (context) => {
  const { config: file, diff: old, stdout, terminal } = context;
  if (old !== undefined) {
    if (!existsSync(resolve(context.cwd, old))) {
      throw new UsageError(`${old} was not found. Specify an existing config with --diff.`);
    }
    const [before, after] = planFiles([old, file], context);
    const diff = diffOf(before, after);
    if (context.json) return printJson(context, diff);
    stdout.write(showDiff(diff, terminal));
    return;
  }
  const { plan: planned } = planFile(file, context, { warn: !context.json });
  if (context.json) return printJson(context, planned);
  stdout.write(showPlan(planned, terminal));
};

/** @throws ConfigError with the problems of all files */
function planFiles(files: readonly string[], context: Context): PlannedFile[] {
  const problems: ConfigError['problems'][number][] = [];
  const planned = files.flatMap((file) => {
    try {
      return planFile(file, context, { warn: false });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return planned;
}
