import { Jobs } from './jobs/jobs';
import { CustomResourceEvent } from '../../../private/runtime/custom-resource';
import { DynamoDbTable } from '../../../private/runtime/dynamodb-table';
import { BackfillProperties, PAUSE_MARGIN_DAYS } from '../contract';

type Event = CustomResourceEvent<BackfillProperties>;

const KEY = { pk: 'state', sk: 'pauses' };
const MARGIN_MS = PAUSE_MARGIN_DAYS * 24 * 3_600_000;

/** The replicas whose rules are disabled. */
export interface Pauses {
  /**
   * By bucket name: the earliest creation time of the objects that the replica can lack, in milliseconds since the epoch;
   * 0 if its backfill was not completed.
   */
  readonly since: Readonly<Record<string, number>>;
  /** Whether every replica is paused. */
  readonly all: boolean;
  /** Whether the bucket had several replicas while one was paused, so that objects can be COMPLETED without it. */
  readonly shared: boolean;
}

const NONE: Pauses = { since: {}, all: false, shared: false };

/** Stores which replicas are paused, and since when. Every step can be repeated. */
export class PauseStore {
  constructor(
    private readonly table: DynamoDbTable,
    private readonly jobs: Jobs,
  ) {}

  async current(): Promise<Pauses> {
    return (await this.table.get<Pauses>(KEY)) ?? NONE;
  }

  /** Records the replicas that a deployment pauses. Those that it enables stay recorded until `complete`. */
  async record(event: Event): Promise<Pauses> {
    if (!concernsPauses(event)) return NONE;
    const { ResourceProperties: properties, OldResourceProperties: old } = event;
    const { Bucket, Replicas, Paused = [] } = properties;
    const before = await this.table.get<Pauses & { readonly request?: string }>(KEY);
    if (before?.request === event.RequestId) return before;
    const isKnown = old?.Bucket === Bucket;
    const since = isKnown ? { ...before?.since } : {};
    const wasFilled = isKnown && old.ReplicateExisting === 'true' ? activeReplicas(old) : [];
    for (const replica of Paused) since[replica] ??= wasFilled.includes(replica) ? await this.missingSince(replica) : 0;
    for (const replica of isKnown ? (old.Paused ?? []) : []) {
      if (replica in since) continue;
      // The deployment that paused it failed before it was recorded, but the rule was disabled for some time.
      await this.jobs.forget(replica);
      since[replica] = 0;
    }
    const shared = before?.shared || Replicas.length > 1 || (old?.Replicas.length ?? 0) > 1;
    const all = Replicas.length > 0 && activeReplicas(properties).length === 0;
    const pauses = { since, all, shared };
    await this.table.put({ ...KEY, ...pauses });
    return pauses;
  }

  /** Forgets the replicas that are not paused any more, after their backfill was recorded. */
  async complete(event: Event, { since, all, shared }: Pauses): Promise<void> {
    if (!concernsPauses(event)) return;
    const { Paused = [] } = event.ResourceProperties;
    const left = Object.fromEntries(Object.entries(since).filter(([replica]) => Paused.includes(replica)));
    await this.table.put({
      ...KEY,
      ...{ since: left, all, shared: shared && Paused.length > 0, request: event.RequestId },
    });
  }

  /**
   * S3 disables the rule before the deployment is recorded, objects that are pending at that time may never arrive, and an
   * object that is uploaded in parts has the creation time of the start of its upload.
   */
  private async missingSince(replica: string): Promise<number> {
    const id = await this.jobs.jobFor(replica);
    const job = id === undefined ? undefined : await this.jobs.find(id);
    if (!job || job.outcome === 'complete' || job.outcome === 'nothing') return Date.now() - MARGIN_MS;
    return job.createdAfter === undefined ? 0 : Date.parse(job.createdAfter);
  }
}

export function activeReplicas({ Replicas, Paused = [] }: BackfillProperties): string[] {
  return Replicas.filter((replica) => !Paused.includes(replica));
}

function concernsPauses({ ResourceProperties, OldResourceProperties }: Event): boolean {
  return [ResourceProperties, OldResourceProperties].some((properties) => (properties?.Paused?.length ?? 0) > 0);
}
