import { createHash } from 'node:crypto';
import { DynamoDbTable, Key } from '../../../../private/runtime/dynamodb-table';
import { reasonOf } from '../../failure-reasons';
import { ObjectVersion } from '../object-keys';
import { EVERY_REASON } from '../state';

/** An object that is not on every replica. */
export interface Failure extends ObjectVersion, Key {
  readonly reason: string;
  /** How many repairs failed. */
  readonly attempts: number;
  /** In milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The replica's bucket, where it is known. */
  readonly destination?: string;
  readonly lastJob?: string;
  readonly expiresAt: number;
}

export interface Sighting extends ObjectVersion {
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

/** `outstanding`: not replicated, and not gone. `givenUp`: those of them that are not tried again by themselves. */
export interface FailureCounts {
  readonly outstanding: number;
  readonly givenUp: number;
  readonly byReason: Readonly<Record<string, ReasonCount>>;
  readonly at: number;
}

/** A partition takes about 1,000 writes per second. */
const SHARDS = [...'0123456789abcdef'];
const DAY_SECONDS = 24 * 3600;
/** Rows of what nobody ever looked after. */
const KEPT_DAYS = 365;
/** Rows of what there is nothing left to replicate of: they say so for a while. */
const GONE_DAYS = 7;
const COUNTS: Key = { pk: 'state', sk: 'failures' };
/** Until when failures of a reason are no matter any more, by reason. */
const DISMISSED: Key = { pk: 'state', sk: 'dismissed' };
type Dismissed = Readonly<Record<string, unknown>>;
export const MAX_PAGE = 1_000;

export class Failures {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly maxAttempts: number,
  ) {}

  /** S3 told of a failure. To be told twice changes nothing. */
  async see({ key, versionId, reason, at, destination }: Sighting): Promise<void> {
    await this.table.update(keyOf({ key, versionId }), {
      set: { key, versionId, reason, lastSeen: at, destination, expiresAt: expiryOf(reason) },
      setOnce: { firstSeen: at, attempts: 0 },
      // Events come in any order.
      if: 'attribute_not_exists(#lastSeen) OR #lastSeen <= :lastSeen',
    });
  }

  /**
   * A job failed with an object. Counts once for each job, however often its report is read.
   *
   * @returns whether it was known to have failed before the job
   */
  async fail(object: Sighting, job: { readonly marker: string; readonly isRepair: boolean; readonly since: number }) {
    const { key, versionId, reason, at } = object;
    const was = await this.table.updateAndReturnOld(keyOf(object), {
      set: { key, versionId, reason, lastSeen: at, lastJob: job.marker, expiresAt: expiryOf(reason) },
      setOnce: { firstSeen: at },
      add: { attempts: job.isRepair ? 1 : 0 },
      if: 'attribute_not_exists(#lastJob) OR #lastJob <> :lastJob',
    });
    return was !== undefined && typeof was.firstSeen === 'number' && was.firstSeen < job.since;
  }

  /** The object is where it should be, unless something was heard of it after the job began. */
  heal(object: ObjectVersion, since: number): Promise<boolean> {
    return this.table.delete(keyOf(object), {
      if: 'attribute_not_exists(#lastSeen) OR #lastSeen <= :since',
      names: ['lastSeen'],
      values: { since },
    });
  }

  /** Those that a repair takes, from where the last one ended. */
  async *toRepair(giveAnotherTry?: string): AsyncGenerator<Failure> {
    for await (const failure of this.all()) {
      const forced = giveAnotherTry === failure.reason || (giveAnotherTry === EVERY_REASON && isHealable(failure));
      if (forced || !this.isGivenUp(failure)) yield failure;
    }
  }

  /** Must be said before rows change, so that they are counted afterwards. */
  async willChange(): Promise<void> {
    await this.table.update(COUNTS, { add: { changes: 1 } });
  }

  /** What was counted last. */
  async counts(): Promise<FailureCounts | undefined> {
    return (await this.table.get<{ counts?: FailureCounts }>(COUNTS))?.counts;
  }

  /** Counts anew, if something has changed or a day has passed: rows expire by themselves. */
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

  /** A page of all, in no order that means anything. */
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

  /** Somebody has looked after those of a reason: they are told of no more, unless they are seen again. */
  async dismiss(reason: string): Promise<void> {
    await this.willChange();
    await this.table.update(DISMISSED, { set: { [reason]: Date.now() } });
  }

  isGivenUp({ reason, attempts }: Failure): boolean {
    return reasonOf(reason).verdict !== 'retry' || attempts >= this.maxAttempts;
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

const isHealable = ({ reason }: Failure): boolean => reasonOf(reason).verdict === 'retry';

/** DynamoDB takes its time to remove what has expired. */
function isCurrent({ expiresAt, lastSeen, reason }: Failure, dismissed: Dismissed): boolean {
  return expiresAt * 1000 > Date.now() && lastSeen > Number(dismissed[reason] ?? 0);
}

const shardKey = (shard: string): string => `failure#${shard}`;

/** A key of S3 can be longer than one of DynamoDB. */
function keyOf({ key, versionId }: ObjectVersion): Key {
  const hash = createHash('sha256').update(`${key}\n${versionId}`).digest('hex');
  return { pk: shardKey(hash[0]), sk: hash };
}

function expiryOf(reason: string): number {
  const days = reasonOf(reason).verdict === 'gone' ? GONE_DAYS : KEPT_DAYS;
  return Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
}
