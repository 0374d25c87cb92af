import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { changesOf } from './change-set';
import { Change } from './changes';
import { BucketOptions, bucketsOf, templateSource } from './template-source';
import { Accounts } from '../aws/accounts';
import { AwsCli, AwsError } from '../aws/aws-cli';
import { accountOf, DeployedStack, findStack } from '../aws/stacks';
import { knownAccount, plainTemplateOf, requestOf } from '../deployment/request';

/** What a deployment would do to a stack. */
export interface StackDiff {
  readonly stackName: string;
  readonly region: string;
  readonly result: 'new' | 'changed' | 'unchanged' | 'failed';
  /** The status of the deployed stack. */
  readonly stackStatus?: string;
  /** The number of resources of a new stack. */
  readonly resources?: number;
  /** Empty if only other parts of the template change, such as outputs. */
  readonly changes?: readonly Change[];
  /** Whether `deploy.sh` enables termination protection. */
  readonly enablesTerminationProtection?: boolean;
  /** Why the stack could not be compared. */
  readonly problem?: string;
}

export interface DiffOptions {
  readonly accounts: Accounts;
  /** The value of `--assets-bucket-prefix`. */
  readonly prefix?: string;
  readonly qualifier: string;
  /** For temporary files. */
  readonly folder: string;
  readonly pollMs: number;
  /** Called with the URI of each template that was uploaded. */
  readonly onUpload: (uri: string) => void;
}

/** `deploy.sh` deletes these stacks first, since they never were complete. */
const REMAINS = ['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];
/** The parameters of templates for the AWS CDK CLI and for `deploy.sh`. */
const CDK_PARAMETER = 'BootstrapVersion';
const BUCKET_PARAMETER = 'AssetsBucket';

/** Compares a stack with its deployed version. A failure is a result. */
export async function diffOf(stack: CloudFormationStackArtifact, options: DiffOptions): Promise<StackDiff> {
  const { stackName, environment } = stack;
  const head = { stackName, region: environment.region };
  try {
    const account = knownAccount(stack);
    const aws = options.accounts.cli(environment.region, account);
    const deployed = await findStack(aws, stackName, account);
    const stackStatus = deployed?.StackStatus;
    if (!deployed || REMAINS.includes(deployed.StackStatus)) {
      return { ...head, stackStatus, result: 'new', resources: Object.keys(stack.template.Resources).length };
    }
    expectUpdatable(deployed);
    const enablesTerminationProtection =
      (stack.terminationProtection === true && !deployed.EnableTerminationProtection) || undefined;
    const changes = await compare(aws, stack, deployed, options);
    const result = changes || enablesTerminationProtection ? 'changed' : 'unchanged';
    return { ...head, stackStatus, result, changes, enablesTerminationProtection };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ...head, result: 'failed', problem: error.message };
  }
}

function expectUpdatable({ StackStatus }: DeployedStack): void {
  if (/_IN_PROGRESS$/.test(StackStatus)) {
    throw new AwsError(`The stack is ${StackStatus}. Run the command again when the operation is completed.`);
  }
  if (/_FAILED$/.test(StackStatus)) {
    throw new AwsError(
      `The stack is ${StackStatus}, and cannot be updated. Resolve this in the CloudFormation console.`,
    );
  }
}

async function compare(
  aws: AwsCli,
  stack: CloudFormationStackArtifact,
  deployed: DeployedStack,
  { prefix, qualifier, folder, pollMs, onUpload }: DiffOptions,
): Promise<Change[] | undefined> {
  const given = Object.fromEntries(
    (deployed.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
  // The AWS CDK CLI and deploy.sh deploy different templates of the same stack.
  const template = CDK_PARAMETER in given ? stack.template : plainTemplateOf(stack);
  const buckets: BucketOptions = {
    account: accountOf(deployed),
    current: given[BUCKET_PARAMETER],
    prefix,
    qualifier,
    dnsSuffix: RegionInfo.get(aws.region).domainSuffix ?? 'amazonaws.com',
  };
  const { uploaded, ...source } = await templateSource(aws, JSON.stringify(template), folder, buckets);
  if (uploaded !== undefined) onUpload(uploaded);
  const Parameters = Object.keys(template.Parameters ?? {}).flatMap((ParameterKey) => {
    const isBucket = ParameterKey === BUCKET_PARAMETER;
    if (ParameterKey in given && !(isBucket && prefix)) return { ParameterKey, UsePreviousValue: true };
    return isBucket ? { ParameterKey, ParameterValue: bucketsOf(aws, buckets)[0] } : []; // or its default
  });
  const request = { StackName: stack.stackName, ...source, Parameters, ...requestOf(stack) };
  return changesOf(aws, request, folder, pollMs);
}
