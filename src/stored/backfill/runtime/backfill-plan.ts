import { BackfillCause } from './jobs/jobs';
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
  /** Whether objects may already have been replicated to other buckets, which gives them the status COMPLETED. */
  readonly hadReplicas: boolean;
}

/** Decides from what a deployment changes, and from the bucket, whether a backfill is required. */
export class BackfillPlanner {
  constructor(
    private readonly source: SourceBucket,
    private readonly telemetry: Telemetry,
  ) {}

  /** @returns undefined if there is nothing to backfill */
  async plan(event: BackfillEvent, deadline: Deadline): Promise<BackfillPlan | undefined> {
    const { Bucket, ExistingBucket, Replicas, ReplicateExisting } = event.ResourceProperties;
    const old = event.RequestType === 'Update' ? event.OldResourceProperties : undefined;
    if (ReplicateExisting !== 'true' || Replicas.length === 0) return undefined;
    const isSwitchedOn = old !== undefined && old.ReplicateExisting !== 'true';
    const isKnown = old !== undefined && !isSwitchedOn && old.Bucket === Bucket;
    const replicas = isKnown ? Replicas.filter((replica) => !old.Replicas.includes(replica)) : [...Replicas];
    if (replicas.length === 0 || (await this.isEmpty(deadline))) return undefined;
    if (isKnown) return { cause: 'replicas-added', replicas, hadReplicas: old.Replicas.length > 0 };
    const isExisting = ExistingBucket === 'true';
    // An existing bucket had none of these replicas. In all other cases, any of them may have existed before.
    const hadSome = (!isExisting || isSwitchedOn) && Replicas.length > 1;
    return {
      cause: isSwitchedOn ? 'switched-on' : isExisting ? 'bucket-adopted' : 'replicas-found',
      replicas,
      hadReplicas: hadSome || (await this.hasOtherDestinations(Replicas, deadline)),
    };
  }

  /** If the check fails, a job is started: over an empty bucket, it ends without a task. */
  private async isEmpty(deadline: Deadline): Promise<boolean> {
    const isEmpty = await this.telemetry.attempt('check for an empty bucket', () => this.source.isEmpty(deadline));
    return isEmpty ?? false;
  }

  /** If the check fails, COMPLETED objects are included: they may be missing on the new replicas. */
  private async hasOtherDestinations(replicas: readonly string[], deadline: Deadline): Promise<boolean> {
    const check = () => this.source.replicatesBeyond(replicas, deadline);
    return (await this.telemetry.attempt('check for other replicas', check)) ?? true;
  }
}
