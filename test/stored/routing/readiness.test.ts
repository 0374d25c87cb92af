import { ReplicaSummary } from '../../../src/stored/backfill/contract';
import {
  DEFAULT_DELAY_SECONDS,
  Readiness as Mode,
  Reason,
  ReplicaHoldings,
} from '../../../src/stored/routing/contract';
import { mediaCopy } from '../../../src/stored/routing/runtime/media-copy';
import { parsePreferences } from '../../../src/stored/routing/runtime/preferences';
import { Readiness } from '../../../src/stored/routing/runtime/readiness';
import { MediaObject } from '../../../src/stored/routing/runtime/request';

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PREFERENCES = parsePreferences('{}', ['us-east-1', 'eu-west-1']);

/** A replica that was created with its bucket, whose events are recorded. */
const CURRENT: ReplicaSummary = { trackedFrom: 0, readAt: NOW };

interface Situation {
  readonly mode?: Mode;
  readonly holdings?: ReplicaHoldings;
  /** `none`: nothing is recorded anywhere. `unreachable`: the table does not answer. */
  readonly summary?: ReplicaSummary | 'none' | 'unreachable' | 'empty';
  readonly lacks?: string;
  readonly several?: boolean;
  /** The replication status in the primary. */
  readonly status?: string;
  readonly isInParts?: boolean;
  /** The age of the object, which the request specifies unless `isUndated`. */
  readonly minutes?: number;
  readonly isUndated?: boolean;
  readonly key?: string;
}

/** @returns the reason, and which copies were asked */
async function reasonFor(situation: Situation): Promise<[Reason, string]> {
  const { mode = 'exact', holdings, summary = CURRENT, several = false, minutes = 60, key = 'a' } = situation;
  const createdAt = NOW - minutes * MINUTE;
  const asked: string[] = [];
  const { status, isInParts = false } = situation;
  const readiness = new Readiness({
    mode,
    timeoutMs: 1000,
    hasSeveralReplicas: several,
    arrivals: {
      originals: async (objects) => {
        asked.push('primary');
        return objects.map(() => ({ createdAt, versionId: 'v1', status, isInParts }));
      },
      inReplica: async (objects) => {
        asked.push('replica');
        return objects.map(() => 'in-replica' as const);
      },
    },
    states:
      summary === 'none'
        ? undefined
        : {
            of: async () =>
              summary === 'unreachable'
                ? undefined
                : {
                    summary: summary === 'empty' ? undefined : summary,
                    lacks: (object: MediaObject) => object.key === situation.lacks,
                  },
          },
  });
  const replica = mediaCopy('replica', ['eu-west-1', 'media-eu'], {}, holdings);
  const object = situation.isUndated ? { key } : { key, createdAt };
  const [reason] = await readiness.of([object], replica, PREFERENCES, NOW);
  return [reason, asked.join(', ')];
}

const OLD = 60;
const YOUNG = 5;
/** The backfill runs that replicates objects from before yesterday. */
const BACKFILLING: ReplicaSummary = { gapFrom: 0, gapTo: NOW - DAY, trackedFrom: NOW - DAY, readAt: NOW };
const BACKFILLED: ReplicaSummary = { filledUntil: NOW - DAY, trackedFrom: NOW - DAY, readAt: NOW };

describe('Readiness, in both modes', () => {
  test.each<[string, Situation, Reason]>([
    ['an object outside of the prefix', { key: 'b/1', holdings: { prefix: 'a/' } }, 'not-replicated'],
    ['an archived replica', { holdings: { archived: true } }, 'not-replicated'],
    ['an object that may have expired', { minutes: 30 * 24 * 60, holdings: { days: 30 } }, 'not-replicated'],
    ['an object that failed or is late', { lacks: 'a' }, 'replication-failed'],
    ['an object before the backfill', { minutes: 2 * 24 * 60, summary: BACKFILLING }, 'not-backfilled'],
    ['an object of a pause', { minutes: OLD, summary: { ...CURRENT, gapFrom: NOW - DAY } }, 'not-backfilled'],
    ['a replica without records', { summary: 'empty' }, 'not-backfilled'],
    ['a table that does not answer', { summary: 'unreachable' }, 'state-unknown'],
  ])('%s: the link points to the primary', async (_, situation, reason) => {
    for (const mode of ['delay', 'exact'] as const) {
      expect(await reasonFor({ mode, ...situation })).toEqual([reason, '']);
    }
  });

  test.each<[string, Situation]>([
    ['an object that may have expired', { minutes: 30 * 24 * 60, holdings: { days: 30 } }],
    ['an object before the backfill', { minutes: 2 * 24 * 60, summary: BACKFILLING }],
  ])('%s is recognized without `createdAt`', async (_, situation) => {
    for (const mode of ['delay', 'exact'] as const) {
      const [reason, asked] = await reasonFor({ mode, isUndated: true, status: 'COMPLETED', ...situation });
      expect([/^not-(replicated|backfilled)$/.test(reason), asked]).toEqual([true, 'primary']);
    }
  });
});

describe('ReadinessMode.DELAY', () => {
  test.each<[string, Situation, Reason, string]>([
    ['after the delay', { minutes: DEFAULT_DELAY_SECONDS / 60 }, 'delay-over', ''],
    ['before the delay', { minutes: DEFAULT_DELAY_SECONDS / 60 - 1 }, 'too-new', ''],
    ['after a backfill', { minutes: 2 * 24 * 60, summary: BACKFILLED }, 'delay-over', ''],
    ['after the delay, without records', { summary: 'none' }, 'delay-over', ''],
    ['without `createdAt`', { isUndated: true, status: 'COMPLETED' }, 'delay-over', 'primary'],
    [
      'an upload in parts that is pending',
      { isUndated: true, status: 'PENDING', isInParts: true },
      'too-new',
      'primary',
    ],
    [
      'an upload in parts that is done',
      { isUndated: true, status: 'COMPLETED', isInParts: true },
      'delay-over',
      'primary',
    ],
  ])('%s', async (_, situation, ...expected) => {
    expect(await reasonFor({ mode: 'delay', ...situation })).toEqual(expected);
  });
});

describe('ReadinessMode.EXACT', () => {
  test.each<[string, Situation, Reason, string]>([
    ['an old object: only the records are read', { minutes: OLD }, 'in-replica', ''],
    ['a backfilled object', { minutes: 2 * 24 * 60, summary: BACKFILLED }, 'in-replica', ''],
    ['a young object', { minutes: YOUNG, status: 'COMPLETED' }, 'in-replica', 'primary'],
    [
      'a young object that is pending',
      { minutes: YOUNG, status: 'PENDING', several: true },
      'not-in-replica',
      'primary',
    ],
    [
      'an old object while the worker does not run',
      { minutes: OLD, status: 'PENDING', summary: { ...CURRENT, readAt: NOW - 2 * 60 * MINUTE } },
      'not-in-replica',
      'primary',
    ],
    [
      'an old object that is pending because another replica is down',
      { isUndated: true, status: 'PENDING', several: true },
      'in-replica',
      'primary',
    ],
    [
      'an old object that failed elsewhere',
      { isUndated: true, status: 'FAILED', several: true },
      'in-replica',
      'primary',
    ],
    ['an object that no rule covered', { isUndated: true, status: undefined }, 'not-in-replica', 'primary'],
    ['an object that another replica wrote', { isUndated: true, status: 'REPLICA' }, 'in-replica', 'primary, replica'],
    [
      'such an object with isolation',
      { isUndated: true, status: 'REPLICA', holdings: { isolated: true } },
      'not-in-replica',
      'primary',
    ],
    [
      'a pending upload in parts, with several replicas',
      { isUndated: true, status: 'PENDING', isInParts: true, several: true },
      'in-replica',
      'primary, replica',
    ],
    [
      'without Replication Time Control, one replica',
      { status: 'PENDING', summary: { readAt: NOW } },
      'not-in-replica',
      'primary',
    ],
    [
      'without Replication Time Control, several replicas',
      { status: 'PENDING', summary: { readAt: NOW }, several: true },
      'in-replica',
      'primary, replica',
    ],
    [
      'without Replication Time Control, completed',
      { status: 'COMPLETED', summary: { readAt: NOW }, several: true },
      'in-replica',
      'primary',
    ],
    [
      'filter by tags, one replica',
      { status: 'COMPLETED', summary: { readAt: NOW }, holdings: { tagged: true } },
      'in-replica',
      'primary',
    ],
    [
      'filter by tags, several replicas',
      { status: 'COMPLETED', summary: { readAt: NOW }, holdings: { tagged: true }, several: true },
      'in-replica',
      'primary, replica',
    ],
    ['no records', { summary: 'none' }, 'in-replica', 'replica'],
    ['no records, with isolation', { summary: 'none', holdings: { isolated: true } }, 'not-in-replica', ''],
    [
      'no records, objects that may have expired',
      { summary: 'none', isUndated: true, minutes: 31 * 24 * 60, holdings: { days: 30 } },
      'not-replicated',
      'primary',
    ],
  ])('%s', async (_, situation, ...expected) => {
    expect(await reasonFor(situation)).toEqual(expected);
  });
});
