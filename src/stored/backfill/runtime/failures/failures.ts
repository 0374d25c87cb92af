import { createHash } from 'node:crypto';
import { DynamoDbTable, Key } from '../../../../private/runtime/dynamodb-table';
import { reasonOf } from '../../failure-reasons';
import { ObjectVersion } from '../object-keys';
import { Pauses } from '../pauses';
import { EVERY_REASON } from '../state';

/** An object version that is missing on at least one replica. */
export interface Failure extends ObjectVersion, Key {
  readonly reason: string;
  /** The number of failed repairs. */
  readonly attempts: number;
  /** In milliseconds since the epoch, like `lastSeen`. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The replica's bucket, if S3 named it. */
  readonly destination?: string;
  readonly lastJob?: string;
  /** The replicas that were paused when another replica got the object. They may still lack it. */
  readonly waitsFor?: readonly string[];
  readonly expiresAt: number;
}

/** A failed attempt of S3 to replicate an object version. */
export interface FailedReplication extends ObjectVersion {
  readonly reason: string;
  readonly at: number;
  readonly destination?: string;
}

export interface ReasonCount {
  readonly count: number;
  readonly givenUp: number;
}

export interface FailurePage {
  readonly failures: Failure[];
  /** The key to continue after. An empty sort key stands for the start of a partition. */
  readonly nextToken?: Key;
}

/** `outstanding`: not replicated, although the source exists. `givenUp`: those that are not retried automatically. */
export interface FailureCounts {
  readonly outstanding: number;
  readonly givenUp: number;
  readonly byReason: Readonly<Record<string, ReasonCount>>;
  readonly at: number;
}

/** A DynamoDB partition supports about 1,000 writes per second. */
const SHARDS = [...'0123456789abcdef'];
const DAY_SECONDS = 24 * 3600;
/** How long to keep failures that are never resolved. */
const KEPT_DAYS = 365;
/** How long to keep failures whose source no longer exists. */
const GONE_DAYS = 7;
const COUNTS: Key = { pk: 'state', sk: 'failures' };
/** By reason: the time until which failures were dismissed. */
const DISMISSED: Key = { pk: 'state', sk: 'dismissed' };
type Dismissed = Readonly<Record<string, unknown>>;
export const MAX_PAGE = 1_000;

export class Failures {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly maxAttempts: number,
  ) {}

  /** Records an event of S3. Idempotent. */
  async recordEvent({ key, versionId, reason, at, destination }: FailedReplication): Promise<void> {
    await this.table.update(keyOf({ key, versionId }), {
      set: { key, versionId, reason, lastSeen: at, destination, expiresAt: expiryOf(reason) },
      setOnce: { firstSeen: at, attempts: 0 },
      remove: ['waitsFor'],
      // Events arrive in any order.
      if: 'attribute_not_exists(#lastSeen) OR #lastSeen <= :lastSeen',
    });
  }

  /** Records what an audit found, unless the failure is known already, with the reason that S3 gave. Idempotent. */
  async recordFinding({ key, versionId, reason, at, destination }: FailedReplication): Promise<void> {
    await this.table.update(keyOf({ key, versionId }), {
      set: {
        key,
        versionId,
        reason,
        firstSeen: at,
        lastSeen: at,
        attempts: 0,
        destination,
        expiresAt: expiryOf(reason),
      },
      if: 'attribute_not_exists(#lastSeen)',
    });
  }

  /**
   * Records that a job failed to replicate an object. Counted once for each job, even if its report is read repeatedly.
   *
   * @param waitsFor the paused replicas that the failure is due to. It does not count as an attempt
   * @returns whether the object had already failed before the job started
   */
  async recordAttempt(
    object: FailedReplication,
    job: { readonly marker: string; readonly isRepair: boolean; readonly since: number },
    waitsFor?: readonly string[],
  ): Promise<boolean> {
    const { key, versionId, reason, at } = object;
    const old = await this.table.updateAndReturnOld(keyOf(object), {
      set: { key, versionId, reason, lastSeen: at, lastJob: job.marker, expiresAt: expiryOf(reason), waitsFor },
      setOnce: { firstSeen: at },
      add: { attempts: job.isRepair && !waitsFor ? 1 : 0 },
      remove: waitsFor ? [] : ['waitsFor'],
      if: 'attribute_not_exists(#lastJob) OR #lastJob <> :lastJob',
    });
    return !waitsFor && typeof old?.firstSeen === 'number' && old.firstSeen < job.since;
  }

  /**
   * Deletes the failure of a repaired object, unless it failed again after the job started. With paused replicas, which
   * the job did not fill, it keeps the failure until they are enabled.
   */
  resolve(object: ObjectVersion, since: number, paused: readonly string[]): Promise<boolean> {
    if (paused.length > 0) {
      const change = { set: { waitsFor: paused }, if: '#lastSeen <= :since', values: { since } };
      return this.table.update(keyOf(object), change);
    }
    return this.table.delete(keyOf(object), {
      if: 'attribute_not_exists(#lastSeen) OR #lastSeen <= :since',
      values: { since },
    });
  }

  /** The failures that a repair includes. Those of paused replicas wait. */
  async *repairable(pauses: Pauses, retryGivenUp?: string): AsyncGenerator<Failure> {
    if (pauses.all) return;
    for await (const failure of this.all()) {
      const lacking = failure.waitsFor ?? (failure.destination ? [failure.destination] : []);
      if (lacking.length > 0 && lacking.every((replica) => replica in pauses.since)) continue;
      const forced = retryGivenUp === failure.reason || (retryGivenUp === EVERY_REASON && isRetryable(failure));
      if (forced || !this.isGivenUp(failure)) yield failure;
    }
  }

  /** Must be called before failures change, so that the next run counts them again. */
  async markChanged(): Promise<void> {
    await this.table.update(COUNTS, { add: { changes: 1 } });
  }

  /** The result of the last count. */
  async counts(): Promise<FailureCounts | undefined> {
    return (await this.table.get<{ counts?: FailureCounts }>(COUNTS))?.counts;
  }

  /** Counts again if failures have changed, or after a day, because DynamoDB deletes expired failures. */
  async count(): Promise<FailureCounts> {
    const row = await this.table.get<{ changes?: number; counted?: number; counts?: FailureCounts }>(COUNTS);
    const counted = row?.changes ?? 0;
    const isFresh = row?.counts && Date.now() - row.counts.at < DAY_SECONDS * 1000;
    if (isFresh && row.counted === counted) return row.counts!;
    const byReason: Record<string, { count: number; givenUp: number }> = {};
    let outstanding = 0;
    let givenUp = 0;
    for await (const failure of this.all()) {
      const entry = (byReason[failure.reason] ??= { count: 0, givenUp: 0 });
      entry.count++;
      if (reasonOf(failure.reason).verdict === 'gone') continue;
      outstanding++;
      if (!this.isGivenUp(failure)) continue;
      entry.givenUp++;
      givenUp++;
    }
    const counts = { outstanding, givenUp, byReason, at: Date.now() };
    await this.table.update(COUNTS, { set: { counted, counts } });
    return counts;
  }

  /** A page of all failures, in no particular order. */
  async page(token: Key | undefined, limit: number): Promise<FailurePage> {
    const pk = token?.pk ?? shardKey(SHARDS[0]);
    const after = token?.sk ? { pk, sk: token.sk } : undefined;
    const { items, next } = await this.table.page<Failure>(pk, { after, limit });
    const following = SHARDS[SHARDS.indexOf(pk.slice(-1)) + 1];
    const nextShard = following === undefined ? undefined : { pk: shardKey(following), sk: '' };
    const dismissed = await this.dismissed();
    const failures = items.filter((failure) => isCurrent(failure, dismissed));
    return { failures, nextToken: (next as Key | undefined) ?? nextShard };
  }

  /** Hides the failures with a reason, until they occur again. */
  async dismiss(reason: string): Promise<void> {
    await this.markChanged();
    await this.table.update(DISMISSED, { set: { [reason]: Date.now() } });
  }

  isGivenUp({ reason, attempts, waitsFor }: Failure): boolean {
    return waitsFor === undefined && (reasonOf(reason).verdict !== 'retry' || attempts >= this.maxAttempts);
  }

  private async *all(): AsyncGenerator<Failure> {
    const dismissed = await this.dismissed();
    for (const shard of SHARDS) {
      for await (const failure of this.table.each<Failure>(shardKey(shard))) {
        if (isCurrent(failure, dismissed)) yield failure;
      }
    }
  }

  private async dismissed(): Promise<Dismissed> {
    return (await this.table.get<Dismissed>(DISMISSED)) ?? {};
  }
}

export function isShard(pk: unknown): boolean {
  return typeof pk === 'string' && SHARDS.some((shard) => pk === shardKey(shard));
}

const isRetryable = ({ reason }: Failure): boolean => reasonOf(reason).verdict === 'retry';

/** DynamoDB may delete expired items days later. */
function isCurrent({ expiresAt, lastSeen, reason }: Failure, dismissed: Dismissed): boolean {
  return expiresAt * 1000 > Date.now() && lastSeen > Number(dismissed[reason] ?? 0);
}

const shardKey = (shard: string): string => `failure#${shard}`;

/** The hash fits into a sort key. An S3 key might not. */
function keyOf({ key, versionId }: ObjectVersion): Key {
  const hash = createHash('sha256').update(`${key}\n${versionId}`).digest('hex');
  return { pk: shardKey(hash[0]), sk: hash };
}

function expiryOf(reason: string): number {
  const days = reasonOf(reason).verdict === 'gone' ? GONE_DAYS : KEPT_DAYS;
  return Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
}
