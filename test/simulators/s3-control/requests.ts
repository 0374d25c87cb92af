import type {
  CreateJobRequest,
  DeleteJobTaggingRequest,
  DescribeJobRequest,
  GetJobTaggingRequest,
  ListJobsRequest,
  PutJobTaggingRequest,
  UpdateJobPriorityRequest,
  UpdateJobStatusRequest,
} from '@aws-sdk/client-s3-control';
import { OperationName } from './operations';

/** A value after validation. The SDK's types let every required member be undefined. */
export type Valid<T> = T extends Date
  ? Date
  : T extends readonly (infer U)[]
    ? Valid<U>[]
    : T extends object
      ? { [K in keyof T]: Valid<Exclude<T[K], undefined>> }
      : T;

export interface Requests {
  CreateJob: Valid<CreateJobRequest>;
  DeleteJobTagging: Valid<DeleteJobTaggingRequest>;
  DescribeJob: Valid<DescribeJobRequest>;
  GetJobTagging: Valid<GetJobTaggingRequest>;
  ListJobs: Valid<ListJobsRequest>;
  PutJobTagging: Valid<PutJobTaggingRequest>;
  UpdateJobPriority: Valid<UpdateJobPriorityRequest>;
  UpdateJobStatus: Valid<UpdateJobStatusRequest>;
}

/** What an operation does; what it answers is written as its result's element. */
export type Handlers = {
  [Name in OperationName]: (request: Requests[Name]) => object;
};
