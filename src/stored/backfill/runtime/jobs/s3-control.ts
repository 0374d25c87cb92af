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
import { unlessError } from '../../../../private/runtime/unless-error';

/** The final states of a job. */
const ENDED: readonly (string | undefined)[] = [JobStatus.Complete, JobStatus.Failed, JobStatus.Cancelled];

export const hasEnded = (status: string | undefined): boolean => ENDED.includes(status);

/** The API model has one name, and the troubleshooting guide the other. */
const MISSING = ['NotFoundException', 'NoSuchJob'];

/** The operations of the S3 Control API that are used. The SDK retries throttled and interrupted requests. */
export class S3Control {
  private readonly client = new S3ControlClient({ maxAttempts: 8, requestHandler: patience(20_000) });

  constructor(private readonly account: string) {}

  /** Idempotent through the client request token. */
  async createJob(request: CreateJobCommandInput, deadline: Deadline): Promise<string> {
    const { JobId } = await this.client.send(new CreateJobCommand(request), { abortSignal: deadline.signal });
    if (!JobId) throw new Error('S3 returned no job ID from CreateJob.');
    return JobId;
  }

  /** @returns undefined if the job does not exist, or is not visible yet */
  async describeJob(jobId: string, deadline: Deadline): Promise<JobDescriptor | undefined> {
    const command = new DescribeJobCommand({ AccountId: this.account, JobId: jobId });
    return (await unlessError(this.client.send(command, { abortSignal: deadline.signal }), ...MISSING))?.Job;
  }

  /** The ID of the job whose description contains the marker. S3 lists jobs for 90 days after they end. */
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

  /** Cancels a job. Does nothing if it has ended or does not exist. */
  async cancelJob(jobId: string, reason: string, deadline: Deadline): Promise<void> {
    const command = new UpdateJobStatusCommand({
      AccountId: this.account,
      JobId: jobId,
      RequestedJobStatus: 'Cancelled',
      StatusUpdateReason: reason,
    });
    const sent = this.client.send(command, { abortSignal: deadline.signal });
    await unlessError(sent, ...MISSING, 'JobStatusException');
  }
}
