import { BackfillReason, idOf, markerOf, statusesFor } from './jobs/job-requests';
import { describeFailure, JobStarter } from './jobs/job-starter';
import { BackfillCause, Jobs } from './jobs/jobs';
import { hasEnded, S3Control } from './jobs/s3-control';
import { SourceBucket } from './source-bucket';
import { State } from './state';
import { Telemetry } from './telemetry';
import { answerTo, CustomResourceAnswer, CustomResourceEvent } from '../../../private/runtime/custom-resource';
import { Deadline } from '../../../private/runtime/deadline';
import { BackfillProperties } from '../contract';

export type BackfillEvent = CustomResourceEvent<BackfillProperties>;

const SECOND = 1_000;

/** Why there shall be a backfill, and for what. */
interface Wanted {
  readonly cause: BackfillCause;
  readonly replicas: readonly string[];
  readonly hadReplicas: boolean;
}

/**
 * Starts a backfill when a deployment brings replicas to objects that are there already. The deployment does not wait
 * for it, and does not fail if S3 does not take the job: the worker goes on trying. It fails only if it can't even be
 * written down that there shall be one, since nobody would know of it then.
 */
export class BackfillResource {
  constructor(
    private readonly jobs: Jobs,
    private readonly state: State,
    private readonly starter: JobStarter,
    private readonly s3Control: S3Control,
    private readonly source: SourceBucket,
    private readonly telemetry: Telemetry,
  ) {}

  async handle(event: BackfillEvent, deadline: Deadline): Promise<CustomResourceAnswer> {
    const id = event.PhysicalResourceId ?? `backfill-${event.LogicalResourceId}`;
    try {
      if (event.RequestType === 'Delete') await this.close(deadline);
      else await this.save(event, deadline);
      return answerTo(event, id);
    } catch (error) {
      this.telemetry.failed(event.RequestType, error);
      // A job that goes on does no harm that a stack which can't be deleted would be worth.
      if (event.RequestType === 'Delete') return answerTo(event, id);
      return answerTo(event, id, `The backfill could not be written down: ${describeFailure(error)}`);
    }
  }

  private async save(event: BackfillEvent, deadline: Deadline): Promise<void> {
    const { Replicas } = event.ResourceProperties;
    if (event.RequestType === 'Create') await this.state.reopen();
    for (const gone of (event.OldResourceProperties?.Replicas ?? []).filter((each) => !Replicas.includes(each))) {
      await this.forget(gone, Replicas, deadline);
    }
    const wanted = await this.wanted(event, deadline);
    if (!wanted) return this.telemetry.resource(event.RequestType, 'nothing to backfill');
    await this.ensure(event, wanted, deadline);
  }

  /** What the deployment brings: replicas that were not there before. */
  private async wanted(event: BackfillEvent, deadline: Deadline): Promise<Wanted | undefined> {
    const { Adopted, Bucket, Replicas, ReplicateExisting } = event.ResourceProperties;
    const old = event.RequestType === 'Update' ? event.OldResourceProperties : undefined;
    if (ReplicateExisting !== 'true' || Replicas.length === 0) return undefined;
    const isSwitchedOn = old !== undefined && old.ReplicateExisting !== 'true';
    const isKnown = old !== undefined && !isSwitchedOn && old.Bucket === Bucket;
    const replicas = isKnown ? Replicas.filter((replica) => !old.Replicas.includes(replica)) : [...Replicas];
    if (replicas.length === 0 || (await this.isEmpty(deadline))) return undefined;
    if (isKnown) return { cause: 'replicas-added', replicas, hadReplicas: old.Replicas.length > 0 };
    const isAdopted = Adopted === 'true';
    // Which of several replicas are new, nobody can tell. A bucket that was adopted had none of them.
    const hadOurs = (!isAdopted || isSwitchedOn) && Replicas.length > 1;
    return {
      cause: isSwitchedOn ? 'switched-on' : isAdopted ? 'bucket-adopted' : 'replicas-found',
      replicas,
      hadReplicas: hadOurs || (await this.hadOthers(Replicas, deadline)),
    };
  }

  /** One job for all replicas that have none. To be asked again, by whomever, finds it. */
  private async ensure(event: BackfillEvent, wanted: Wanted, deadline: Deadline): Promise<void> {
    const { cause, hadReplicas } = wanted;
    const bucket = event.ResourceProperties.Bucket;
    const jobOf = new Map<string, string | undefined>();
    for (const replica of wanted.replicas) jobOf.set(replica, await this.jobs.jobOf(replica));
    const replicas = wanted.replicas.filter((replica) => !jobOf.get(replica));
    const existing = new Set([...jobOf.values()].flatMap((id) => id ?? []));
    if (replicas.length > 0) {
      const reason: BackfillReason = {
        ...{ bucket, replicas, cause },
        origin: [event.StackId, event.LogicalResourceId, event.RequestId],
      };
      const id = idOf(reason);
      const now = Date.now();
      const isNew = await this.jobs.addFor({
        ...{ id, kind: 'backfill', bucket, replicas, cause, state: 'wanted', attempt: 1, wantedAt: now },
        statuses: statusesFor(hadReplicas),
        createdBefore: new Date(now).toISOString(),
      });
      this.telemetry.resource(event.RequestType, isNew ? cause : 'written down already', id);
      await this.start(id, isNew, deadline);
    }
    for (const id of existing) await this.start(id, false, deadline);
  }

  private async start(id: string, isNew: boolean, deadline: Deadline): Promise<void> {
    const job = await this.jobs.find(id);
    if (job?.state !== 'wanted' || (job.retryAt ?? 0) > Date.now()) return;
    try {
      await this.starter.start(job, isNew, deadline);
    } catch (error) {
      this.telemetry.failed(`job ${id}`, error);
    }
  }

  /** A replica has left the bucket's rules: a job that is for nothing else would fail with every object. */
  private async forget(replica: string, remaining: readonly string[], deadline: Deadline): Promise<void> {
    await this.jobs.forget(replica);
    for (const job of await this.jobs.open()) {
      if (job.kind !== 'backfill' || !job.replicas.includes(replica)) continue;
      if (job.replicas.some((each) => remaining.includes(each))) continue;
      try {
        const jobId = job.jobId ?? (await this.s3Control.findJob(markerOf(job), deadline));
        if (jobId) await this.s3Control.cancelJob(jobId, 'The replica was removed', deadline);
      } catch (error) {
        this.telemetry.failed(`job ${job.id}`, error);
      }
      if (job.state === 'wanted') {
        await this.jobs.change(job, { set: { state: 'finished', outcome: 'cancelled', endedAt: Date.now() } });
      }
    }
  }

  /** Nothing is started any more, and what S3 is at is cancelled. */
  private async close(deadline: Deadline): Promise<void> {
    await this.state.close();
    // A worker that is at it sees this before its next step.
    const patience = deadline.within(60 * SECOND);
    while (!patience.isOver && (await this.state.leaseIsTaken())) await patience.pause(2 * SECOND);
    const jobs = await this.jobs.open();
    const jobIds = new Set<string>();
    for (const job of jobs) {
      try {
        const jobId = job.jobId ?? (await this.s3Control.findJob(markerOf(job), deadline));
        if (!jobId || job.state === 'reporting') continue;
        await this.s3Control.cancelJob(jobId, 'The stack is being deleted', deadline);
        jobIds.add(jobId);
      } catch (error) {
        this.telemetry.failed(`job ${job.id}`, error);
      }
    }
    await this.settle(jobIds, deadline.within(120 * SECOND));
  }

  /** The reports of cancelled jobs come before their bucket is emptied, if S3 is quick. */
  private async settle(jobIds: Set<string>, deadline: Deadline): Promise<void> {
    for (const jobId of jobIds) {
      while (!deadline.isOver) {
        const job = await this.s3Control.describeJob(jobId, deadline);
        if (!job || hasEnded(job.Status)) break;
        await deadline.pause(3 * SECOND);
      }
    }
  }

  /** If that can't be seen, there is a job, which finds nothing. */
  private async isEmpty(deadline: Deadline): Promise<boolean> {
    try {
      return await this.source.isEmpty(deadline);
    } catch (error) {
      this.telemetry.failed('is the bucket empty', error);
      return false;
    }
  }

  /** If that can't be seen, what is complete for others may be missing here. */
  private async hadOthers(replicas: readonly string[], deadline: Deadline): Promise<boolean> {
    try {
      return await this.source.replicatesBeyond(replicas, deadline);
    } catch (error) {
      this.telemetry.failed('other replicas', error);
      return true;
    }
  }
}
