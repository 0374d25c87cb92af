import { ObjectVersion } from './object-keys';
import { DynamoDbTable, Key } from '../../../private/runtime/dynamodb-table';
import { EVENT_RETRY_MINUTES, replicaPartition, rowOf, SUMMARY, versionMark } from '../contract';

const RECORDED: Key = { pk: 'state', sk: 'replicas' };
const DAY_SECONDS = 24 * 3600;
const KEPT_DAYS = 366;
const MINUTE = 60_000;

/** What is recorded about all replicas together. */
export interface RecordedReplicas {
  /** The replicas of the last deployment. */
  readonly names: readonly string[];
  /** Until this time, the queue may hide events that were received but not recorded. */
  readonly hiddenUntil?: number;
}

const summaryOf = (replica: string): Key => ({ pk: replicaPartition(replica), sk: SUMMARY });

/** Stores which objects each replica lacks, for the router. Every method can be repeated. */
export class ReplicaStates {
  constructor(private readonly table: DynamoDbTable) {}

  async recorded(): Promise<RecordedReplicas> {
    return (await this.table.get<RecordedReplicas & Key>(RECORDED)) ?? { names: [] };
  }

  /** Records the replicas of a deployment, and forgets those that it removes. */
  async keepOnly(replicas: readonly string[]): Promise<void> {
    const { names } = await this.recorded();
    const removed = names.filter((replica) => !replicas.includes(replica));
    for (const replica of removed) await this.table.deleteAll(replicaPartition(replica));
    await this.table.update(RECORDED, { set: { names: replicas } });
  }

  async isKnown(replica: string): Promise<boolean> {
    return (await this.table.get(summaryOf(replica))) !== undefined;
  }

  /** Records that objects of this time are missing until a backfill is complete. `to` is undefined during a pause. */
  async openGap(replica: string, from: number, to?: number): Promise<void> {
    await this.table.update(summaryOf(replica), {
      set: { gapFrom: from, gapTo: to },
      remove: to === undefined ? ['gapTo'] : [],
    });
  }

  /** Records that a backfill of objects created before `to` is complete, unless another one has been recorded since. */
  async closeGap(replica: string, to: number): Promise<void> {
    await this.table.update(summaryOf(replica), {
      // S3 rounds creation times down to seconds.
      set: { filledUntil: Math.floor(to / 1000) * 1000 },
      remove: ['gapFrom', 'gapTo'],
      if: '#gapTo = :gapTo',
      values: { gapTo: to },
    });
  }

  /** @param from the time since which S3 tracks objects; ignored if a time is stored; undefined if S3 does not */
  async track(replica: string, from: number | undefined): Promise<void> {
    const change = from === undefined ? { remove: ['trackedFrom'] } : { setOnce: { trackedFrom: from } };
    await this.table.update(summaryOf(replica), change);
  }

  /** Records the time up to which all events were recorded, or that some events were not. */
  async markRead({ names, hiddenUntil = 0 }: RecordedReplicas, at: number, isComplete: boolean): Promise<void> {
    if (!isComplete) {
      const until = Date.now() + EVENT_RETRY_MINUTES * MINUTE;
      await this.table.update(RECORDED, { set: { hiddenUntil: until } });
      return;
    }
    if (at <= hiddenUntil) return;
    for (const replica of names) {
      await this.table.update(summaryOf(replica), { set: { readAt: at }, if: 'attribute_exists(#pk)' });
    }
  }

  /** @param unlessArrived for events, because the event for the arrival can be received first */
  async addMissing(
    replicas: readonly string[],
    { key, versionId }: ObjectVersion,
    { unlessArrived = false } = {},
  ): Promise<void> {
    const mark = versionMark(versionId);
    for (const replica of replicas) {
      await this.table.update(rowKey(replica, key), {
        add: { versions: new Set([mark]) },
        set: { expiresAt: inDays(KEPT_DAYS) },
        ...(unlessArrived && { if: 'NOT contains(#arrived, :mark)', values: { mark } }),
      });
    }
  }

  /** @returns whether the version was missing */
  async removeMissing(replica: string, { key, versionId }: ObjectVersion): Promise<boolean> {
    const mark = versionMark(versionId);
    const row = rowKey(replica, key);
    const wasMissing = await this.table.update(row, {
      subtract: { versions: new Set([mark]) },
      if: 'contains(#versions, :mark)',
      values: { mark },
    });
    const isEmpty = 'attribute_not_exists(#versions) AND attribute_not_exists(#arrived)';
    if (wasMissing) await this.table.delete(row, { if: isEmpty });
    return wasMissing;
  }

  /** Like `removeMissing`. Remembers an arrival that was reported before the delay for a day. */
  async addArrived(replica: string, version: ObjectVersion): Promise<void> {
    if (await this.removeMissing(replica, version)) return;
    const row = rowKey(replica, version.key);
    const add = { arrived: new Set([versionMark(version.versionId)]) };
    const lacksNone = 'attribute_not_exists(#versions)';
    if (await this.table.update(row, { add, set: { expiresAt: inDays(1) }, if: lacksNone })) return;
    await this.table.update(row, { add });
  }
}

const rowKey = (replica: string, key: string): Key => ({ pk: replicaPartition(replica), sk: rowOf(key) });

const inDays = (days: number): number => Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
