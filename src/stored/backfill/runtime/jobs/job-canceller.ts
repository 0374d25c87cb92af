import { markerOf } from './job-requests';
import { Job, Jobs } from './jobs';
import { hasEnded, S3Control } from './s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { Telemetry } from '../telemetry';

const SETTLE_MS = 120_000;
const POLL_MS = 3_000;

/** Cancels jobs that are no longer wanted. A job that cannot be cancelled is logged and does not stop the others. */
export class JobCanceller {
  constructor(
    private readonly jobs: Jobs,
    private readonly s3Control: S3Control,
    private readonly telemetry: Telemetry,
  ) {}

  /** Cancels the backfills that no other replica needs after one was removed or paused: their objects would all fail. */
  async cancelFor(replica: string, remaining: readonly string[], deadline: Deadline): Promise<void> {
    for (const job of await this.jobs.open()) {
      if (job.kind !== 'backfill' || !job.replicas.includes(replica)) continue;
      if (job.replicas.some((each) => remaining.includes(each))) continue;
      const jobId = await this.cancel(job, 'The replica was removed or paused', deadline);
      // S3 may have failed the job already. The worker would retry it.
      if (job.state === 'wanted' || (job.state === 'started' && jobId)) {
        await this.jobs.change(job, { set: { state: 'finished', outcome: 'cancelled', endedAt: Date.now() } });
      }
    }
  }

  /** Cancels all jobs and waits for S3 to write their reports, because the bucket of reports is emptied next. */
  async cancelAll(deadline: Deadline): Promise<void> {
    const jobIds = new Set<string>();
    for (const job of await this.jobs.open()) {
      if (job.state === 'reporting') continue;
      const jobId = await this.cancel(job, 'The stack is being deleted', deadline);
      if (jobId) jobIds.add(jobId);
    }
    const settled = deadline.within(SETTLE_MS);
    for (const jobId of jobIds) {
      while (!settled.isOver) {
        const job = await this.s3Control.describeJob(jobId, settled);
        if (!job || hasEnded(job.Status)) break;
        await settled.pause(POLL_MS);
      }
    }
  }

  /** @returns the id of the cancelled job, if S3 has one */
  private cancel(job: Job, reason: string, deadline: Deadline): Promise<string | undefined> {
    return this.telemetry.attempt(`job ${job.id}`, async () => {
      const jobId = job.jobId ?? (await this.s3Control.findJob(markerOf(job), deadline));
      if (jobId) await this.s3Control.cancelJob(jobId, reason, deadline);
      return jobId;
    });
  }
}
