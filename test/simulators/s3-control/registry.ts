import { FrontDoorError, ServiceError } from './errors';
import { isForgotten, settle } from './lifecycle';
import { JobRecord } from './records';
import { Behaviour } from './settings';
import { SimulatedClock } from '../common/clock';

/** The jobs of the account in the region. */
export class JobRegistry {
  /** In the order of creation. Those that S3 would have forgotten are still there for a test to see. */
  readonly all = new Map<string, JobRecord>();

  constructor(
    private readonly clock: SimulatedClock,
    private readonly behaviour: Behaviour,
  ) {}

  add(job: JobRecord): void {
    this.all.set(job.jobId, job);
  }

  /** Brings all jobs to where they should be by now. */
  settle(): void {
    for (const job of this.all.values()) settle(job, this.behaviour, this.clock.now());
  }

  /** The jobs that a caller can see. */
  visible(): JobRecord[] {
    const now = this.clock.now();
    return [...this.all.values()].filter(
      (job) => now >= job.createdAt + this.behaviour.visibleAfter && !isForgotten(job, now),
    );
  }

  get(jobId: string): JobRecord {
    const job = this.visible().find((each) => each.jobId === jobId);
    if (job) return job;
    if (this.behaviour.missingJob === 'NoSuchJob') {
      throw new FrontDoorError('NoSuchJob', 'The specified job does not exist');
    }
    throw new ServiceError('NotFoundException', `No job ${jobId} was found`);
  }
}
