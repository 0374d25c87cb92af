import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AssetManifestArtifact, CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
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
  readonly command: string;
  /** The command to deploy without the AWS CDK CLI, if there are no assets and the template is small enough. */
  readonly withoutCdk?: string;
}

export interface Deployment {
  readonly version: 1;
  /** For each account and region. */
  readonly bootstrap: readonly { readonly region: string; readonly command: string }[];
  readonly steps: readonly DeploymentStep[];
}

/** Larger templates must be uploaded to a bucket. */
const MAX_DIRECT_TEMPLATE_BYTES = 51_200;

/** The stacks in deployment order: each after the stacks it depends on. */
export function deploymentOf(assembly: CloudAssembly, outdir: string, qualifier?: string): Deployment {
  const stacks = assembly.stacksRecursively;
  const environments = new Map(
    stacks.map(({ environment }) => [`${environment.account}/${environment.region}`, environment]),
  );
  const withQualifier = qualifier ? ` --qualifier ${shellWord(qualifier)}` : '';
  return {
    version: 1,
    bootstrap: [...environments.values()].map(({ account, region }) => {
      const target = `aws://${isKnown(account) ? account : '$AWS_ACCOUNT_ID'}/${region}`;
      return { region, command: `npx cdk bootstrap ${target}${withQualifier}` };
    }),
    steps: stacks.map((stack, index) => step(stack, index, stacks, outdir)),
  };
}

function step(
  stack: CloudFormationStackArtifact,
  index: number,
  stacks: CloudFormationStackArtifact[],
  outdir: string,
): DeploymentStep {
  const { account, region } = stack.environment;
  const template = basename(stack.templateFullPath);
  const hasAssets = uploads(stack) > 0;
  const direct = !hasAssets && readFileSync(stack.templateFullPath).length <= MAX_DIRECT_TEMPLATE_BYTES;
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
    template,
    hasAssets,
    command: `npx cdk deploy --app ${shellWord(outdir)} --exclusively ${shellWord(stack.hierarchicalId)}`,
    ...(direct && { withoutCdk: cloudFormationCommand(stack, `${outdir}/${template}`) }),
  };
}

function cloudFormationCommand(
  { stackName, environment, tags }: CloudFormationStackArtifact,
  template: string,
): string {
  const tagged = Object.entries(tags).map(([name, value]) => shellWord(`${name}=${value}`));
  return [
    `aws cloudformation deploy --region ${environment.region} --stack-name ${shellWord(stackName)}`,
    `--template-file ${shellWord(template)} --capabilities CAPABILITY_NAMED_IAM`,
    ...(tagged.length > 0 ? [`--tags ${tagged.join(' ')}`] : []),
  ].join(' ');
}

/** The number of files to upload to the bootstrap bucket, without the template. */
function uploads(stack: CloudFormationStackArtifact): number {
  return stack.dependencies
    .filter((artifact): artifact is AssetManifestArtifact => AssetManifestArtifact.isAssetManifestArtifact(artifact))
    .flatMap(({ file }) => Object.values<any>(JSON.parse(readFileSync(file, 'utf8')).files ?? {}))
    .filter(({ source }) => source?.path !== basename(stack.templateFullPath)).length;
}

function isKnown(account: string): boolean {
  return /^\d{12}$/.test(account);
}
