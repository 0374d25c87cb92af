import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucketProps } from '../props';

/** Allows browsers to read from every copy, and to upload in parts to the primary. */
export function corsRules(origins: string[] | undefined): s3.CorsRule[] | undefined {
  if (!origins?.length) return undefined;
  return [
    {
      allowedOrigins: origins,
      allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.PUT, s3.HttpMethods.HEAD],
      allowedHeaders: ['*'],
      exposedHeaders: ['ETag'],
      maxAge: 3000,
    },
  ];
}

/**
 * S3 keeps noncurrent versions and incomplete uploads until a lifecycle rule removes them.
 *
 * The rule does not remove expired delete markers: a version that S3 replicates later would be current on the replica, so
 * that a deleted object reappears. docs/decisions/0020-backfill.md gives the details.
 */
export function housekeeping(props: ReplicatedMediaBucketProps): s3.LifecycleRule {
  return {
    id: 'housekeeping',
    abortIncompleteMultipartUploadAfter: props.abortIncompleteMultipartUploadAfter ?? Duration.days(7),
    noncurrentVersionExpiration: props.noncurrentVersionExpiration ?? Duration.days(90),
  };
}

export function hasObjectLock({ objectLockEnabled, objectLockDefaultRetention }: ReplicatedMediaBucketProps): boolean {
  return objectLockEnabled ?? objectLockDefaultRetention !== undefined;
}
