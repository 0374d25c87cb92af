import { AwsCli } from '../aws/aws-cli';
import type { MediaConfig } from '../config/config';
import { parseConfig, readConfig } from '../config/load';
import type { Context } from '../context';
import { ConfigError, inOrder, UsageError } from '../problems';

/** The output of `MediaReplicationStack` that contains the ids. */
const OUTPUT = 'RouterPreferences';

/** The preferences of a router in AppConfig. */
export interface Target {
  readonly aws: AwsCli;
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** The region of the router, which is the primary's. */
  readonly region: string;
  /** The replicas in the config. Undefined without a config. */
  readonly replicas?: MediaConfig['media']['replicas'];
}

/** Finds the preferences by the ids in the options, or by the output of the stack in the config. */
export async function targetOf(context: Context): Promise<Target> {
  const { application, environment, profile, region, env } = context;
  const ids = { application, environment, profile, region };
  const given = Object.values(ids).filter((id) => id !== undefined);
  if (given.length === 0) return targetOfConfig(context);
  if (!application || !environment || !profile || !region) {
    const missing = Object.entries(ids).flatMap(([name, id]) => (id ? [] : `--${name}`));
    throw new UsageError(
      `${missing.join(', ')} is missing. Specify all of --application, --environment, --profile and --region, or only --config.`,
    );
  }
  return { application, environment, profile, region, aws: new AwsCli(region, env) };
}

async function targetOfConfig({ config: file, cwd, env }: Context): Promise<Target> {
  const { document, problems, regionProblems } = parseConfig(file, readConfig(file, cwd));
  const found = [...problems, ...regionProblems];
  if (found.length > 0) throw new ConfigError(inOrder(found));
  const { stackName, region, media } = document.value as MediaConfig;
  const aws = new AwsCli(region, env);
  const { Stacks } = await aws.run('cloudformation', 'describe-stacks', { 'stack-name': stackName });
  const outputs: { OutputKey: string; OutputValue: string }[] = Stacks[0].Outputs ?? [];
  const ids = outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue.split('/');
  if (ids?.length !== 3) {
    throw new UsageError(
      `The stack ${stackName} in ${region} has no output ${OUTPUT}. Deploy it with outputs, or specify --application, ` +
        '--environment, --profile and --region.',
    );
  }
  const [application, environment, profile] = ids;
  return { aws, application, environment, profile, region, replicas: media.replicas };
}
