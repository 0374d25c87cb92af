import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsCli, AwsError } from './aws-cli';
import { inTemporaryFolder } from '../deployment/folder';

/**
 * The name of a function, which CloudFormation generates unless other stacks refer to it.
 *
 * @param purpose for the error if the deployed stack does not have it yet
 */
export async function nameOf(fn: IFunction | string, purpose: string, aws: AwsCli): Promise<string> {
  if (typeof fn === 'string') return fn;
  const stack = Stack.of(fn);
  const name = stack.resolve(fn.functionName);
  if (typeof name === 'string') return name;
  const [found] = await aws.run('cloudformation', 'list-stack-resources', {
    'stack-name': stack.stackName,
    query: `StackResourceSummaries[?LogicalResourceId=='${name.Ref}'].PhysicalResourceId`,
  });
  if (!found) throw new AwsError(`The stack ${stack.stackName} has no ${purpose} function. Deploy it again.`);
  return found;
}

/** Invokes a function, and returns its response. */
export async function invoke<T>(name: string, request: object, aws: AwsCli): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const [input, output] = [join(folder, 'request'), join(folder, 'response')];
    writeFileSync(input, JSON.stringify(request));
    // Versions 1 and 2 of the AWS CLI read text in different encodings.
    const options = { 'function-name': name, payload: `fileb://${input}` };
    const { FunctionError } = await aws.run('lambda', 'invoke', options, output);
    const response = JSON.parse(readFileSync(output, 'utf8'));
    if (FunctionError) {
      throw new AwsError(`The function ${name} failed: ${response.errorType} ${response.errorMessage}`);
    }
    return response as T;
  });
}
