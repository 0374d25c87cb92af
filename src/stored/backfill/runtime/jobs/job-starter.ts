import { JobSettings, markerOf, requestOf } from './job-requests';
import { Job, Jobs } from './jobs';
import { S3Control } from './s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { SourceBucket } from '../source-bucket';
import { State } from '../state';
import { Telemetry } from '../telemetry';

/** Starts a recorded job in S3. Idempotent: repeated calls start one job only. */
export class JobStarter {
  constructor(
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly s3Control: S3Control,
    private readonly source: SourceBucket,
    private readonly settings: JobSettings,
    private readonly telemetry: Telemetry,
  ) {}

  /**
   * @param isNew whether no earlier call can have started the job
   * @returns the changed job; undefined if it was changed concurrently, or the stack is being deleted
   */
  async start(job: Job, isNew: boolean, deadline: Deadline): Promise<Job | undefined> {
    try {
      const lifecycleRules = await this.lifecycleRules(job, deadline);
      if (await this.state.isClosed()) return undefined;
      const found = isNew ? undefined : await this.s3Control.findJob(markerOf(job), deadline);
      const jobId = found ?? (await this.create(job, deadline));
      const started = await this.jobs.change(job, {
        set: { state: 'started', jobId, startedAt: Date.now(), lifecycleRules },
        remove: ['failure', 'retryAt'],
      });
      if (started) this.telemetry.jobStarted(started);
      return started;
    } catch (error) {
      // The worker retries. A failure to save the reason must not replace the original error.
      await this.jobs.change(job, { set: { failure: describeFailure(error) } }).catch(() => undefined);
      throw error;
    }
  }

  private async create(job: Job, deadline: Deadline): Promise<string> {
    try {
      return await this.s3Control.createJob(requestOf(job, this.settings), deadline);
    } catch (error) {
      if ((error as Error).name !== 'IdempotencyException') throw error;
      // The job was created by an earlier request with another role or reports bucket.
      const found = await this.s3Control.findJob(markerOf(job), deadline);
      if (found) return found;
      throw error;
    }
  }

  /** The rules only lead to a warning, so an error here does not fail the start. */
  private async lifecycleRules({ kind }: Job, deadline: Deadline): Promise<string[] | undefined> {
    if (kind === 'repair') return undefined;
    const rules = await this.telemetry.attempt('read lifecycle rules', () => this.source.racingRules(deadline));
    if (rules?.length) this.telemetry.lifecycleRaces(rules);
    return rules;
  }
}

/** The error's message. Not the whole error, to which the SDK attaches the response. */
export function describeFailure(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`.slice(0, 500);
}
