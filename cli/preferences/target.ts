import { Stack } from 'aws-cdk-lib';
import { createStack } from '../app/build';
import { AwsCli } from '../aws/aws-cli';
import type { MediaConfig } from '../config/config';
import { parseConfig, readConfig } from '../config/load';
import type { Context } from '../context';
import { inTemporaryFolder } from '../deployment/folder';
import { ConfigError, inOrder, UsageError } from '../problems';

/** The output of `MediaReplicationStack` that contains the ids. */
const OUTPUT = 'RouterPreferences';
/** For a router with a standby: one of the two regions may not answer. */
const HASTE = { isImpatient: true, limitMs: 15_000 };

/** The preferences of a router in AppConfig. */
export interface Target {
  readonly aws: AwsCli;
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** The region of the primary. */
  readonly primary: string;
  /** The replicas in the config. Undefined without a config. */
  readonly replicas?: MediaConfig['media']['replicas'];
}

/** A router, or its standby. */
export interface RouterOf {
  /** Undefined for a router without a standby. */
  readonly name?: string;
  readonly isStandby: boolean;
  readonly find: () => Promise<Target>;
}

/**
 * The router whose ids the options specify; or the router in the config, which the stack's output identifies, and its
 * standby.
 */
export async function routersIn(context: Context): Promise<RouterOf[]> {
  const { application, environment, profile, region, env } = context;
  const ids = { application, environment, profile, region };
  const given = Object.values(ids).filter((id) => id !== undefined);
  if (given.length === 0) return routersOfConfig(context);
  if (!application || !environment || !profile || !region) {
    const missing = Object.entries(ids).flatMap(([name, id]) => (id ? [] : `--${name}`));
    throw new UsageError(
      `${missing.join(', ')} is missing. Specify all of --application, --environment, --profile and --region, or only --config.`,
    );
  }
  const target = { application, environment, profile, primary: region, aws: new AwsCli(region, env) };
  return [{ isStandby: false, find: async () => target }];
}

async function routersOfConfig({ config: file, cwd, env }: Context): Promise<RouterOf[]> {
  const { document, problems, regionProblems } = parseConfig(file, readConfig(file, cwd));
  const found = [...problems, ...regionProblems];
  if (found.length > 0) throw new ConfigError(inOrder(found));
  const config = document.value as MediaConfig;
  const { stackName, region: primary, media, router } = config;
  const find = (stack: string, region: string) => async () => {
    const aws = new AwsCli(region, env, router?.standby ? HASTE : {});
    return { ...(await idsIn(stack, aws)), aws, primary, replicas: media.replicas };
  };
  const ofRouter = { isStandby: false, find: find(stackName, primary) };
  if (!router?.standby) return [ofRouter];
  const { region } = router.standby;
  const standby = await inTemporaryFolder(async (folder) => createStack(config, folder).router.standby!);
  return [
    { ...ofRouter, name: `router in ${primary}` },
    { name: `standby in ${region}`, isStandby: true, find: find(Stack.of(standby).stackName, region) },
  ];
}

async function idsIn(stackName: string, aws: AwsCli): Promise<Pick<Target, 'application' | 'environment' | 'profile'>> {
  const { Stacks } = await aws.run('cloudformation', 'describe-stacks', { 'stack-name': stackName });
  const outputs: { OutputKey: string; OutputValue: string }[] = Stacks[0].Outputs ?? [];
  const ids = outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue.split('/');
  if (ids?.length !== 3) {
    throw new UsageError(
      `The stack ${stackName} in ${aws.region} has no output ${OUTPUT}. Deploy it with outputs, or specify --application, ` +
        '--environment, --profile and --region.',
    );
  }
  const [application, environment, profile] = ids;
  return { application, environment, profile };
}
