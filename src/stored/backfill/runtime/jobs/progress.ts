import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import { Job, Outcome, Progress } from './jobs';

/** Shorter times say nothing of the rate. */
const MIN_INTERVAL_MS = 60_000;

/** An empty generated manifest: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html */
const NO_KEYS = /no keys matching/i;

/** What S3 says of a job, and how fast it went since it was asked before. */
export function progressOf({ Status, ProgressSummary }: JobDescriptor, before: Progress | undefined): Progress {
  const progress = {
    status: Status ?? 'Unknown',
    total: ProgressSummary?.TotalNumberOfTasks ?? 0,
    succeeded: ProgressSummary?.NumberOfTasksSucceeded ?? 0,
    failed: ProgressSummary?.NumberOfTasksFailed ?? 0,
    activeSeconds: ProgressSummary?.Timers?.ElapsedTimeInActiveSeconds ?? 0,
    at: Date.now(),
  };
  const interval = before ? progress.at - before.at : 0;
  if (!before || interval < MIN_INTERVAL_MS) return { ...progress, rate: before?.rate };
  return { ...progress, rate: Math.max(0, tried(progress) - tried(before)) / (interval / 1000) };
}

const tried = ({ succeeded, failed }: Progress): number => succeeded + failed;

/** Objects per second: of late, or if that is not known, on the whole. */
export function rateOf(progress: Progress): number | undefined {
  const { rate, activeSeconds } = progress;
  if (rate !== undefined && rate > 0) return rate;
  return activeSeconds > 0 && tried(progress) > 0 ? tried(progress) / activeSeconds : undefined;
}

/** Not known before S3 has counted the objects and has begun. */
export function secondsLeft(progress: Progress): number | undefined {
  const rate = rateOf(progress);
  if (rate === undefined || progress.total === 0) return undefined;
  return Math.ceil(Math.max(0, progress.total - tried(progress)) / rate);
}

/** How a job ended, by what S3 says. */
export function outcomeOf({ Status, FailureReasons = [] }: JobDescriptor): { outcome: Outcome; failure?: string } {
  const failure = FailureReasons.map(({ FailureCode, FailureReason }) => `${FailureCode}: ${FailureReason}`).join('; ');
  if (Status === 'Failed' && FailureReasons.some(({ FailureReason = '' }) => NO_KEYS.test(FailureReason))) {
    return { outcome: 'nothing' };
  }
  if (Status === 'Failed') return { outcome: 'failed', failure: failure.slice(0, 500) || 'S3 gives no reason.' };
  return { outcome: Status === 'Cancelled' ? 'cancelled' : 'complete' };
}

/** Whether S3 has a report of it: of a job without a task, there is none. */
export function hasReport({ kind, progress }: Job): 'yes' | 'perhaps' | 'no' {
  if (!progress || tried(progress) === 0) return 'no';
  return kind === 'backfill' && progress.failed === 0 ? 'perhaps' : 'yes';
}
