import type { S3GeneratedManifestDescriptor } from '@aws-sdk/client-s3-control';
import { JobRecord } from './records';
import { World } from './world';

/** The manifest that S3 wrote, if it was told to. Its key is an assumption. */
export function generatedManifest(
  { jobId, request }: JobRecord,
  { ids }: World,
): S3GeneratedManifestDescriptor | undefined {
  const { EnableManifestOutput, ManifestOutputLocation } = request.ManifestGenerator?.S3JobManifestGenerator ?? {};
  if (!EnableManifestOutput || !ManifestOutputLocation) return undefined;
  const { Bucket, ManifestFormat, ManifestPrefix } = ManifestOutputLocation;
  const prefix = ManifestPrefix === undefined ? '' : `${ManifestPrefix}/`;
  return {
    Format: ManifestFormat,
    Location: { ObjectArn: `${Bucket}/${prefix}job-${jobId}/manifest.json`, ETag: ids.hex(32) },
  };
}

/** The name of the bucket whose objects a job replicates; of a manifest's own bucket where the job does not say. */
export function sourceBucketOf({ request }: JobRecord): string {
  const arn = request.ManifestGenerator?.S3JobManifestGenerator?.SourceBucket ?? request.Manifest!.Location.ObjectArn;
  return arn.split(':').pop()!.split('/')[0];
}
