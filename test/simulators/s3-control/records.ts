import type { JobFailure, JobStatus, S3GeneratedManifestDescriptor } from '@aws-sdk/client-s3-control';
import { TaskResult } from './report';
import { Requests } from './requests';

/** A job as the service keeps it. */
export interface JobRecord {
  readonly jobId: string;
  readonly jobArn: string;
  /** The place in the order of creation, by which pages of a list go on. */
  readonly ordinal: number;
  readonly request: Requests['CreateJob'];
  /** Whether it waits, once it is prepared, until a user wants it to run. */
  readonly confirmationRequired: boolean;
  readonly createdAt: number;
  tags: readonly { readonly Key: string; readonly Value: string }[];
  priority: number;
  status: JobStatus;
  /** When it came to be in its status. */
  since: number;
  /** How long it was Active before, in ms. */
  activeFor: number;
  statusUpdateReason?: string;
  failureReasons: readonly JobFailure[];
  suspendedAt?: number;
  terminatedAt?: number;
  total: number;
  succeeded: number;
  failed: number;
  generatedManifest?: S3GeneratedManifestDescriptor;
  /** Where a report takes its rows from, each of which can be gone through again and again. */
  readonly results: Iterable<TaskResult>[];
}
