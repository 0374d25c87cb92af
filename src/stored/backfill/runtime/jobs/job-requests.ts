import { createHash } from 'node:crypto';
import type { CreateJobCommandInput, ReplicationStatus } from '@aws-sdk/client-s3-control';
import { BackfillCause, Job } from './jobs';
import { JOB_TAG_KEY, REPORTS_PREFIX } from '../../contract';

/** Of jobs of the same account in the same region. */
const PRIORITY = 10;

/** What a job needs to know of where it runs. */
export interface JobSettings {
  readonly account: string;
  readonly partition: string;
  readonly reportsBucket: string;
  readonly role: string;
  readonly tag: string;
}

/** Why there is a backfill. The same reason has the same id, so that there is no second. */
export interface BackfillReason {
  readonly bucket: string;
  readonly replicas: readonly string[];
  readonly cause: BackfillCause;
  /** The stack and the resource in it that want it, and the request in which they do. */
  readonly origin: readonly string[];
}

export function idOf({ bucket, replicas, cause, origin }: BackfillReason): string {
  return hash(JSON.stringify([bucket, [...replicas].sort(), cause, origin])).slice(0, 32);
}

/**
 * Which objects a backfill takes. Those that are COMPLETED are so for the replicas that there were: a further replica
 * has none of them.
 */
export function statusesFor(hadReplicas: boolean): ReplicationStatus[] {
  return hadReplicas ? ['NONE', 'FAILED', 'COMPLETED'] : ['NONE', 'FAILED'];
}

/** By this a job is found again among those of the account. */
export function markerOf({ id, attempt }: Pick<Job, 'id' | 'attempt'>): string {
  return `[${id}.${attempt}]`;
}

/**
 * Depends on the job alone, since S3 refuses a token that comes again with another request.
 */
export function requestOf(job: Job, settings: JobSettings): CreateJobCommandInput {
  const { account, partition, reportsBucket, role, tag } = settings;
  const marker = markerOf(job);
  const arn = (name: string) => `arn:${partition}:s3:::${name}`;
  const what = job.kind === 'backfill' ? 'Replicates existing objects of' : 'Replicates failed objects of';
  return {
    AccountId: account,
    ClientRequestToken: hash(marker),
    ConfirmationRequired: false,
    Description: `${what} ${job.bucket} ${marker}`,
    Operation: { S3ReplicateObject: {} },
    Priority: PRIORITY,
    RoleArn: role,
    Tags: [{ Key: JOB_TAG_KEY, Value: tag }],
    Report: {
      Enabled: true,
      Bucket: arn(reportsBucket),
      Prefix: `${REPORTS_PREFIX}/${job.id}`,
      Format: 'Report_CSV_20180820',
      // Only a repair has rows for which a success means something.
      ReportScope: job.kind === 'backfill' ? 'FailedTasksOnly' : 'AllTasks',
      ExpectedBucketOwner: account,
    },
    ...(job.manifest
      ? {
          Manifest: {
            Spec: { Format: 'S3BatchOperations_CSV_20180820' as const, Fields: ['Bucket', 'Key', 'VersionId'] },
            Location: { ObjectArn: `${arn(reportsBucket)}/${job.manifest.key}`, ETag: job.manifest.etag },
          },
        }
      : {
          ManifestGenerator: {
            S3JobManifestGenerator: {
              ExpectedBucketOwner: account,
              SourceBucket: arn(job.bucket),
              EnableManifestOutput: false,
              Filter: {
                EligibleForReplication: true,
                CreatedBefore: new Date(job.createdBefore!),
                ObjectReplicationStatuses: [...job.statuses!] as ReplicationStatus[],
              },
            },
          },
        }),
  } as CreateJobCommandInput;
}

/** Where S3 puts the report of a job. */
export function reportKey({ id, jobId }: Job): string {
  return `${REPORTS_PREFIX}/${id}/job-${jobId}/manifest.json`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
