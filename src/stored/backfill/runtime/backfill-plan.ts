import { BackfillCause } from './jobs/jobs';
import { activeReplicas, Pauses } from './pauses';
import { SourceBucket } from './source-bucket';
import { Telemetry } from './telemetry';
import { CustomResourceEvent } from '../../../private/runtime/custom-resource';
import { Deadline } from '../../../private/runtime/deadline';
import { BackfillProperties } from '../contract';

export type BackfillEvent = CustomResourceEvent<BackfillProperties>;

/** The backfill that a deployment requires. */
export interface BackfillPlan {
  readonly cause: BackfillCause;
  /** The replicas to fill. */
  readonly replicas: readonly string[];
  /** Whether the replicas may lack objects that were replicated to or from other buckets. */
  readonly lacksReplicated: boolean;
  /** The replicas lack no objects that were created before this time, in milliseconds since the epoch. */
  readonly createdAfter?: number;
}

/** Decides from what a deployment changes, and from the bucket, whether a backfill is required. */
export class BackfillPlanner {
  constructor(
    private readonly source: SourceBucket,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns undefined if there is nothing to backfill */
  async plan(event: BackfillEvent, pauses: Pauses, deadline: Deadline): Promise<BackfillPlan | undefined> {
    const { Bucket, ExistingBucket, Replicas, ReplicateExisting } = event.ResourceProperties;
    const old = event.RequestType === 'Update' ? event.OldResourceProperties : undefined;
    if (ReplicateExisting !== 'true' || Replicas.length === 0) return undefined;
    const isSwitchedOn = old !== undefined && old.ReplicateExisting !== 'true';
    const isKnown = old !== undefined && !isSwitchedOn && old.Bucket === Bucket;
    const filled = isKnown ? activeReplicas(old) : [];
    const replicas = activeReplicas(event.ResourceProperties).filter((replica) => !filled.includes(replica));
    if (replicas.length === 0 || (await this.isEmpty(deadline))) return undefined;
    if (isKnown) {
      const since = Math.min(...replicas.map((replica) => pauses.since[replica] ?? 0));
      return {
        cause: replicas.every((replica) => old.Paused?.includes(replica)) ? 'replicas-enabled' : 'replicas-added',
        replicas,
        lacksReplicated: since === 0 || pauses.shared || (await this.hasOtherDestinations(Replicas, deadline)),
        createdAfter: since || undefined,
      };
    }
    return {
      cause: isSwitchedOn ? 'switched-on' : ExistingBucket === 'true' ? 'bucket-adopted' : 'replicas-found',
      replicas,
      lacksReplicated: this.mayBeNew(event, isSwitchedOn) || (await this.hasOtherDestinations(Replicas, deadline)),
    };
  }

  /** Whether any replica may be newer than objects that were replicated to or from another bucket. */
  private mayBeNew({ ResourceProperties, OldResourceProperties: old }: BackfillEvent, isSwitchedOn: boolean): boolean {
    const { Bucket, ExistingBucket, ExistingReplicas, Replicas } = ResourceProperties;
    const isExisting = ExistingBucket === 'true';
    // The rules that an existing bucket had may be gone. Its existing replicas hold what these replicated.
    if (isExisting && Replicas.some((replica) => !ExistingReplicas.includes(replica))) return true;
    if ((!isExisting || isSwitchedOn) && Replicas.length > 1) return true;
    return old?.Bucket === Bucket && old.Replicas.some((replica) => !Replicas.includes(replica));
  }

  /** If the check fails, a job is started: over an empty bucket, it ends without a task. */
  async isEmpty(deadline: Deadline): Promise<boolean> {
    const isEmpty = await this.telemetry.attempt('check for an empty bucket', () => this.source.isEmpty(deadline));
    return isEmpty ?? false;
  }

  /** If the check fails, replicated objects are included: they may be missing on the new replicas. */
  private async hasOtherDestinations(replicas: readonly string[], deadline: Deadline): Promise<boolean> {
    const check = () => this.source.replicatesBeyond(replicas, deadline);
    return (await this.telemetry.attempt('check for other replicas', check)) ?? true;
  }
}
