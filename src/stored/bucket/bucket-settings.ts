import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucketProps } from './props';

/** What a browser needs to play from a copy, and to upload in parts to the primary. */
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

/** Versioning keeps what is deleted or overwritten, and S3 keeps what was never completed: neither for ever. */
export function housekeeping(props: ReplicatedMediaBucketProps): s3.LifecycleRule {
  return {
    id: 'housekeeping',
    abortIncompleteMultipartUploadAfter: props.abortIncompleteMultipartUploadAfter ?? Duration.days(7),
    noncurrentVersionExpiration: props.noncurrentVersionExpiration ?? Duration.days(90),
    expiredObjectDeleteMarker: true,
  };
}
