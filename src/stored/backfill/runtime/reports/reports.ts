import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Deadline } from '../../../../private/runtime/deadline';
import { reasonOf } from '../../failure-reasons';
import { Failures } from '../failures/failures';
import { markerOf, reportKey } from '../jobs/job-requests';
import { Cursor, Job, Jobs } from '../jobs/jobs';
import { atOnce } from '../parallel';
import { ReportRow, reportRows } from './report-rows';
import { Telemetry } from '../telemetry';

/** The manifest of a report. */
interface ReportManifest {
  readonly Results?: readonly {
    readonly TaskExecutionStatus?: string;
    readonly Bucket: string;
    readonly Key: string;
  }[];
}

/** Rows between two notes of how far it has come. */
const CHUNK = 500;
const WRITES_AT_ONCE = 32;
/** Reasons that are counted one by one. */
const MAX_REASONS = 60;

/** Reads the reports of jobs, a chunk at a time: as much as there is time for, and from there on later. */
export class Reports {
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly account: string,
    private readonly jobs: Jobs,
    private readonly failures: Failures,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns the job as it is now, and whether the report was read to its end; undefined if there is none (yet) */
  async read(job: Job, deadline: Deadline): Promise<{ job: Job; done: boolean } | undefined> {
    const manifest = await this.get(reportKey(job));
    if (!manifest) return undefined;
    const { Results = [] } = JSON.parse(await text(manifest)) as ReportManifest;
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
    if (!body) throw new Error(`The report of job ${job.jobId} names a file that is not there.`);
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

  /** Notes what the rows say, and then that they were read: what is done twice for want of that, counts once. */
  private async apply(job: Job, rows: readonly ReportRow[], cursor: Cursor): Promise<Job> {
    const failedByReason: Record<string, number> = { ...job.failedByReason };
    const isRepair = job.kind === 'repair';
    let again = 0;
    if (rows.length > 0) await this.failures.willChange();
    await atOnce(rows, WRITES_AT_ONCE, async (row) => {
      if (row.succeeded || reasonOf(row.code).verdict === 'done') {
        if (isRepair) await this.failures.heal(row, job.startedAt!);
        return;
      }
      const at = job.endedAt!;
      const since = job.startedAt!;
      if (await this.failures.fail({ ...row, reason: row.code, at }, { marker: markerOf(job), isRepair, since })) {
        again++;
      }
      const known = row.code in failedByReason || Object.keys(failedByReason).length < MAX_REASONS;
      const reason = known ? row.code : 'Other';
      failedByReason[reason] = (failedByReason[reason] ?? 0) + 1;
    });
    if (again > 0) this.telemetry.failedAgain(again);
    const changed = await this.jobs.change(job, { set: { cursor, failedByReason } });
    if (!changed) throw new Error(`Somebody else reads the report of job ${job.jobId}.`);
    return changed;
  }

  /** @returns undefined if there is no such object */
  private async get(key: string): Promise<Readable | undefined> {
    try {
      const { Body } = await this.s3.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, ExpectedBucketOwner: this.account }),
      );
      return Body as Readable;
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }
}

async function text(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
