import {
  CreateJobCommand,
  CreateJobCommandInput,
  DescribeJobCommand,
  JobDescriptor,
  JobStatus,
  ListJobsCommand,
  ListJobsCommandOutput,
  S3ControlClient,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import { Deadline } from '../../../../private/runtime/deadline';
import { patience } from '../../../../private/runtime/patience';

export type { JobDescriptor };

/** In which a job does nothing any more. */
const ENDED: readonly (string | undefined)[] = [JobStatus.Complete, JobStatus.Failed, JobStatus.Cancelled];

export const hasEnded = (status: string | undefined): boolean => ENDED.includes(status);

/** The model has the one name, the troubleshooting guide the other. */
const MISSING = ['NotFoundException', 'NoSuchJob'];

/**
 * The S3 Control API, as far as it is needed. The SDK tries again what was throttled or broke off, after growing random
 * pauses; each call has a command of its own, since the SDK changes the input of one that it sends.
 */
export class S3Control {
  private readonly client = new S3ControlClient({
    maxAttempts: 8,
    requestHandler: patience(20_000),
  });

  constructor(private readonly account: string) {}

  /** Idempotent by the token. */
  async createJob(request: CreateJobCommandInput, deadline: Deadline): Promise<string> {
    const { JobId } = await this.client.send(new CreateJobCommand(request), { abortSignal: deadline.signal });
    if (!JobId) throw new Error('S3 answered CreateJob without an id.');
    return JobId;
  }

  /** @returns undefined if there is no such job, or none to be seen yet */
  async describeJob(jobId: string, deadline: Deadline): Promise<JobDescriptor | undefined> {
    const command = new DescribeJobCommand({ AccountId: this.account, JobId: jobId });
    try {
      return (await this.client.send(command, { abortSignal: deadline.signal })).Job;
    } catch (error) {
      if (MISSING.includes((error as Error).name)) return undefined;
      throw error;
    }
  }

  /** The id of the job whose description has the marker. S3 lists jobs for 90 days after their end. */
  async findJob(marker: string, deadline: Deadline): Promise<string | undefined> {
    let NextToken: string | undefined;
    do {
      const page: ListJobsCommandOutput = await this.client.send(
        new ListJobsCommand({ AccountId: this.account, MaxResults: 1_000, NextToken }),
        { abortSignal: deadline.signal },
      );
      const found = page.Jobs?.find(({ Description }) => Description?.includes(marker));
      if (found) return found.JobId;
      NextToken = page.NextToken;
    } while (NextToken);
    return undefined;
  }

  /** Cancels what has not ended. */
  async cancelJob(jobId: string, reason: string, deadline: Deadline): Promise<void> {
    const command = new UpdateJobStatusCommand({
      AccountId: this.account,
      JobId: jobId,
      RequestedJobStatus: 'Cancelled',
      StatusUpdateReason: reason,
    });
    try {
      await this.client.send(command, { abortSignal: deadline.signal });
    } catch (error) {
      if (![...MISSING, 'JobStatusException'].includes((error as Error).name)) throw error;
    }
  }
}
