import type { JobFailure, JobStatus } from '@aws-sdk/client-s3-control';
import { applyFailureThreshold, canBeStopped, enter, failJob, isTerminal, settle } from './lifecycle';
import { generatedManifest, sourceBucketOf } from './manifest';
import { JobRecord } from './records';
import { completionReport, ReportObject, TaskResult } from './report';
import { Requests } from './requests';
import { World } from './world';

/** What a job is said to have done: numbers, or the results that its report has rows of. */
type Results = { readonly succeeded?: number; readonly failed?: number } | Iterable<TaskResult>;

/** A job as a test sees it. */
export interface JobView {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly request: Requests['CreateJob'];
  readonly priority: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failureReasons: readonly JobFailure[];
  readonly createdAt: number;
  readonly terminatedAt?: number;
}

/** The part of S3 that works on a job, played by a test. */
export class SimulatedJob {
  constructor(
    private readonly world: World,
    private readonly record: JobRecord,
  ) {}

  get view(): JobView {
    this.settle();
    const { jobId, status, request, priority, tags, total, succeeded, failed, failureReasons } = this.record;
    const { createdAt, terminatedAt } = this.record;
    return {
      ...{ jobId, status, request, priority, total, succeeded, failed, failureReasons, createdAt, terminatedAt },
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    };
  }

  /** The manifest is read, or generated, and has so many objects. The job waits for its confirmation, or is Ready. */
  prepare(total: number): this {
    const { behaviour } = this.world;
    const job = this.expect('New', 'Preparing');
    if (job.status === 'New') enter(job, 'Preparing', this.now);
    if (total === 0 && job.request.ManifestGenerator && behaviour.emptyManifest === 'failed') {
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html
      return this.fail('Manifest generation found no keys matching the filter criteria.');
    }
    job.total = total;
    job.generatedManifest = generatedManifest(job, this.world);
    enter(job, job.confirmationRequired ? 'Suspended' : 'Ready', this.now);
    return this;
  }

  /** Tasks have ended. The job is Active from now on, unless so many of them failed that it fails. */
  progress(results: Results): this {
    const job = this.expect('Ready', 'Active');
    const { succeeded, failed } = tally(results);
    if (job.succeeded + job.failed + succeeded + failed > job.total) {
      throw new Error(`Job ${job.jobId} has ${job.total} tasks, and not so many results`);
    }
    if (job.status === 'Ready') enter(job, 'Active', this.now);
    job.succeeded += succeeded;
    job.failed += failed;
    if (isIterable(results)) job.results.push(results);
    applyFailureThreshold(job, this.now);
    return this;
  }

  /** The rest of the tasks has ended: with these results, or well. A job that was not prepared is prepared with them. */
  complete(results?: Results): this {
    this.settle();
    const job = this.record;
    if (results && (job.status === 'New' || job.status === 'Preparing')) {
      const { succeeded, failed } = tally(results);
      this.prepare(succeeded + failed);
    }
    this.progress(results ?? { succeeded: job.total - job.succeeded - job.failed });
    if (job.status !== 'Active') return this;
    const missing = job.total - job.succeeded - job.failed;
    if (missing > 0) throw new Error(`${missing} tasks of job ${job.jobId} have no result`);
    enter(job, 'Completing', this.now);
    return this;
  }

  /** The job fails as a whole, as for a role that cannot be assumed. */
  fail(reason: string, { code = 'JobFailed', results }: { code?: string; results?: Results } = {}): this {
    this.settle();
    if (results) this.progress(results);
    if (!canBeStopped(this.record)) throw new Error(`A job that is ${this.record.status} cannot fail`);
    failJob(this.record, code, reason, this.now);
    return this;
  }

  /** Ends at once what is Completing, Cancelling or Failing. */
  finish(): this {
    this.expect('Completing', 'Cancelling', 'Failing');
    settle(this.record, { ...this.world.behaviour, endingFor: 0 }, this.now);
    return this;
  }

  /**
   * What S3 writes to the report's bucket when the job has ended; nothing if there is no report. Its rows are of the
   * results that the test gave one by one.
   */
  async *report({ rowsPerFile = 10_000 } = {}): AsyncGenerator<ReportObject> {
    this.settle();
    const job = this.record;
    if (!isTerminal(job)) throw new Error(`A job that is ${job.status} has no report yet`);
    const { Bucket, Enabled, Prefix, ReportScope } = job.request.Report;
    if (!Enabled || job.succeeded + job.failed === 0) return;
    yield* completionReport({
      jobId: job.jobId,
      bucket: Bucket!.split(':').pop()!,
      prefix: Prefix,
      scope: ReportScope!,
      createdAt: job.terminatedAt!,
      sourceBucket: sourceBucketOf(job),
      errorCodeFirst: this.world.behaviour.reportColumns === 'as-in-schema',
      rowsPerFile,
      *results() {
        for (const results of job.results) yield* results;
      },
    });
  }

  private get now(): number {
    return this.world.clock.now();
  }

  private settle(): void {
    settle(this.record, this.world.behaviour, this.now);
  }

  private expect(...statuses: JobStatus[]): JobRecord {
    this.settle();
    if (statuses.includes(this.record.status)) return this.record;
    throw new Error(`Job ${this.record.jobId} is ${this.record.status}, not ${statuses.join(' or ')}`);
  }
}

const isIterable = (results: Results): results is Iterable<TaskResult> => Symbol.iterator in results;

function tally(results: Results): { succeeded: number; failed: number } {
  if (!isIterable(results)) return { succeeded: results.succeeded ?? 0, failed: results.failed ?? 0 };
  if ((results[Symbol.iterator]() as unknown) === results) {
    throw new Error('Results are gone through several times: give an array, or an object with a generator method');
  }
  const counts = { succeeded: 0, failed: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}
