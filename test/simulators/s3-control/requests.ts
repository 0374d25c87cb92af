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
import { Valid } from '../common/requests';

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
