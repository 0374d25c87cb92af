import { BackfillEvent, BackfillPlan, BackfillPlanner } from './backfill-plan';
import { JobCanceller } from './jobs/job-canceller';
import { BackfillReason, idOf, statusesFor } from './jobs/job-requests';
import { describeFailure, JobStarter } from './jobs/job-starter';
import { Jobs } from './jobs/jobs';
import { activeReplicas, PauseStore } from './pauses';
import { ReplicaStates } from './replica-states';
import { State } from './state';
import { Telemetry } from './telemetry';
import { Deadline } from '../../../private/runtime/deadline';

/** How long a deletion waits for the worker to finish its current step. */
const WORKER_MS = 60_000;
const POLL_MS = 2_000;

/**
 * Starts a backfill when a deployment adds replicas to a bucket that already has objects. The deployment does not wait
 * for the backfill. It also succeeds if S3 rejects the job, because the worker retries. It fails only if the backfill
 * cannot be recorded, because then the worker would not know of it.
 */
export class BackfillResource {
  constructor(
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly planner: BackfillPlanner,
    private readonly starter: JobStarter,
    private readonly canceller: JobCanceller,
    private readonly pauses: PauseStore,
    private readonly states: ReplicaStates,
    private readonly telemetry: Telemetry,
  ) {}

  async handle(event: BackfillEvent, deadline: Deadline): Promise<void> {
    try {
      if (event.RequestType === 'Delete') await this.close(deadline);
      else await this.save(event, deadline);
    } catch (error) {
      this.telemetry.failed(event.RequestType, error);
      // A job that keeps running is harmless. A stack that cannot be deleted is not.
      if (event.RequestType === 'Delete') return;
      throw new Error(`Failed to record the backfill: ${describeFailure(error)}`);
    }
  }

  private async save(event: BackfillEvent, deadline: Deadline): Promise<void> {
    const { Bucket, Replicas, Paused = [] } = event.ResourceProperties;
    const { Bucket: oldBucket, Replicas: oldReplicas = [] } = event.OldResourceProperties ?? {};
    // A replica of another bucket needs another backfill.
    const kept = oldBucket === Bucket ? Replicas : [];
    if (event.RequestType === 'Create') await this.state.reopen();
    const pauses = await this.pauses.record(event);
    const active = oldBucket === Bucket ? activeReplicas(event.ResourceProperties) : [];
    for (const replica of [...oldReplicas.filter((each) => !kept.includes(each)), ...Paused]) {
      await this.jobs.forget(replica);
      await this.canceller.cancelFor(replica, active, deadline);
    }
    await this.states.keepOnly(kept);
    for (const replica of Paused) await this.states.openGap(replica, pauses.since[replica] ?? 0);
    const plan = await this.planner.plan(event, pauses, deadline);
    if (plan) await this.ensure(event, plan, deadline);
    else this.telemetry.resource(event.RequestType, 'nothing to backfill');
    await this.saveStates(event, deadline);
    await this.pauses.complete(event, pauses);
  }

  /** Records one job for all replicas that have none, and starts every job that has not been started. Idempotent. */
  private async ensure(event: BackfillEvent, plan: BackfillPlan, deadline: Deadline): Promise<void> {
    const { cause, lacksReplicated, createdAfter } = plan;
    const bucket = event.ResourceProperties.Bucket;
    const jobOf = new Map<string, string | undefined>();
    for (const replica of plan.replicas) jobOf.set(replica, await this.jobs.jobFor(replica));
    const replicas = plan.replicas.filter((replica) => !jobOf.get(replica));
    const existing = new Set([...jobOf.values()].flatMap((id) => id ?? []));
    if (replicas.length > 0) {
      const origin = [event.StackId, event.LogicalResourceId, event.RequestId];
      const reason: BackfillReason = { bucket, replicas, cause, origin };
      const id = idOf(reason);
      const now = Date.now();
      for (const replica of replicas) await this.states.openGap(replica, createdAfter ?? 0, now);
      const isNew = await this.jobs.addBackfill({
        ...{ id, kind: 'backfill', bucket, replicas, cause, state: 'wanted', attempt: 1, wantedAt: now },
        statuses: statusesFor(lacksReplicated),
        createdBefore: new Date(now).toISOString(),
        createdAfter: createdAfter === undefined ? undefined : new Date(createdAfter).toISOString(),
      });
      this.telemetry.resource(event.RequestType, isNew ? cause : 'already recorded', id);
      await this.start(id, isNew, deadline);
    }
    for (const id of existing) await this.start(id, false, deadline);
  }

  private async start(id: string, isNew: boolean, deadline: Deadline): Promise<void> {
    const job = await this.jobs.find(id);
    if (job?.state !== 'wanted' || (job.retryAt ?? 0) > Date.now()) return;
    await this.telemetry.attempt(`job ${id}`, () => this.starter.start(job, isNew, deadline));
  }

  /** Records since when S3 tracks each replica, and what a new one lacks without a backfill. */
  private async saveStates({ ResourceProperties }: BackfillEvent, deadline: Deadline): Promise<void> {
    const { Replicas, Tracked = [] } = ResourceProperties;
    const now = Date.now();
    await this.states.keepOnly(Replicas);
    for (const replica of Replicas) {
      const isNew = !(await this.states.isKnown(replica));
      const isComplete = isNew && (await this.planner.isEmpty(deadline));
      if (isNew && !isComplete) await this.states.openGap(replica, 0, now);
      await this.states.track(replica, Tracked.includes(replica) ? (isComplete ? 0 : now) : undefined);
    }
  }

  /** Prevents new jobs and cancels the running ones. */
  private async close(deadline: Deadline): Promise<void> {
    await this.state.close();
    // A running worker checks for this before its next step.
    const workerDone = deadline.within(WORKER_MS);
    while (!workerDone.isOver && (await this.state.leaseIsTaken())) await workerDone.pause(POLL_MS);
    await this.canceller.cancelAll(deadline);
  }
}
