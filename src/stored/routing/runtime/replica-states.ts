import {
  AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  QueryCommand,
  QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { MediaObject } from './request';
import { chunks } from '../../../private/chunks';
import { patience } from '../../../private/runtime/patience';
import {
  REPORTED_AFTER_MINUTES,
  replicaPartition,
  ReplicaSummary,
  rowOf,
  SUMMARY,
  versionMark,
} from '../../backfill/contract';

type Row = Record<string, AttributeValue>;

/** The recorded state of a replica and of the objects in a request. */
export interface ReplicaState {
  /** Undefined if nothing has been recorded about the replica yet. */
  readonly summary?: ReplicaSummary;
  /** Whether the object failed to replicate or is late. Without a version, whether any of its versions did or is. */
  lacks(object: MediaObject): boolean;
}

export interface StateEvents {
  /** DynamoDB did not answer. */
  stateUnavailable(error: unknown): void;
}

interface Page {
  readonly rows: ReadonlyMap<string, Row>;
  readonly isComplete: boolean;
}

const REFRESH_MS = 10_000;
const RETRY_MS = 2_000;
const REQUEST_MS = 1_000;
/** Above this number of keys, the router reads only the rows for the objects in the request. */
const MAX_ROWS = 1_000;
/** DynamoDB's maximum. */
const KEYS_PER_BATCH = 100;
const REPORTED_AFTER_MS = REPORTED_AFTER_MINUTES * 60_000;

/** Reads what replicas lack, usually with one query for each replica, at most every 10 seconds. */
export class ReplicaStates {
  private readonly client: DynamoDBClient;
  private readonly pages = new Map<string, { until: number; readonly page: Promise<Page | undefined> }>();
  private readonly last = new Map<string, Page>();

  constructor(
    private readonly table: string,
    region: string,
    private readonly events: StateEvents,
    private readonly now: () => number = Date.now,
  ) {
    this.client = new DynamoDBClient({ region, maxAttempts: 2, requestHandler: patience(REQUEST_MS) });
  }

  /** @returns undefined if DynamoDB does not answer before the signal aborts, and has not answered before */
  async of(replica: string, objects: readonly MediaObject[], signal: AbortSignal): Promise<ReplicaState | undefined> {
    const page = (await Promise.race([this.pageOf(replica), aborted(signal)])) ?? this.last.get(replica);
    if (!page) return undefined;
    const rows = page.isComplete ? page.rows : await this.rowsFor(replica, objects, signal);
    if (!rows) return undefined;
    const hasRows = !page.isComplete || page.rows.size > 1;
    return { summary: summaryIn(page.rows.get(SUMMARY)), lacks: (object) => hasRows && isMissing(object, rows) };
  }

  /**
   * If the query fails, the last page remains valid. It is complete for the period that its summary covers, and the
   * router does not assume that newer objects are in the replica.
   */
  private pageOf(replica: string): Promise<Page | undefined> {
    const known = this.pages.get(replica);
    if (known && this.now() < known.until) return known.page;
    const entry = { until: this.now() + REFRESH_MS, page: this.attempt(() => this.query(replica)) };
    this.pages.set(replica, entry);
    void entry.page.then((page) => {
      if (page) this.last.set(replica, page);
      else entry.until = this.now() + RETRY_MS;
    });
    return entry.page;
  }

  private async query(replica: string): Promise<Page> {
    const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: replicaPartition(replica) } },
        Limit: MAX_ROWS,
        ConsistentRead: true,
      }),
    );
    return { rows: bySort(Items), isComplete: LastEvaluatedKey === undefined };
  }

  private async rowsFor(
    replica: string,
    objects: readonly MediaObject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Row> | undefined> {
    const pk = { S: replicaPartition(replica) };
    const sorts = [...new Set(objects.map(({ key }) => rowOf(key)))];
    return this.attempt(async () => {
      const batches = await Promise.all(
        chunks(sorts, KEYS_PER_BATCH).map((batch) => {
          const Keys = batch.map((sk) => ({ pk, sk: { S: sk } }));
          return this.client.send(
            new BatchGetItemCommand({ RequestItems: { [this.table]: { Keys, ConsistentRead: true } } }),
            { abortSignal: signal },
          );
        }),
      );
      if (batches.some(({ UnprocessedKeys }) => UnprocessedKeys?.[this.table])) {
        throw new Error('DynamoDB did not process all keys.');
      }
      return bySort(batches.flatMap(({ Responses }) => Responses?.[this.table] ?? []));
    });
  }

  private async attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.events.stateUnavailable(error);
      return undefined;
    }
  }
}

/** Whether a replica has an object that was created at this time, if the object has not been reported as missing. */
export function presenceAt(createdAt: number, summary: ReplicaSummary | undefined): 'present' | 'missing' | 'unknown' {
  if (!summary) return 'missing';
  const { gapFrom = Infinity, gapTo = Infinity, filledUntil = 0, trackedFrom = Infinity, readAt = 0 } = summary;
  if (createdAt >= gapFrom && createdAt < gapTo) return 'missing';
  if (createdAt < filledUntil) return 'present';
  return createdAt >= trackedFrom && createdAt <= readAt - REPORTED_AFTER_MS ? 'present' : 'unknown';
}

function isMissing({ key, versionId }: MediaObject, rows: ReadonlyMap<string, Row>): boolean {
  const versions = rows.get(rowOf(key))?.versions?.SS ?? [];
  return versionId === undefined ? versions.length > 0 : versions.includes(versionMark(versionId));
}

function summaryIn(row: Row | undefined): ReplicaSummary | undefined {
  if (!row) return undefined;
  const numbers = Object.entries(row).flatMap(([name, { N }]) => (N === undefined ? [] : [[name, Number(N)]]));
  return Object.fromEntries(numbers) as ReplicaSummary;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((done) => {
    if (signal.aborted) done(undefined);
    else signal.addEventListener('abort', () => done(undefined), { once: true });
  });
}

const bySort = (rows: readonly Row[]): ReadonlyMap<string, Row> => new Map(rows.map((row) => [row.sk.S!, row]));
