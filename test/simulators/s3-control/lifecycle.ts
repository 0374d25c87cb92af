import type { JobStatus } from '@aws-sdk/client-s3-control';
import { JobRecord } from './records';
import { Behaviour } from './settings';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-job-status.html */
const TERMINAL: readonly JobStatus[] = ['Cancelled', 'Complete', 'Failed'];

const CANCELLABLE: readonly JobStatus[] = ['Active', 'New', 'Paused', 'Pausing', 'Preparing', 'Ready', 'Suspended'];

/**
 * The rate of failed tasks above which a job fails, once more tasks than so many were tried:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/tutorial-s3-batchops-lambda-mediaconvert-video.html
 */
const FAILURE_THRESHOLD = { tasks: 1000, rate: 0.5 };

const DAY = 24 * 60 * 60_000;

/** How long a job that has ended can be asked for. */
const KEPT_FOR = 90 * DAY;

export const isTerminal = ({ status }: JobRecord): boolean => TERMINAL.includes(status);

/** Whether a user's wish or a failure can still end the job. */
export const canBeStopped = ({ status }: JobRecord): boolean => CANCELLABLE.includes(status);

export const isForgotten = ({ terminatedAt }: JobRecord, now: number): boolean =>
  terminatedAt !== undefined && now > terminatedAt + KEPT_FOR;

export function enter(job: JobRecord, status: JobStatus, at: number): void {
  if (job.status === 'Active') job.activeFor += at - job.since;
  job.status = status;
  job.since = at;
  if (status === 'Suspended') job.suspendedAt = at;
  if (isTerminal(job)) job.terminatedAt = at;
}

/** Where a job goes by itself, and when. What S3 does meanwhile to manifest and objects is the test's to say. */
function nextStep(job: JobRecord, behaviour: Behaviour): { status: JobStatus; at: number } | undefined {
  switch (job.status) {
    case 'New':
      return { status: 'Preparing', at: job.since + behaviour.newFor };
    case 'Ready':
      return { status: 'Active', at: job.since + behaviour.readyFor };
    case 'Completing':
      return { status: 'Complete', at: job.since + behaviour.endingFor };
    case 'Cancelling':
      return { status: 'Cancelled', at: job.since + behaviour.endingFor };
    case 'Failing':
      return { status: 'Failed', at: job.since + behaviour.endingFor };
    default:
      return undefined;
  }
}

/** Takes the steps that are due. */
export function settle(job: JobRecord, behaviour: Behaviour, now: number): void {
  for (let step = nextStep(job, behaviour); step && step.at <= now; step = nextStep(job, behaviour)) {
    enter(job, step.status, step.at);
  }
}

export function failJob(job: JobRecord, FailureCode: string, FailureReason: string, at: number): void {
  job.failureReasons = [{ FailureCode, FailureReason }];
  enter(job, 'Failing', at);
}

/** Fails a job that has failed too many of its tasks. */
export function applyFailureThreshold(job: JobRecord, at: number): void {
  const attempted = job.succeeded + job.failed;
  if (attempted <= FAILURE_THRESHOLD.tasks || job.failed / attempted <= FAILURE_THRESHOLD.rate) return;
  failJob(
    job,
    'JobFailureThresholdExceeded',
    `More than ${FAILURE_THRESHOLD.rate * 100}% of the job's object operations failed`,
    at,
  );
}
