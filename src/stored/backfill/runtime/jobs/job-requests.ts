import { createHash } from 'node:crypto';
import type { CreateJobCommandInput, ReplicationStatus } from '@aws-sdk/client-s3-control';
import { BackfillCause, Job } from './jobs';
import { JOB_TAG_KEY, REPORTS_PREFIX } from '../../contract';

/** Relative to other jobs of the account in the region. */
const PRIORITY = 10;

/** Deployment-specific settings of a job. */
export interface JobSettings {
  readonly account: string;
  readonly partition: string;
  readonly reportsBucket: string;
  readonly role: string;
  readonly tag: string;
}

/** Identifies a backfill: the same reason yields the same ID, so that a repeated request creates no second job. */
export interface BackfillReason {
  readonly bucket: string;
  readonly replicas: readonly string[];
  readonly cause: BackfillCause;
  /** The stack, logical ID and request ID of the custom resource request. */
  readonly origin: readonly string[];
}

export function idOf({ bucket, replicas, cause, origin }: BackfillReason): string {
  return hash(JSON.stringify([bucket, [...replicas].sort(), cause, origin])).slice(0, 32);
}

/**
 * The replication statuses of the objects that a backfill includes. COMPLETED refers to the replicas that existed when an
 * object was replicated, and REPLICA to another bucket, from which it was replicated. S3 replicates neither of them to a
 * new replica.
 *
 * @returns undefined for all statuses: a filter cannot name PENDING, the status of objects that another replica still lacks
 */
export function statusesFor(lacksReplicated: boolean): ReplicationStatus[] | undefined {
  return lacksReplicated ? undefined : ['NONE', 'FAILED'];
}

/** The part of a job's description by which it is found among the jobs of the account. */
export function markerOf({ id, attempt }: Pick<Job, 'id' | 'attempt'>): string {
  return `[${id}.${attempt}]`;
}

/** Deterministic, because S3 rejects a token that is reused with different parameters. */
export function requestOf(job: Job, settings: JobSettings): CreateJobCommandInput {
  const { account, partition, reportsBucket, role, tag } = settings;
  const marker = markerOf(job);
  const arn = (name: string) => `arn:${partition}:s3:::${name}`;
  const purpose = job.kind === 'backfill' ? 'Replicates existing objects of' : 'Replicates failed objects of';
  return {
    AccountId: account,
    ClientRequestToken: hash(marker),
    ConfirmationRequired: false,
    Description: `${purpose} ${job.bucket} ${marker}`,
    Operation: { S3ReplicateObject: {} },
    Priority: PRIORITY,
    RoleArn: role,
    Tags: [{ Key: JOB_TAG_KEY, Value: tag }],
    Report: {
      Enabled: true,
      Bucket: arn(reportsBucket),
      Prefix: `${REPORTS_PREFIX}/${job.id}`,
      Format: 'Report_CSV_20180820',
      // A repair must know which objects succeeded. A backfill only needs the failures.
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
                ...(job.createdAfter && { CreatedAfter: new Date(job.createdAfter) }),
                ObjectReplicationStatuses: job.statuses && ([...job.statuses] as ReplicationStatus[]),
              },
            },
          },
        }),
  } as CreateJobCommandInput;
}

/** The key under which S3 writes the report of a job. */
export function reportKey({ id, jobId }: Job): string {
  return `${REPORTS_PREFIX}/${id}/job-${jobId}/manifest.json`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
