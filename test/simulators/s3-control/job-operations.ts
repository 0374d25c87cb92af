import { jobDescriptor, jobListDescriptor } from './answers';
import { checkJobRequest } from './documented-rules';
import { badRequest, ServiceError } from './errors';
import { canBeStopped, enter, isTerminal } from './lifecycle';
import { Handlers, Requests } from './requests';
import { TokenLedger } from './token-ledger';
import { World } from './world';
import { lastOrdinal, pageOf } from '../common/paging';
import { partitionOf } from '../common/partition';

/** The size of a page for a request without MaxResults. */
const DEFAULT_PAGE = 1000;

type JobOperations = Pick<Handlers, 'CreateJob' | 'DescribeJob' | 'ListJobs' | 'UpdateJobPriority' | 'UpdateJobStatus'>;

export function jobOperations(world: World): JobOperations {
  const { behaviour, clock, registry } = world;
  const ledger = new TokenLedger();

  return {
    CreateJob: (request) => {
      checkJobRequest(request);
      const before = ledger.find(request);
      if (before) return { JobId: before };
      const jobId = createJob(world, request);
      ledger.remember(request, jobId);
      return { JobId: jobId };
    },

    DescribeJob: ({ JobId }) => ({ Job: jobDescriptor(registry.get(JobId), clock.now()) }),

    ListJobs: ({ JobStatuses = [], NextToken, MaxResults = DEFAULT_PAGE }) => {
      const before = NextToken === undefined ? Infinity : lastOrdinal(NextToken);
      if (before === undefined) {
        throw new ServiceError('InvalidNextTokenException', 'The NextToken is not one that ListJobs returned');
      }
      const rest = registry
        .visible()
        .filter(({ ordinal, status }) => ordinal < before && (!JobStatuses.length || JobStatuses.includes(status)))
        .reverse();
      const { page, nextToken } = pageOf(rest, MaxResults);
      return { NextToken: nextToken, Jobs: page.map((job) => jobListDescriptor(job, clock.now())) };
    },

    UpdateJobPriority: ({ JobId, Priority }) => {
      const job = registry.get(JobId);
      if (isTerminal(job)) throw badRequest(`The priority of a job that is ${job.status} cannot be changed`);
      job.priority = Priority;
      return { JobId, Priority };
    },

    UpdateJobStatus: ({ JobId, RequestedJobStatus, StatusUpdateReason }) => {
      const job = registry.get(JobId);
      const again =
        behaviour.cancellingAgain === 'accepted' && (job.status === 'Cancelling' || job.status === 'Cancelled');
      if (RequestedJobStatus === 'Ready' ? job.status !== 'Suspended' : !canBeStopped(job) && !again) {
        throw new ServiceError('JobStatusException', `A job that is ${job.status} cannot become ${RequestedJobStatus}`);
      }
      if (!again) {
        job.statusUpdateReason = StatusUpdateReason;
        enter(job, RequestedJobStatus === 'Ready' ? 'Ready' : 'Cancelling', clock.now());
      }
      return { JobId, Status: job.status, StatusUpdateReason: job.statusUpdateReason };
    },
  };
}

function createJob(
  { account, behaviour, clock, ids, region, registry }: World,
  request: Requests['CreateJob'],
): string {
  const jobId = ids.uuid();
  const now = clock.now();
  registry.add({
    jobId,
    jobArn: `arn:${partitionOf(region)}:s3:${region}:${account}:job/${jobId}`,
    ordinal: registry.all.size,
    request,
    confirmationRequired: request.ConfirmationRequired ?? behaviour.confirmationByDefault,
    createdAt: now,
    tags: request.Tags ?? [],
    priority: request.Priority,
    status: 'New',
    since: now,
    activeFor: 0,
    failureReasons: [],
    total: 0,
    succeeded: 0,
    failed: 0,
    results: [],
  });
  return jobId;
}
