import { Change, DynamoDbTable, Key } from '../../../../private/runtime/dynamodb-table';
import { MAX_BACKFILL_ATTEMPTS } from '../../contract';

/**
 * `wanted`: it is decided that there shall be one. `started`: S3 has it. `reporting`: it has ended, and its report is
 * being read. `finished`: nothing is left to be done.
 */
export type JobState = 'wanted' | 'started' | 'reporting' | 'finished';

/** `nothing`: there was no object to replicate. `lost`: S3 knows the job no more. */
export type Outcome = 'complete' | 'nothing' | 'failed' | 'cancelled' | 'lost';

export type BackfillCause = 'bucket-adopted' | 'replicas-found' | 'replicas-added' | 'switched-on';

export interface Progress {
  /** In S3's words. */
  readonly status: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How long S3 has worked on it. */
  readonly activeSeconds: number;
  /** When S3 said so. */
  readonly at: number;
  /** How fast it went between the last two times, in objects per second. */
  readonly rate?: number;
}

/** Objects that are named one by one. */
export interface Manifest {
  readonly key: string;
  readonly etag: string;
  readonly objects: number;
}

/** How far a report was read: rows of a file that are done with. */
export interface Cursor {
  readonly file: number;
  readonly row: number;
}

export interface Job extends Key {
  readonly id: string;
  readonly kind: 'backfill' | 'repair';
  readonly bucket: string;
  /** The replicas that it is for: all, if none is named. */
  readonly replicas: readonly string[];
  readonly cause: BackfillCause | 'repair';
  /** Which objects a backfill takes, by their status. */
  readonly statuses?: readonly string[];
  /** What came later is replicated by the rules. */
  readonly createdBefore?: string;
  readonly manifest?: Manifest;
  readonly state: JobState;
  /** Counts the jobs of S3 that were started for it. */
  readonly attempt: number;
  readonly wantedAt: number;
  /** It is not started before. */
  readonly retryAt?: number;
  readonly jobId?: string;
  readonly startedAt?: number;
  readonly progress?: Progress;
  readonly endedAt?: number;
  readonly outcome?: Outcome;
  /** Why it did not start, or failed. */
  readonly failure?: string;
  readonly cursor?: Cursor;
  readonly failedByReason?: Readonly<Record<string, number>>;
  readonly reportMissing?: boolean;
  /** Lifecycle rules of the bucket that race with it. */
  readonly lifecycleRules?: readonly string[];
  readonly expiresAt?: number;
}

const PARTITION = 'job';
const REPLICAS = 'replica';
const HOUR = 3_600_000;

export const jobKey = (id: string): Key => ({ pk: PARTITION, sk: id });
const replicaKey = (bucketName: string): Key => ({ pk: REPLICAS, sk: bucketName });

/** The jobs that are wanted, and which of them is for which replica. */
export class Jobs {
  constructor(private readonly table: DynamoDbTable) {}

  find(id: string): Promise<Job | undefined> {
    return this.table.get<Job>(jobKey(id));
  }

  async list(): Promise<Job[]> {
    const jobs = await this.table.list<Job>(PARTITION);
    return jobs.sort((one, other) => one.wantedAt - other.wantedAt);
  }

  /** Those that are not finished. */
  async open(): Promise<Job[]> {
    return (await this.list()).filter(({ state }) => state !== 'finished');
  }

  /** @returns whether it is new */
  add(job: Omit<Job, 'pk' | 'sk'>): Promise<boolean> {
    return this.table.create({ ...jobKey(job.id), ...job });
  }

  /** The job by which a replica was filled, or is. */
  async jobOf(replica: string): Promise<string | undefined> {
    return (await this.table.get<{ job: string }>(replicaKey(replica)))?.job;
  }

  /** Adds a backfill, unless one of its replicas has another. @returns whether it is new */
  addFor(job: Omit<Job, 'pk' | 'sk'>): Promise<boolean> {
    return this.table.create(
      { ...jobKey(job.id), ...job },
      ...job.replicas.map((replica) => ({ ...replicaKey(replica), job: job.id })),
    );
  }

  /** A replica that is gone can come again, and then needs another backfill. */
  async forget(replica: string): Promise<void> {
    await this.table.delete(replicaKey(replica));
  }

  /** Changes a job that is still as it was seen. @returns the job as it is now, if it was */
  async change(job: Job, change: Pick<Change, 'set' | 'remove'>): Promise<Job | undefined> {
    const isChanged = await this.table.update(job, {
      ...change,
      if: '#state = :seenState AND #attempt = :seenAttempt',
      names: ['state', 'attempt'],
      values: { seenState: job.state, seenAttempt: job.attempt },
    });
    if (!isChanged) return undefined;
    const removed = Object.fromEntries((change.remove ?? []).map((name) => [name, undefined]));
    return { ...job, ...change.set, ...removed };
  }

  /**
   * Lets a backfill begin anew, as another job: S3 can't go on with one that has ended. What it has replicated is not
   * replicated again by a first backfill.
   */
  restart(job: Job, retryAt: number): Promise<Job | undefined> {
    return this.change(job, {
      set: { state: 'wanted', attempt: job.attempt + 1, retryAt },
      remove: ['jobId', 'startedAt', 'progress', 'endedAt', 'outcome', 'cursor', 'failedByReason', 'reportMissing'],
    });
  }
}

/** When a backfill that S3 failed is tried again: after one hour, then after two. */
export function nextTry({ kind, attempt }: Job, now: number): number | undefined {
  if (kind !== 'backfill' || attempt >= MAX_BACKFILL_ATTEMPTS) return undefined;
  return now + HOUR * 2 ** (attempt - 1);
}
