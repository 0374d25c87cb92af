import { ErrorName } from './errors';
import { Operation as CommonOperation, ServiceModel } from '../common/model';

/** What is neither in the path nor in the query or the account's header comes in the body. */
export interface Operation extends CommonOperation<ErrorName> {
  /** The shape of the input. */
  readonly input: string;
}

const JOBS = '/v20180820/jobs';
const JOB = `${JOBS}/{JobId}`;

export const OPERATIONS = {
  CreateJob: {
    http: `POST ${JOBS}`,
    input: 'CreateJobRequest',
    errors: ['BadRequestException', 'IdempotencyException', 'InternalServiceException', 'TooManyRequestsException'],
  },
  DescribeJob: {
    http: `GET ${JOB}`,
    input: 'JobRequest',
    errors: ['BadRequestException', 'InternalServiceException', 'NotFoundException', 'TooManyRequestsException'],
  },
  ListJobs: {
    http: `GET ${JOBS}`,
    input: 'ListJobsRequest',
    query: { jobStatuses: 'JobStatuses', nextToken: 'NextToken', maxResults: 'MaxResults' },
    errors: ['InternalServiceException', 'InvalidNextTokenException', 'InvalidRequestException'],
  },
  UpdateJobPriority: {
    http: `POST ${JOB}/priority`,
    input: 'UpdateJobPriorityRequest',
    query: { priority: 'Priority' },
    errors: ['BadRequestException', 'InternalServiceException', 'NotFoundException', 'TooManyRequestsException'],
  },
  UpdateJobStatus: {
    http: `POST ${JOB}/status`,
    input: 'UpdateJobStatusRequest',
    query: { requestedJobStatus: 'RequestedJobStatus', statusUpdateReason: 'StatusUpdateReason' },
    errors: [
      'BadRequestException',
      'InternalServiceException',
      'JobStatusException',
      'NotFoundException',
      'TooManyRequestsException',
    ],
  },
  GetJobTagging: {
    http: `GET ${JOB}/tagging`,
    input: 'JobRequest',
    errors: ['InternalServiceException', 'NotFoundException', 'TooManyRequestsException'],
  },
  PutJobTagging: {
    http: `PUT ${JOB}/tagging`,
    input: 'PutJobTaggingRequest',
    errors: ['InternalServiceException', 'NotFoundException', 'TooManyRequestsException', 'TooManyTagsException'],
  },
  DeleteJobTagging: {
    http: `DELETE ${JOB}/tagging`,
    input: 'JobRequest',
    errors: ['InternalServiceException', 'NotFoundException', 'TooManyRequestsException'],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const MODEL = new ServiceModel<OperationName>(OPERATIONS);
