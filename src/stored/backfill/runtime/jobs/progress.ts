import type { JobDescriptor } from '@aws-sdk/client-s3-control';
import { Job, Outcome, Progress } from './jobs';

/** A rate over a shorter time is not meaningful. */
const MIN_INTERVAL_MS = 60_000;

/** The failure of a generated manifest that is empty: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html */
const NO_KEYS = /no keys matching/i;

/** The progress of a job, with its rate since the previous report. */
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
  return { ...progress, rate: Math.max(0, attempted(progress) - attempted(before)) / (interval / 1000) };
}

const attempted = ({ succeeded, failed }: Progress): number => succeeded + failed;

/** The recent rate in objects per second. The average, if the recent rate is not known. */
export function rateOf(progress: Progress): number | undefined {
  const { rate, activeSeconds } = progress;
  if (rate !== undefined && rate > 0) return rate;
  return activeSeconds > 0 && attempted(progress) > 0 ? attempted(progress) / activeSeconds : undefined;
}

/** Undefined until S3 has generated the manifest and started on it. */
export function secondsLeft(progress: Progress): number | undefined {
  const rate = rateOf(progress);
  if (rate === undefined || progress.total === 0) return undefined;
  return Math.ceil(Math.max(0, progress.total - attempted(progress)) / rate);
}

/** How a job ended, from its description in S3. */
export function outcomeOf({ Status, FailureReasons = [] }: JobDescriptor): { outcome: Outcome; failure?: string } {
  const failure = FailureReasons.map(({ FailureCode, FailureReason }) => `${FailureCode}: ${FailureReason}`).join('; ');
  if (Status === 'Failed' && FailureReasons.some(({ FailureReason = '' }) => NO_KEYS.test(FailureReason))) {
    return { outcome: 'nothing' };
  }
  if (Status === 'Failed') return { outcome: 'failed', failure: failure.slice(0, 500) || 'S3 returned no reason.' };
  return { outcome: Status === 'Cancelled' ? 'cancelled' : 'complete' };
}

/** Whether S3 writes a report for the job. It writes none for a job without tasks. */
export function hasReport({ kind, progress }: Job): 'yes' | 'perhaps' | 'no' {
  if (!progress || attempted(progress) === 0) return 'no';
  return kind === 'backfill' && progress.failed === 0 ? 'perhaps' : 'yes';
}
