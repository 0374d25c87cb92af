import { text } from 'node:stream/consumers';
import { find } from './buckets';
import { Bucket, statusOf, Version } from './records';
import { rulesFor } from './replication-rules';
import { S3Simulator } from './s3-simulator';
import { principalOf } from '../iam';
import { JobView, S3ControlSimulator } from '../s3-control';

type Result = { bucket: string; key: string; versionId: string; status: 'succeeded' | 'failed'; errorCode?: string };

/**
 * Does the work of the replication jobs that were created in a region: with the objects, roles and buckets of the data
 * plane. Each job runs in the region and the account of its source bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
 */
export async function runJobs(s3: S3Simulator, control: S3ControlSimulator): Promise<void> {
  for (const { jobId, status } of control.jobs()) {
    if (status === 'New' || status === 'Preparing' || status === 'Ready') await runJob(s3, control, jobId);
  }
}

async function runJob(s3: S3Simulator, control: S3ControlSimulator, jobId: string): Promise<void> {
  const job = control.job(jobId);
  const { request } = job.view;
  const role = principalOf(request.RoleArn);
  if (!s3.roles.canBeAssumedBy(request.RoleArn, 'batchoperations.s3.amazonaws.com', control.account)) {
    return void job.fail('The role cannot be assumed').finish();
  }
  const versions = request.Manifest ? manifestOf(s3, job.view) : generatedManifestOf(s3, job.view);
  job.prepare(versions.length);
  if (versions.length === 0) return void job.finish();
  const results = versions.map(({ bucket, key, versionId, version }): Result => {
    const mayInitiate = s3.access.toObject(role, 's3:InitiateReplication', bucket, key);
    const replicate = () => (version ? s3.replicator.replicate(bucket, version) : 'SrcObjectNotFound');
    const errorCode = mayInitiate ? replicate() : 'InitiateReplicationNotPermitted';
    return { bucket: bucket.name, key, versionId, status: errorCode ? 'failed' : 'succeeded', errorCode };
  });
  job.complete(results).finish();
  const reports = request.Report.Bucket!.split(':').pop()!;
  for await (const { key, body } of job.report()) s3.buckets.put(reports, key, await text(body), {}, role);
}

interface Listed {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string;
  readonly version?: Version;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobManifestGeneratorFilter.html */
function generatedManifestOf(s3: S3Simulator, { request }: JobView): Listed[] {
  const { SourceBucket, Filter = {} } = request.ManifestGenerator!.S3JobManifestGenerator!;
  const known = ['EligibleForReplication', 'CreatedAfter', 'CreatedBefore', 'ObjectReplicationStatuses'];
  const unknown = Object.keys(Filter).filter((each) => Filter[each as never] !== undefined && !known.includes(each));
  if (unknown.length > 0) throw new Error(`The filters ${unknown} are not simulated.`);
  const { EligibleForReplication, CreatedAfter, CreatedBefore, ObjectReplicationStatuses: statuses } = Filter;
  const bucket = s3.buckets.get(SourceBucket!.split(':').pop()!);
  return bucket.versions
    .filter((version) => EligibleForReplication !== true || rulesFor(bucket, version).length > 0)
    .filter(({ createdAt }) => !CreatedAfter || createdAt >= new Date(CreatedAfter).getTime())
    .filter(({ createdAt }) => !CreatedBefore || createdAt <= new Date(CreatedBefore).getTime())
    .filter((version) => !statuses || (statuses as readonly string[]).includes(statusOf(version) ?? 'NONE'))
    .map((version) => ({ bucket, key: version.key, versionId: version.versionId, version }));
}

/** A manifest with the columns bucket, key and version ID. The role reads it. */
function manifestOf(s3: S3Simulator, { request }: JobView): Listed[] {
  const [name, ...rest] = request.Manifest!.Location.ObjectArn.split(':').pop()!.split('/');
  const { body } = s3.buckets.read(name, rest.join('/'), undefined, principalOf(request.RoleArn));
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [source, encoded, versionId] = line.split(',');
      const bucket = s3.buckets.get(source);
      const key = decodeURIComponent(encoded);
      return { bucket, key, versionId, version: find(bucket, key, versionId) };
    });
}
