import { AwsCli, AwsError } from './aws-cli';

/** What CloudFormation returns about a stack. */
export interface DeployedStack {
  readonly StackId: string;
  readonly StackStatus: string;
  readonly StackStatusReason?: string;
  readonly CreationTime: string;
  readonly LastUpdatedTime?: string;
  readonly EnableTerminationProtection?: boolean;
  readonly Parameters?: readonly { readonly ParameterKey: string; readonly ParameterValue?: string }[];
}

/**
 * Describes a stack.
 *
 * @param account the account in the config, if any
 * @returns undefined if the stack does not exist
 * @throws AwsError if the credentials belong to another account, in which the stack cannot be found
 */
export async function findStack(aws: AwsCli, stackName: string, account?: string): Promise<DeployedStack | undefined> {
  try {
    const { Stacks } = await aws.run('cloudformation', 'describe-stacks', { 'stack-name': stackName });
    expectAccount(accountOf(Stacks[0]), account);
    return Stacks[0];
  } catch (error) {
    if (!(error instanceof AwsError) || !/does not exist/.test(error.message)) throw error;
    if (account !== undefined) expectAccount((await aws.run('sts', 'get-caller-identity', {})).Account, account);
    return undefined;
  }
}

export function accountOf({ StackId }: DeployedStack): string {
  return StackId.split(':')[4];
}

function expectAccount(actual: string, expected?: string): void {
  if (expected === undefined || actual === expected) return;
  throw new AwsError(
    `The credentials belong to account ${actual}, expected ${expected}. Use credentials of ${expected}, or specify ` +
      `--profile ${expected}=<profile>.`,
  );
}
