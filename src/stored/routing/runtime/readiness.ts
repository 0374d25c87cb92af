import { setMaxListeners } from 'node:events';
import { Arrivals, COMPLETED, Original } from './arrivals';
import { MediaCopy } from './media-copy';
import { Preferences } from './preferences';
import { presenceAt, ReplicaState, ReplicaStates } from './replica-states';
import { MediaObject } from './request';
import { byDelay } from './rule';
import { Readiness as Mode, Reason } from '../contract';

export interface ReadinessProps {
  readonly mode: Mode;
  /** The time limit for all requests during one call. */
  readonly timeoutMs: number;
  readonly arrivals: Pick<Arrivals, 'inReplica' | 'originals'>;
  /** Undefined without a table that describes what replicas lack. */
  readonly states?: Pick<ReplicaStates, 'of'>;
  readonly hasSeveralReplicas: boolean;
}

/** What is known before a call checks the objects of one replica. */
interface Context {
  readonly replica: MediaCopy;
  readonly preferences: Preferences;
  readonly now: number;
  readonly state?: ReplicaState;
}

type Found = Exclude<Original, { readonly reason: unknown }>;

const DAY_MS = 24 * 3_600_000;

/**
 * Determines whether a replica has objects, from the cheapest source that is sufficient: the configuration of the
 * replica, the recorded state, the replication status in the primary, and only then the replica itself.
 */
export class Readiness {
  constructor(private readonly props: ReadinessProps) {}

  async of(
    objects: readonly MediaObject[],
    replica: MediaCopy,
    preferences: Preferences,
    now: number,
  ): Promise<Reason[]> {
    const { arrivals, states, timeoutMs } = this.props;
    const signal = timeLimit(timeoutMs);
    const state = await states?.of(replica.bucket, objects, signal);
    if (states && !state) return objects.map(() => 'state-unknown');
    const context = { replica, preferences, now, state };

    const reasons = objects.map((object) => this.fromRecords(object, context));
    const unknown = indexesOf(reasons, (reason) => reason === undefined);
    // The replica's response is sufficient, unless lifecycle rules apply to objects of a certain age.
    const isAskedFirst = this.props.mode === 'exact' && !states && replica.holdings.days === undefined;
    const originals =
      isAskedFirst || unknown.length === 0
        ? []
        : await arrivals.originals(
            unknown.map((index) => objects[index]),
            signal,
          );
    originals.forEach((original, position) => {
      reasons[unknown[position]] = 'reason' in original ? original.reason : this.fromPrimary(original, context);
    });

    const asked = indexesOf(reasons, (reason) => reason === undefined);
    if (asked.length === 0) return reasons as Reason[];
    const versions = new Map(originals.map((original, position) => [unknown[position], original]));
    const answers = replica.holdings.isolated
      ? asked.map((): Reason => 'not-in-replica')
      : await arrivals.inReplica(
          asked.map((index) => ({ ...objects[index], versionId: versionOf(objects[index], versions.get(index)) })),
          replica,
          signal,
        );
    answers.forEach((answer, position) => (reasons[asked[position]] = answer));
    return reasons as Reason[];
  }

  /** @returns undefined if the primary must be asked */
  private fromRecords(object: MediaObject, context: Context): Reason | undefined {
    const { holdings } = context.replica;
    if (holdings.archived || !object.key.startsWith(holdings.prefix ?? '')) return 'not-replicated';
    if (context.state?.lacks(object)) return 'replication-failed';
    return object.createdAt === undefined ? undefined : this.fromAge(object.createdAt, context);
  }

  /** @returns undefined if the age is not sufficient */
  private fromAge(createdAt: number, { replica, preferences, now, state }: Context): Reason | undefined {
    const { days = Infinity } = replica.holdings;
    if (now - createdAt >= days * DAY_MS) return 'not-replicated';
    const presence = this.props.states ? presenceAt(createdAt, state!.summary) : 'unknown';
    if (presence === 'missing') return 'not-backfilled';
    if (this.props.mode === 'delay') return byDelay(createdAt, now, preferences);
    return presence === 'present' ? 'in-replica' : undefined;
  }

  /**
   * Interprets S3's replication status, which covers all replicas. COMPLETED means that all of them have the object.
   * PENDING and FAILED mean that at least one does not.
   *
   * @returns undefined if the replica must be asked
   */
  private fromPrimary({ createdAt, status, isInParts }: Found, context: Context): Reason | undefined {
    const reason = this.fromAge(createdAt, context);
    const isDone = status === COMPLETED || status === 'COMPLETE';
    if (isInParts && !isDone && (reason === 'delay-over' || reason === 'in-replica')) {
      // The creation time is the time at which the upload began, so the age is not sufficient.
      return this.props.hasSeveralReplicas ? undefined : 'too-new';
    }
    if (this.props.mode === 'delay' || reason === 'not-replicated' || reason === 'not-backfilled') return reason;
    // Another copy replicated it to the primary. The primary's events do not cover it, so its age is not sufficient.
    if (status === 'REPLICA') return undefined;
    if (status === undefined) return 'not-in-replica';
    if (reason !== undefined) return reason;
    // Without the table, it is unknown whether the object is newer than the rule of this replica.
    if (!this.props.states) return undefined;
    const isAmbiguous = this.props.hasSeveralReplicas && context.state?.summary?.trackedFrom === undefined;
    if (isDone && !(isAmbiguous && context.replica.holdings.tagged)) return 'in-replica';
    return isAmbiguous ? undefined : 'not-in-replica';
  }
}

function versionOf({ versionId }: MediaObject, original: Original | undefined): string | undefined {
  return versionId ?? (original && 'createdAt' in original ? original.versionId : undefined);
}

function indexesOf<T>(items: readonly T[], matches: (item: T) => boolean): number[] {
  return items.flatMap((item, index) => (matches(item) ? [index] : []));
}

/** Allows up to 1,000 requests to listen to the signal, which Node.js would otherwise report as a leak. */
function timeLimit(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  setMaxListeners(0, signal);
  return signal;
}
