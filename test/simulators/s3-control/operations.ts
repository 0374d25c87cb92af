import { ApiError, ErrorName, ServiceError } from './errors';

/** How an operation is called, and what the model lets it fail with. */
export interface Operation {
  /** Method and path. What is neither in the path nor in `query` or the account's header comes in the body. */
  readonly http: string;
  /** The shape of the input. */
  readonly input: string;
  /** Members of the input that come as query parameters, by the parameter's name. */
  readonly query?: Readonly<Record<string, string>>;
  readonly errors: readonly ErrorName[];
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

export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** Whether the model lets an operation fail so. What stands in front of the operations can fail any of them. */
export function canFailWith(name: OperationName, error: ApiError): boolean {
  const { errors }: Operation = OPERATIONS[name];
  return !(error instanceof ServiceError) || errors.includes(error.errorName);
}
