import type { JobDescriptor, JobListDescriptor, JobProgressSummary } from '@aws-sdk/client-s3-control';
import { JobRecord } from './records';

const date = (at: number | undefined) => (at === undefined ? undefined : new Date(at));

/** A job as DescribeJob answers it. */
export function jobDescriptor(job: JobRecord, now: number): JobDescriptor {
  const { request } = job;
  return {
    JobId: job.jobId,
    ConfirmationRequired: job.confirmationRequired,
    Description: request.Description,
    JobArn: job.jobArn,
    Status: job.status,
    Manifest: request.Manifest,
    Operation: request.Operation,
    Priority: job.priority,
    ProgressSummary: progressSummary(job, now),
    StatusUpdateReason: job.statusUpdateReason,
    FailureReasons: [...job.failureReasons],
    Report: request.Report,
    CreationTime: date(job.createdAt),
    TerminationDate: date(job.terminatedAt),
    RoleArn: request.RoleArn,
    SuspendedDate: date(job.suspendedAt),
    SuspendedCause: job.suspendedAt === undefined ? undefined : 'Awaiting confirmation',
    ManifestGenerator: request.ManifestGenerator as JobDescriptor['ManifestGenerator'],
    GeneratedManifestDescriptor: job.generatedManifest,
  };
}

/** A job as ListJobs answers it. */
export function jobListDescriptor(job: JobRecord, now: number): JobListDescriptor {
  return {
    JobId: job.jobId,
    Description: job.request.Description,
    Operation: 'S3ReplicateObject',
    Priority: job.priority,
    Status: job.status,
    CreationTime: date(job.createdAt),
    TerminationDate: date(job.terminatedAt),
    ProgressSummary: progressSummary(job, now),
  };
}

function progressSummary(job: JobRecord, now: number): JobProgressSummary {
  const activeFor = job.activeFor + (job.status === 'Active' ? now - job.since : 0);
  return {
    TotalNumberOfTasks: job.total,
    NumberOfTasksSucceeded: job.succeeded,
    NumberOfTasksFailed: job.failed,
    Timers: { ElapsedTimeInActiveSeconds: Math.floor(activeFor / 1000) },
  };
}
