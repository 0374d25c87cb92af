import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Deadline } from '../../../../private/runtime/deadline';
import { unlessError } from '../../../../private/runtime/unless-error';
import { reasonOf } from '../../failure-reasons';
import { Failures } from '../failures/failures';
import { markerOf, reportKey } from '../jobs/job-requests';
import { Cursor, Job, Jobs } from '../jobs/jobs';
import { forEachInParallel } from '../parallel';
import { ReportRow, reportRows } from './report-rows';
import { PauseStore } from '../pauses';
import { ReplicaStates } from '../replica-states';
import { Telemetry } from '../telemetry';

/** The manifest of a report. */
interface ReportManifest {
  readonly Results?: readonly {
    readonly TaskExecutionStatus?: string;
    readonly Bucket: string;
    readonly Key: string;
  }[];
}

/** The number of rows after which the cursor is saved. */
const CHUNK = 500;
const CONCURRENCY = 32;
/** S3's code for an object that is archived or has no enabled rule. */
const NO_RULE = 'SrcObjectNotEligible';
/** The number of distinct reasons that are counted. */
const MAX_REASONS = 60;

/** Reads the reports of jobs in chunks. A run that reaches its deadline saves a cursor for the next run. */
export class Reports {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly account: string,
    private readonly jobs: Jobs,
    private readonly failures: Failures,
    private readonly pauses: PauseStore,
    private readonly states: ReplicaStates,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns the changed job, and whether the whole report was read; undefined if there is no report (yet) */
  async read(job: Job, deadline: Deadline): Promise<{ job: Job; done: boolean } | undefined> {
    const manifest = await this.get(reportKey(job));
    if (!manifest) return undefined;
    const { Results = [] } = (await json(manifest)) as ReportManifest;
    let current = job;
    for (let file = job.cursor?.file ?? 0; file < Results.length; file++) {
      const done = await this.readFile(current, Results[file].Key, file, deadline);
      current = done.job;
      if (!done.done) return { job: current, done: false };
    }
    return { job: current, done: true };
  }

  private async readFile(
    job: Job,
    key: string,
    file: number,
    deadline: Deadline,
  ): Promise<{ job: Job; done: boolean }> {
    const body = await this.get(key);
    if (!body) throw new Error(`The report of job ${job.jobId} refers to a missing file.`);
    let current = job;
    let row = job.cursor?.file === file ? job.cursor.row : 0;
    let chunk: ReportRow[] = [];
    const finish = async (cursor: Cursor) => {
      current = await this.apply(current, chunk, cursor);
      chunk = [];
    };
    for await (const each of reportRows(body, row + 1)) {
      chunk.push(each);
      if (chunk.length < CHUNK) continue;
      row += chunk.length;
      await finish({ file, row });
      if (deadline.isOver) return { job: current, done: false };
    }
    await finish({ file: file + 1, row: 0 });
    return { job: current, done: true };
  }

  /** Records the results, then the cursor. If only the cursor is lost, recording the results again has no effect. */
  private async apply(job: Job, rows: readonly ReportRow[], cursor: Cursor): Promise<Job> {
    const failedByReason: Record<string, number> = { ...job.failedByReason };
    const isRepair = job.kind === 'repair';
    const paused = [...new Set([...Object.keys((await this.pauses.current()).since), ...(job.paused ?? [])])];
    const replicas = isRepair ? (await this.states.recorded()).names : job.replicas;
    const filled = replicas.filter((replica) => !paused.includes(replica));
    let repeated = 0;
    if (rows.length > 0) await this.failures.markChanged();
    await forEachInParallel(rows, CONCURRENCY, async (row) => {
      if (row.succeeded || reasonOf(row.code).verdict === 'done') {
        if (isRepair && (await this.failures.resolve(row, job.startedAt!, paused))) {
          for (const replica of filled) await this.states.removeMissing(replica, row);
        }
        return;
      }
      await this.states.addMissing(replicas, row);
      const failure = { ...row, reason: row.code, at: job.endedAt! };
      const attempt = { marker: markerOf(job), isRepair, since: job.startedAt! };
      // The only rule of the object may be disabled.
      const waitsFor = paused.length > 0 && row.code === NO_RULE ? paused : undefined;
      if (await this.failures.recordAttempt(failure, attempt, waitsFor)) repeated++;
      const known = row.code in failedByReason || Object.keys(failedByReason).length < MAX_REASONS;
      const reason = known ? row.code : 'Other';
      failedByReason[reason] = (failedByReason[reason] ?? 0) + 1;
    });
    if (repeated > 0) this.telemetry.repeatedFailures(repeated);
    const changed = await this.jobs.change(job, { set: { cursor, failedByReason } });
    if (!changed) throw new Error(`Another run reads the report of job ${job.jobId}.`);
    return changed;
  }

  /** @returns undefined if the object does not exist */
  private async get(key: string): Promise<Readable | undefined> {
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, ExpectedBucketOwner: this.account });
    return (await unlessError(this.s3.send(command), 'NoSuchKey'))?.Body as Readable | undefined;
  }
}
