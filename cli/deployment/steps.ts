import { basename } from 'node:path';
import { Manifest } from 'aws-cdk-lib/cloud-assembly-schema';
import type { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { assetsOf } from './assets';
import { SCRIPTS } from './scripts';
import { shellWord } from './shell';

/** A stack to deploy. docs/cli.md describes the format for scripts. */
export interface DeploymentStep {
  readonly order: number;
  readonly stackId: string;
  readonly stackName: string;
  readonly region: string;
  /** Only if specified in the config. */
  readonly account?: string;
  /** The `order` of each step that must be completed first. */
  readonly after: readonly number[];
  /** The file name of the template. */
  readonly template: string;
  /** Whether other files than the template must be uploaded, as the AWS CDK CLI does. */
  readonly hasAssets: boolean;
  /** The command of the AWS CDK CLI. */
  readonly command: string;
}

export interface Deployment {
  readonly version: 1;
  /** Scripts that deploy and delete all stacks with the AWS CLI, in the output folder. */
  readonly scripts: { readonly deploy: string; readonly destroy: string };
  /** The command of the AWS CDK CLI that each account and region requires once, if not bootstrapped yet. */
  readonly bootstrap: string;
  readonly steps: readonly DeploymentStep[];
}

/** The stacks in deployment order: each after the stacks it depends on. */
export function deploymentOf(assembly: CloudAssembly, outdir: string, qualifier?: string): Deployment {
  const stacks = assembly.stacksRecursively;
  const cdk = `npx --yes aws-cdk@${Manifest.cliVersion() ?? '2'}`;
  const app = `--app ${shellWord(outdir)}`;
  const withQualifier = qualifier ? ` --qualifier ${shellWord(qualifier)}` : '';
  return {
    version: 1,
    scripts: SCRIPTS,
    bootstrap: `${cdk} bootstrap ${app}${withQualifier}`,
    steps: stacks.map((stack, index) => step(stack, index, stacks, `${cdk} deploy ${app} --require-approval never`)),
  };
}

function step(
  stack: CloudFormationStackArtifact,
  index: number,
  stacks: CloudFormationStackArtifact[],
  deploy: string,
): DeploymentStep {
  const { account, region } = stack.environment;
  return {
    order: index + 1,
    stackId: stack.hierarchicalId,
    stackName: stack.stackName,
    region,
    ...(isKnown(account) && { account }),
    after: stack.dependencies
      .map(({ id }) => stacks.findIndex((other) => other.id === id) + 1)
      .filter((position) => position > 0)
      .sort((a, b) => a - b),
    template: basename(stack.templateFullPath),
    hasAssets: assetsOf(stack).length > 0,
    command: `${deploy} --exclusively ${shellWord(stack.hierarchicalId)}`,
  };
}

function isKnown(account: string): boolean {
  return /^\d{12}$/.test(account);
}
