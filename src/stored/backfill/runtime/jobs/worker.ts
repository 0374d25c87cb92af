import { JobStarter } from './job-starter';
import { Job, Jobs, nextTry } from './jobs';
import { hasReport, outcomeOf, progressOf } from './progress';
import { hasEnded, S3Control } from './s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { WorkerEvent } from '../../contract';
import { Failures } from '../failures/failures';
import { Repair } from '../failures/repair';
import { Reports } from '../reports/reports';
import { State } from '../state';
import { Telemetry } from '../telemetry';

const MINUTE = 60_000;
/** How long a new job may stay invisible. */
const INVISIBLE_MS = 60 * MINUTE;
/** How long S3 may take to put a report. */
const REPORT_MS = 60 * MINUTE;
/** How long the custom resource has to start a job, before the worker does. */
const HEAD_START_MS = 5 * MINUTE;
const KEPT_DAYS = 90;

/** Looks after all jobs, one run at a time: what one run leaves undone, the next finds. */
export class Worker {
  constructor(
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly starter: JobStarter,
    private readonly s3Control: S3Control,
    private readonly reports: Reports,
    private readonly failures: Failures,
    private readonly repair: Repair,
    private readonly telemetry: Telemetry,
  ) {}

  async work({ repair }: WorkerEvent, deadline: Deadline): Promise<void> {
    // Before the lease, so that it is not forgotten if somebody else has that.
    if (repair) await this.state.requestRepair();
    if (await this.state.isClosed()) return;
    const lease = await this.state.takeLease(deadline.left + MINUTE);
    if (!lease) return;
    try {
      await this.workAlone(deadline);
    } finally {
      await this.state.giveBackLease(lease);
    }
  }

  private async workAlone(deadline: Deadline): Promise<void> {
    let failed = 0;
    const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        failed++;
        this.telemetry.failed(what, error);
        return undefined;
      }
    };
    const open = (await attempt('list', () => this.jobs.open())) ?? [];
    const seen: Job[] = [];
    for (const job of open) {
      if (deadline.isOver) break;
      seen.push((await attempt(`job ${job.id}`, () => this.advance(job, deadline))) ?? job);
    }
    if (!deadline.isOver) await attempt('repair', () => this.repair.run(open, deadline));
    const counts = deadline.isOver ? undefined : await attempt('count', () => this.failures.count());
    this.telemetry.backfills(seen.filter(({ kind }) => kind === 'backfill'));
    const all = await attempt('list', () => this.jobs.list());
    this.telemetry.worked(failed, brokenOf(all ?? []).length, counts);
  }

  /** Takes the steps that a job can take. */
  private async advance(job: Job, deadline: Deadline): Promise<Job> {
    let current = job;
    if (current.state === 'wanted') current = await this.startDue(current, deadline);
    if (current.state === 'started') current = await this.ask(current, deadline);
    if (current.state === 'reporting') current = await this.read(current, deadline);
    return current;
  }

  private async startDue(job: Job, deadline: Deadline): Promise<Job> {
    const due =
      job.retryAt ?? (job.failure === undefined && job.kind === 'backfill' ? job.wantedAt + HEAD_START_MS : 0);
    if (due > Date.now()) return job;
    return (await this.starter.start(job, false, deadline)) ?? job;
  }

  private async ask(job: Job, deadline: Deadline): Promise<Job> {
    const now = Date.now();
    const descriptor = await this.s3Control.describeJob(job.jobId!, deadline);
    if (!descriptor) {
      if (now < job.startedAt! + INVISIBLE_MS) return job;
      return this.finish(job, { outcome: 'lost', failure: `S3 knows no job ${job.jobId} any more.` });
    }
    const progress = progressOf(descriptor, job.progress);
    if (!hasEnded(progress.status)) return this.must(await this.jobs.change(job, { set: { progress } }));
    const end = { progress, endedAt: descriptor.TerminationDate?.getTime() ?? now, ...outcomeOf(descriptor) };
    if (end.outcome === 'nothing') return this.finish(job, end);
    return this.must(await this.jobs.change(job, { set: { ...end, state: 'reporting' } }));
  }

  private async read(job: Job, deadline: Deadline): Promise<Job> {
    const expected = hasReport(job);
    if (expected === 'no') return this.finish(job, {});
    const read = await this.reports.read(job, deadline);
    if (read) return read.done ? this.finish(read.job, {}) : read.job;
    if (expected === 'yes' && Date.now() < job.endedAt! + REPORT_MS) return job;
    return this.finish(job, expected === 'yes' ? { reportMissing: true } : {});
  }

  /** Ends a job, or lets a backfill that S3 failed as a whole begin anew. */
  private async finish(job: Job, end: Partial<Job>): Promise<Job> {
    const now = Date.now();
    const ended = { ...job, ...end, endedAt: end.endedAt ?? job.endedAt ?? now };
    this.telemetry.jobEnded(ended);
    const retryAt = ended.outcome === 'failed' ? nextTry(ended, now) : undefined;
    if (retryAt !== undefined) {
      const failed = this.must(await this.jobs.change(job, { set: { failure: ended.failure } }));
      return this.must(await this.jobs.restart(failed, retryAt));
    }
    const { outcome, failure, progress, endedAt, reportMissing } = ended;
    // A backfill is remembered, so that it is never done again; S3 forgets a job after the same time.
    const expiresAt = job.kind === 'repair' ? Math.floor(now / 1000) + KEPT_DAYS * 24 * 3600 : undefined;
    const set = { state: 'finished' as const, outcome, failure, progress, endedAt, reportMissing, expiresAt };
    return this.must(await this.jobs.change(job, { set }));
  }

  private must(job: Job | undefined): Job {
    if (!job) throw new Error('The job was changed by somebody else.');
    return job;
  }
}

/** What somebody has to look at: backfills that do not start or have failed, and the last repair if it has. */
export function brokenOf(jobs: readonly Job[]): Job[] {
  const lastRepair = jobs.filter(({ kind }) => kind === 'repair').at(-1);
  return jobs
    .filter((job) => job.kind === 'backfill' || job === lastRepair)
    .filter(({ state, failure, outcome }) =>
      state === 'finished' ? outcome === 'failed' || outcome === 'lost' : failure !== undefined,
    );
}
