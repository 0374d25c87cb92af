import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsCli, AwsError } from '../aws/aws-cli';
import { inTemporaryFolder } from '../deployment/folder';

/** A part of the response to `DescribeReplication`. docs/operations.md describes the operation. */
interface Described {
  readonly jobs: readonly BackfillJob[];
  readonly failures: { readonly outstanding: number; readonly givenUp: number };
  readonly errorType?: string;
  readonly errorMessage?: string;
}

export interface BackfillJob {
  readonly kind: 'backfill' | 'repair';
  readonly cause: string;
  readonly state: 'wanted' | 'started' | 'reporting' | 'finished';
  readonly outcome?: string;
  readonly total?: number;
  readonly done?: number;
  readonly failed?: number;
  readonly secondsLeft?: number;
  readonly failure?: string;
  readonly asOf?: string;
}

export interface BackfillStatus {
  /** The backfill that is in progress, or the latest one. Absent if there was none. */
  readonly job?: BackfillJob;
  /** The number of jobs in progress: backfills and repairs. */
  readonly jobsInProgress: number;
  /** The number of objects that failed to replicate, and of those that are no longer retried. */
  readonly outstanding: number;
  readonly givenUp: number;
}

/** Asks the status function of a copy. */
export async function backfillStatus(status: LambdaFunction, aws: AwsCli): Promise<BackfillStatus> {
  const { jobs, failures } = await describe(await nameOf(status, aws), aws);
  const inProgress = jobs.filter(({ state }) => state !== 'finished');
  const isBackfill = ({ kind }: BackfillJob) => kind === 'backfill';
  const job = inProgress.find(isBackfill) ?? jobs.find(isBackfill);
  const { outstanding, givenUp } = failures;
  return { job: job && shown(job), jobsInProgress: inProgress.length, outstanding, givenUp };
}

function shown({
  kind,
  cause,
  state,
  outcome,
  total,
  done,
  failed,
  secondsLeft,
  failure,
  asOf,
}: BackfillJob): BackfillJob {
  return { kind, cause, state, outcome, total, done, failed, secondsLeft, failure, asOf };
}

/** The name of a function, which CloudFormation generates unless other stacks refer to it. */
async function nameOf(status: LambdaFunction, aws: AwsCli): Promise<string> {
  const stack = Stack.of(status);
  const name = stack.resolve(status.functionName);
  if (typeof name === 'string') return name;
  const [found] = await aws.run('cloudformation', 'list-stack-resources', {
    'stack-name': stack.stackName,
    query: `StackResourceSummaries[?LogicalResourceId=='${name.Ref}'].PhysicalResourceId`,
  });
  if (!found) throw new AwsError(`The stack ${stack.stackName} has no status function. Deploy it again.`);
  return found;
}

async function describe(name: string, aws: AwsCli): Promise<Described> {
  return inTemporaryFolder(async (folder) => {
    const [request, response] = [join(folder, 'request'), join(folder, 'response')];
    writeFileSync(request, JSON.stringify({ operation: 'DescribeReplication' }));
    // Versions 1 and 2 of the AWS CLI read text in different encodings.
    const options = { 'function-name': name, payload: `fileb://${request}` };
    const { FunctionError } = await aws.run('lambda', 'invoke', options, response);
    const described: Described = JSON.parse(readFileSync(response, 'utf8'));
    if (FunctionError) {
      throw new AwsError(`The function ${name} failed: ${described.errorType} ${described.errorMessage}`);
    }
    return described;
  });
}
