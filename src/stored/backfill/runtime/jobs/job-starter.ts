import { JobSettings, markerOf, requestOf } from './job-requests';
import { Job, Jobs } from './jobs';
import { S3Control } from './s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { SourceBucket } from '../source-bucket';
import { State } from '../state';
import { Telemetry } from '../telemetry';

/** Makes S3 start what is wanted: once, however often somebody tries. */
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
   * @param isNew whether nobody can have tried before
   * @returns the job as it is now; undefined if somebody else was faster, or the resource is being deleted
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
      // The worker tries again. That it is told why, must not hide what went wrong.
      await this.jobs.change(job, { set: { failure: describeFailure(error) } }).catch(() => undefined);
      throw error;
    }
  }

  private async create(job: Job, deadline: Deadline): Promise<string> {
    try {
      return await this.s3Control.createJob(requestOf(job, this.settings), deadline);
    } catch (error) {
      if ((error as Error).name !== 'IdempotencyException') throw error;
      // There is a job already, of another request: the role or the bucket of reports was another one then.
      const found = await this.s3Control.findJob(markerOf(job), deadline);
      if (found) return found;
      throw error;
    }
  }

  /** A warning is not worth failing for. */
  private async lifecycleRules({ kind }: Job, deadline: Deadline): Promise<string[] | undefined> {
    if (kind === 'repair') return undefined;
    try {
      const rules = await this.source.racingRules(deadline);
      if (rules.length > 0) this.telemetry.lifecycleRaces(rules);
      return rules;
    } catch (error) {
      this.telemetry.failed('lifecycle rules', error);
      return undefined;
    }
  }
}

/** What S3 says, and not the error itself: the SDK hangs the whole answer on it. */
export function describeFailure(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`.slice(0, 500);
}
