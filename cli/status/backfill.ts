import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsCli } from '../aws/aws-cli';
import { invoke, nameOf } from '../aws/functions';

/** A part of the response to `DescribeReplication`. docs/operations.md describes the operation. */
export interface Described {
  readonly jobs: readonly BackfillJob[];
  readonly failures: { readonly outstanding: number; readonly givenUp: number };
}

export interface BackfillJob {
  readonly job: string;
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
  readonly job?: Omit<BackfillJob, 'job'>;
  /** The number of jobs in progress: backfills and repairs. */
  readonly jobsInProgress: number;
  /** The number of objects that failed to replicate, and of those that are no longer retried. */
  readonly outstanding: number;
  readonly givenUp: number;
}

/** Asks the status function of a copy. */
export async function backfillStatus(status: LambdaFunction, aws: AwsCli): Promise<BackfillStatus> {
  const { jobs, failures } = await describeReplication(status, aws);
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
}: BackfillJob): BackfillStatus['job'] {
  return { kind, cause, state, outcome, total, done, failed, secondsLeft, failure, asOf };
}

export async function describeReplication(status: LambdaFunction, aws: AwsCli): Promise<Described> {
  return invoke(await nameOf(status, 'status', aws), { operation: 'DescribeReplication' }, aws);
}
