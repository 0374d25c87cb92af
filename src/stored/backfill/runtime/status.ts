import { Failures, isShard, MAX_PAGE } from './failures/failures';
import { idOf } from './jobs/job-requests';
import { Job, Jobs } from './jobs/jobs';
import { rateOf, secondsLeft } from './jobs/progress';
import { PauseStore } from './pauses';
import { EVERY_REASON, State } from './state';
import { Key } from '../../../private/runtime/dynamodb-table';
import { ValidationError } from '../../../private/validation-error';
import { Code, Operation, OPERATIONS } from '../contract';
import { codeOf, reasonOf } from '../failure-reasons';

/** An error that is returned to the caller. Its name is the code. */
export class StatusError extends Error {
  constructor(code: Exclude<Code, 'ValidationError'>, message: string) {
    super(message);
    this.name = code;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** DescribeReplication returns all backfills, but only this number of finished repairs. */
const REPAIRS_SHOWN = 10;
const DEFAULT_PAGE = 100;

/** The operations of the status function: `{ "operation": … }`. */
export class Status {
  constructor(
    private readonly bucket: string,
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly failures: Failures,
    private readonly pauses: PauseStore,
  ) {}

  async call(request: Fields): Promise<unknown> {
    const { operation } = request;
    switch (operation as Operation) {
      case 'DescribeReplication':
        return this.describe(optionalText(request, 'job'));
      case 'ListFailures':
        return this.list(request);
      case 'RetryFailures':
        return this.retry(reasonIn(request));
      case 'DismissFailures':
        await this.failures.dismiss(reasonIn({ ...request, reason: text(request, 'reason') })!);
        return {};
      case 'RestartBackfill':
        return this.restart(text(request, 'job'));
      case 'StartBackfill':
        return this.startBackfill(request);
      default:
        throw new ValidationError('operation', operation, `one of ${OPERATIONS.join(', ')}`);
    }
  }

  private async describe(id: string | undefined): Promise<unknown> {
    if (id !== undefined) return { bucket: this.bucket, jobs: [view(await this.find(id))] };
    const jobs = (await this.jobs.list()).reverse();
    const hidden = jobs.filter(({ kind, state }) => kind === 'repair' && state === 'finished').slice(REPAIRS_SHOWN);
    const counts = await this.failures.counts();
    const paused = Object.keys((await this.pauses.current()).since);
    return {
      bucket: this.bucket,
      paused: paused.length > 0 ? paused : undefined,
      jobs: jobs.filter((job) => !hidden.includes(job)).map(view),
      failures: {
        outstanding: counts?.outstanding ?? 0,
        givenUp: counts?.givenUp ?? 0,
        byReason: Object.entries(counts?.byReason ?? {}).map(([reason, { count, givenUp }]) => ({
          reason,
          count,
          givenUp,
          ...adviceOn(reason),
        })),
        asOf: time(counts?.at),
        repairRequested: (await this.state.repairRequest()) !== undefined,
      },
    };
  }

  private async list(request: Fields): Promise<unknown> {
    const limit = request.maxResults ?? DEFAULT_PAGE;
    if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_PAGE) {
      throw new ValidationError('maxResults', limit, `an integer from 1 to ${MAX_PAGE}`);
    }
    const reason = optionalText(request, 'reason');
    const { failures, nextToken } = await this.failures.page(tokenOf(request), limit as number);
    return {
      failures: failures
        .filter((failure) => reason === undefined || failure.reason === reason)
        .map((failure) => ({
          key: failure.key,
          versionId: failure.versionId,
          reason: failure.reason,
          attempts: failure.attempts,
          givenUp: this.failures.isGivenUp(failure),
          firstSeen: time(failure.firstSeen),
          lastSeen: time(failure.lastSeen),
          replica: failure.destination,
          waitsFor: failure.waitsFor,
          ...adviceOn(failure.reason),
        })),
      nextToken: nextToken && Buffer.from(JSON.stringify([nextToken.pk, nextToken.sk])).toString('base64url'),
    };
  }

  /** Retries objects that were given up, in the worker's next run. */
  private async retry(reason: string | undefined): Promise<unknown> {
    await this.state.requestRepair(reason ?? EVERY_REASON);
    return {};
  }

  private async restart(id: string): Promise<unknown> {
    const job = await this.find(id);
    if (job.kind !== 'backfill' || job.state !== 'finished' || job.outcome === 'complete') {
      throw new ValidationError('job', id, 'a backfill that has failed, or was cancelled or lost');
    }
    if (!(await this.jobs.restart(job, Date.now()))) {
      throw new StatusError('ServiceUnavailable', 'The job was modified at the same time. Try again.');
    }
    return {};
  }

  /**
   * Requests a job for all objects that exist now, whatever their replication status, in the worker's next run. The
   * caller chooses the token, so that a repeated request starts no second job.
   */
  private async startBackfill(request: Fields): Promise<unknown> {
    const token = text(request, 'token');
    const createdAfter = optionalText(request, 'createdAfter');
    if (createdAfter !== undefined && new Date(Date.parse(createdAfter) || 0).toISOString() !== createdAfter) {
      throw new ValidationError('createdAfter', createdAfter, 'a time like 2026-01-31T12:00:00.000Z');
    }
    const replicas: string[] = [];
    const id = idOf({ bucket: this.bucket, replicas, cause: 'requested', origin: [token] });
    const now = Date.now();
    const createdBefore = new Date(now).toISOString();
    await this.jobs.request({
      ...{ id, kind: 'backfill', bucket: this.bucket, replicas, cause: 'requested', state: 'wanted', attempt: 1 },
      ...{ createdAfter, createdBefore, wantedAt: now, retryAt: now },
    });
    return { job: id };
  }

  private async find(id: string): Promise<Job> {
    const job = await this.jobs.find(id);
    if (!job) throw new StatusError('NotFound', `Job "${id}" not found.`);
    return job;
  }
}

function view(job: Job): unknown {
  const { progress, lifecycleRules = [] } = job;
  return {
    job: job.id,
    kind: job.kind,
    cause: job.cause,
    replicas: job.replicas.length > 0 ? job.replicas : undefined,
    state: job.state,
    outcome: job.outcome,
    jobId: job.jobId,
    status: progress?.status,
    attempt: job.attempt,
    total: progress?.total || job.manifest?.objects,
    done: progress?.succeeded,
    failed: progress?.failed,
    failedByReason: Object.entries(job.failedByReason ?? {}).map(([reason, count]) => ({
      reason,
      count,
      ...adviceOn(reason),
    })),
    ratePerSecond: job.state === 'started' && progress ? round(rateOf(progress)) : undefined,
    secondsLeft: job.state === 'started' && progress ? secondsLeft(progress) : undefined,
    failure: job.failure,
    reportMissing: job.reportMissing,
    lifecycleRules: lifecycleRules.length > 0 ? lifecycleRules : undefined,
    createdAfter: job.createdAfter,
    whatToDo: whatToDo(job),
    wantedAt: time(job.wantedAt),
    startedAt: time(job.startedAt),
    asOf: time(progress?.at),
    endedAt: time(job.endedAt),
    retryAt: time(job.retryAt),
  };
}

function whatToDo({ kind, state, outcome, failure, lifecycleRules = [] }: Job): string | undefined {
  if (state === 'finished' && kind === 'backfill' && (outcome === 'failed' || outcome === 'lost')) {
    return 'Fix the cause, then call RestartBackfill.';
  }
  if (state === 'wanted' && failure) return 'Fix the cause. The job is retried automatically.';
  if (state !== 'finished' && lifecycleRules.length > 0) {
    return 'Disable these lifecycle rules until the job has finished. Objects that they delete first are not replicated.';
  }
  return undefined;
}

function adviceOn(reason: string): { retried: boolean; advice: string } {
  const { verdict, advice } = reasonOf(reason);
  return { retried: verdict === 'retry', advice };
}

const round = (rate: number | undefined) => (rate === undefined ? undefined : Number(rate.toPrecision(3)));

const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

function text(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value === 'string' && value.length > 0 && value.length <= 128) return value;
  throw new ValidationError(field, value, 'a string of 1 to 128 characters');
}

function optionalText(fields: Fields, field: string): string | undefined {
  return fields[field] === undefined || fields[field] === null ? undefined : text(fields, field);
}

function reasonIn(fields: Fields): string | undefined {
  const reason = optionalText(fields, 'reason');
  if (reason === undefined || reason === codeOf(reason)) return reason;
  throw new ValidationError('reason', reason, 'a reason that DescribeReplication returned');
}

function tokenOf({ nextToken }: Fields): Key | undefined {
  if (nextToken === undefined || nextToken === null) return undefined;
  try {
    const [pk, sk] = JSON.parse(Buffer.from(nextToken as string, 'base64url').toString());
    if (isShard(pk) && typeof sk === 'string' && sk.length <= 64) return { pk, sk };
  } catch {
    // reported below
  }
  throw new ValidationError('nextToken', nextToken, 'the nextToken of the previous response');
}
