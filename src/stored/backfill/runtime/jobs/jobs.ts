import { Change, DynamoDbTable, Key } from '../../../../private/runtime/dynamodb-table';
import { MAX_BACKFILL_ATTEMPTS } from '../../contract';

/**
 * `wanted`: recorded, but not created in S3 yet. `started`: created in S3. `reporting`: ended in S3, and its report is
 * being read. `finished`: nothing is left to do.
 */
export type JobState = 'wanted' | 'started' | 'reporting' | 'finished';

/** `nothing`: there was no object to replicate. `lost`: S3 no longer has the job. */
export type Outcome = 'complete' | 'nothing' | 'failed' | 'cancelled' | 'lost';

export type BackfillCause =
  'bucket-adopted' | 'replicas-found' | 'replicas-added' | 'replicas-enabled' | 'switched-on' | 'requested';

export interface Progress {
  /** The status in S3. */
  readonly status: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How long the job has been active in S3. */
  readonly activeSeconds: number;
  /** When S3 reported it. */
  readonly at: number;
  /** The rate between the last two reports, in objects per second. */
  readonly rate?: number;
}

/** A manifest in the reports bucket, which lists the objects of a job. */
export interface Manifest {
  readonly key: string;
  readonly etag: string;
  readonly objects: number;
}

/** How far a report has been read: the index of the file and the number of its rows that are processed. */
export interface Cursor {
  readonly file: number;
  readonly row: number;
}

export interface Job extends Key {
  readonly id: string;
  readonly kind: 'backfill' | 'repair';
  readonly bucket: string;
  /** The replicas that the job fills. Empty for all of them. */
  readonly replicas: readonly string[];
  readonly cause: BackfillCause | 'repair';
  /** The replication statuses of the objects that a backfill includes. Undefined for all. */
  readonly statuses?: readonly string[];
  /** Objects that are created later are replicated by the rules. */
  readonly createdBefore?: string;
  /** Objects that are created earlier were replicated before the pause. */
  readonly createdAfter?: string;
  readonly manifest?: Manifest;
  /** The replicas that were paused when a repair was planned. */
  readonly paused?: readonly string[];
  readonly state: JobState;
  /** The number of jobs in S3, including this one, that were created for the same purpose. */
  readonly attempt: number;
  readonly wantedAt: number;
  /** The job is not started before this time. */
  readonly retryAt?: number;
  readonly jobId?: string;
  readonly startedAt?: number;
  readonly progress?: Progress;
  readonly endedAt?: number;
  readonly outcome?: Outcome;
  /** Why the job did not start, or failed. */
  readonly failure?: string;
  readonly cursor?: Cursor;
  readonly failedByReason?: Readonly<Record<string, number>>;
  readonly reportMissing?: boolean;
  /** The lifecycle rules that race with the job. */
  readonly lifecycleRules?: readonly string[];
  readonly expiresAt?: number;
}

const PARTITION = 'job';
const REPLICAS = 'replica';
const HOUR = 3_600_000;

export const jobKey = (id: string): Key => ({ pk: PARTITION, sk: id });
const replicaKey = (bucketName: string): Key => ({ pk: REPLICAS, sk: bucketName });

/** Stores all jobs, and which job fills which replica. */
export class Jobs {
  constructor(private readonly table: DynamoDbTable) {}

  find(id: string): Promise<Job | undefined> {
    return this.table.get<Job>(jobKey(id));
  }

  async list(): Promise<Job[]> {
    const jobs = await this.table.list<Job>(PARTITION);
    return jobs.sort((one, other) => one.wantedAt - other.wantedAt);
  }

  /** The jobs that are not finished. */
  async open(): Promise<Job[]> {
    return (await this.list()).filter(({ state }) => state !== 'finished');
  }

  /** @returns whether it was added */
  add(job: Omit<Job, 'pk' | 'sk'>): Promise<boolean> {
    return this.table.create({ ...jobKey(job.id), ...job });
  }

  /** Records a job, unless it is recorded already. Needs no permission to put items, unlike `add`. */
  async request(job: Omit<Job, 'pk' | 'sk'>): Promise<void> {
    await this.table.update(jobKey(job.id), { set: { ...job }, if: 'attribute_not_exists(pk)' });
  }

  /** The ID of the job that fills or has filled the replica. */
  async jobFor(replica: string): Promise<string | undefined> {
    return (await this.table.get<{ job: string }>(replicaKey(replica)))?.job;
  }

  /** Adds a backfill, unless another job fills one of its replicas. @returns whether it was added */
  addBackfill(job: Omit<Job, 'pk' | 'sk'>): Promise<boolean> {
    return this.table.create(
      { ...jobKey(job.id), ...job },
      ...job.replicas.map((replica) => ({ ...replicaKey(replica), job: job.id })),
    );
  }

  /** Removes the job of a replica, which then gets another backfill if it is added again. */
  async forget(replica: string): Promise<void> {
    await this.table.delete(replicaKey(replica));
  }

  /** Changes a job, unless it was changed concurrently. @returns the changed job */
  async change(job: Job, change: Pick<Change, 'set' | 'remove'>): Promise<Job | undefined> {
    const isChanged = await this.table.update(job, {
      ...change,
      if: '#state = :seenState AND #attempt = :seenAttempt',
      values: { seenState: job.state, seenAttempt: job.attempt },
    });
    if (!isChanged) return undefined;
    const removed = Object.fromEntries((change.remove ?? []).map((name) => [name, undefined]));
    return { ...job, ...change.set, ...removed };
  }

  /**
   * Restarts a backfill as a new job, because S3 cannot resume a job that has ended. Objects that were replicated are
   * COMPLETED, so a backfill of the first replica skips them. Others replicate them again.
   */
  restart(job: Job, retryAt: number): Promise<Job | undefined> {
    return this.change(job, {
      set: { state: 'wanted', attempt: job.attempt + 1, retryAt },
      remove: ['jobId', 'startedAt', 'progress', 'endedAt', 'outcome', 'cursor', 'failedByReason', 'reportMissing'],
    });
  }
}

/** When a failed backfill is retried: after one hour, then after two. Undefined after the last attempt. */
export function nextAttempt({ kind, attempt }: Job, now: number): number | undefined {
  if (kind !== 'backfill' || attempt >= MAX_BACKFILL_ATTEMPTS) return undefined;
  return now + HOUR * 2 ** (attempt - 1);
}
