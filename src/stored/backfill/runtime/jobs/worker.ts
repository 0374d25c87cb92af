import { JobStarter } from './job-starter';
import { Job, Jobs, nextAttempt } from './jobs';
import { hasReport, outcomeOf, progressOf } from './progress';
import { hasEnded, S3Control } from './s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { WorkerEvent } from '../../contract';
import { FailureEvents } from '../failures/failure-events';
import { Failures } from '../failures/failures';
import { Repair } from '../failures/repair';
import { ReplicaStates } from '../replica-states';
import { Reports } from '../reports/reports';
import { State } from '../state';
import { Telemetry } from '../telemetry';

const MINUTE = 60_000;
/** How long S3 may take until a new job is visible. */
const INVISIBLE_MS = 60 * MINUTE;
/** How long S3 may take to write a report. */
const REPORT_MS = 60 * MINUTE;
/** The time limit for recording events in one run, so that the run also advances the jobs. */
const RECORDING_MS = 4 * MINUTE;
/** How long the custom resource has to start a job before the worker starts it. */
const HEAD_START_MS = 5 * MINUTE;
const KEPT_DAYS = 90;

/** Advances all jobs. Only one run is active at a time, and the next run continues what it left unfinished. */
export class Worker {
  constructor(
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly starter: JobStarter,
    private readonly s3Control: S3Control,
    private readonly reports: Reports,
    private readonly failures: Failures,
    private readonly events: FailureEvents,
    private readonly repair: Repair,
    private readonly states: ReplicaStates,
    private readonly telemetry: Telemetry,
  ) {}

  async work({ repair, dailyRepair }: WorkerEvent, deadline: Deadline): Promise<void> {
    // Recorded before taking the lease, so that the request is kept if another run holds it.
    if (repair) await this.state.requestRepair();
    if (dailyRepair) await this.state.requestDailyRepair();
    if (await this.state.isClosed()) return;
    const lease = await this.state.takeLease(deadline.left + MINUTE);
    if (!lease) return;
    try {
      await this.runWithLease(deadline);
    } finally {
      await this.state.returnLease(lease);
    }
  }

  private async runWithLease(deadline: Deadline): Promise<void> {
    let failed = 0;
    const attempt = async <T>(task: string, work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        failed++;
        this.telemetry.failed(task, error);
        return undefined;
      }
    };
    await attempt('record events', () => this.recordEvents(deadline.within(RECORDING_MS)));
    const open = (await attempt('list jobs', () => this.jobs.open())) ?? [];
    const seen: Job[] = [];
    for (const job of open) {
      if (deadline.isOver) break;
      seen.push((await attempt(`job ${job.id}`, () => this.advance(job, deadline))) ?? job);
    }
    if (!deadline.isOver) await attempt('start repair', () => this.repair.run(open, deadline));
    const counts = deadline.isOver ? undefined : await attempt('count failures', () => this.failures.count());
    this.telemetry.backfills(seen.filter(({ kind }) => kind === 'backfill'));
    const all = await attempt('list jobs', () => this.jobs.list());
    this.telemetry.runCompleted(failed, needingAttention(all ?? []).length, counts);
  }

  private async recordEvents(deadline: Deadline): Promise<void> {
    const startedAt = Date.now();
    const replicas = await this.states.recorded();
    let isComplete = false;
    try {
      isComplete = await this.events.recordAll(replicas.names, deadline);
    } finally {
      await this.states.markRead(replicas, startedAt, isComplete);
    }
  }

  /** Advances a job by as many states as possible. */
  private async advance(job: Job, deadline: Deadline): Promise<Job> {
    let current = job;
    if (current.state === 'wanted') current = await this.startDue(current, deadline);
    if (current.state === 'started') current = await this.poll(current, deadline);
    if (current.state === 'reporting') current = await this.readReport(current, deadline);
    return current;
  }

  private async startDue(job: Job, deadline: Deadline): Promise<Job> {
    const due =
      job.retryAt ?? (job.failure === undefined && job.kind === 'backfill' ? job.wantedAt + HEAD_START_MS : 0);
    if (due > Date.now()) return job;
    return (await this.starter.start(job, false, deadline)) ?? job;
  }

  private async poll(job: Job, deadline: Deadline): Promise<Job> {
    const now = Date.now();
    const descriptor = await this.s3Control.describeJob(job.jobId!, deadline);
    if (!descriptor) {
      if (now < job.startedAt! + INVISIBLE_MS) return job;
      return this.finish(job, { outcome: 'lost', failure: `S3 no longer has job ${job.jobId}.` });
    }
    const progress = progressOf(descriptor, job.progress);
    if (!hasEnded(progress.status)) return this.expectChanged(await this.jobs.change(job, { set: { progress } }));
    const end = { progress, endedAt: descriptor.TerminationDate?.getTime() ?? now, ...outcomeOf(descriptor) };
    if (end.outcome === 'nothing') return this.finish(job, end);
    return this.expectChanged(await this.jobs.change(job, { set: { ...end, state: 'reporting' } }));
  }

  private async readReport(job: Job, deadline: Deadline): Promise<Job> {
    const expected = hasReport(job);
    if (expected === 'no') return this.finish(job, {});
    const read = await this.reports.read(job, deadline);
    if (read) return read.done ? this.finish(read.job, {}) : read.job;
    if (expected === 'yes' && Date.now() < job.endedAt! + REPORT_MS) return job;
    return this.finish(job, expected === 'yes' ? { reportMissing: true } : {});
  }

  /** Finishes a job, or restarts a backfill that S3 failed. */
  private async finish(job: Job, end: Partial<Job>): Promise<Job> {
    const now = Date.now();
    const ended = { ...job, ...end, endedAt: end.endedAt ?? job.endedAt ?? now };
    this.telemetry.jobEnded(ended);
    const retryAt = ended.outcome === 'failed' ? nextAttempt(ended, now) : undefined;
    if (retryAt !== undefined) {
      const failed = this.expectChanged(await this.jobs.change(job, { set: { failure: ended.failure } }));
      return this.expectChanged(await this.jobs.restart(failed, retryAt));
    }
    const { outcome, failure, progress, endedAt, reportMissing } = ended;
    if (fillsReplicas(ended)) await this.closeGaps(job);
    // Backfills are kept, so that none is repeated. Repairs expire after the same time as jobs in S3.
    const expiresAt = job.kind === 'repair' ? Math.floor(now / 1000) + KEPT_DAYS * 24 * 3600 : undefined;
    const set = { state: 'finished' as const, outcome, failure, progress, endedAt, reportMissing, expiresAt };
    return this.expectChanged(await this.jobs.change(job, { set }));
  }

  /** Skips replicas that were paused or removed in the meantime, because another job now fills them. */
  private async closeGaps({ id, replicas, createdBefore }: Job): Promise<void> {
    for (const replica of replicas) {
      if ((await this.jobs.jobFor(replica)) === id) await this.states.closeGap(replica, Date.parse(createdBefore!));
    }
  }

  private expectChanged(job: Job | undefined): Job {
    if (!job) throw new Error('The job was changed concurrently.');
    return job;
  }
}

/** Whether the replicas have all objects of the backfill, except for those that are known to have failed. */
function fillsReplicas({ kind, outcome, reportMissing, progress }: Job): boolean {
  if (kind !== 'backfill' || (outcome !== 'complete' && outcome !== 'nothing')) return false;
  return !reportMissing || progress?.failed === 0;
}

/** The jobs that an operator must act on: backfills that failed or do not start, and the last repair if it failed. */
export function needingAttention(jobs: readonly Job[]): Job[] {
  const lastRepair = jobs.filter(({ kind }) => kind === 'repair').at(-1);
  return jobs
    .filter((job) => job.kind === 'backfill' || job === lastRepair)
    .filter(({ state, failure, outcome }) =>
      state === 'finished' ? outcome === 'failed' || outcome === 'lost' : failure !== undefined,
    );
}
