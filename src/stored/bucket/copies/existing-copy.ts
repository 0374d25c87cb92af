import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { MediaCopy, PrimaryCopy } from './media-copy';
import { aliasNameOf, isAlias, MediaKey } from './media-key';
import { accountOf } from '../../../private/naming';
import { MediaCopyProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

type MediaKeys = Pick<MediaCopyProps, 'encryptionKey' | 'formerEncryptionKeys'>;

/** An existing bucket as a copy. */
export function existingCopy(
  bucket: s3.IBucket,
  region: string,
  account: string,
  { encryptionKey, formerEncryptionKeys = [] }: MediaKeys,
): MediaCopy {
  const mediaKey = (key: kms.IKey) =>
    new MediaKey({
      key,
      region,
      account,
      stack: Stack.of(key),
      aliasName: isAlias(key) ? aliasNameOf(key) : undefined,
    });
  return {
    bucket,
    bucketName: bucket.bucketName,
    region,
    account,
    key: encryptionKey && mediaKey(encryptionKey),
    formerKeys: formerEncryptionKeys.map(mediaKey),
  };
}

/** An existing bucket as the primary. Enables versioning if the bucket is part of this app. */
export function existingPrimary(
  scope: IConstruct,
  bucket: s3.IBucket,
  { encryptionKey = bucket.encryptionKey, formerEncryptionKeys }: ReplicatedMediaBucketProps,
): PrimaryCopy {
  const stack = Stack.of(scope);
  const copy = existingCopy(bucket, stack.region, accountOf(stack), { encryptionKey, formerEncryptionKeys });
  const cfnBucket = cfnBucketOf(bucket);
  if (!cfnBucket) return copy;
  if (cfnBucket.versioningConfiguration === undefined) {
    cfnBucket.versioningConfiguration = { status: 'Enabled' };
    Annotations.of(scope).addInfo(
      `Enabled versioning on ${bucket.node.path}, because replication requires it. Set \`versioned: true\` on the bucket.`,
    );
  }
  // The literal name: the bucket depends on policies that name it, and a reference would create a cycle.
  return { ...copy, cfnBucket, bucketName: cfnBucket.bucketName ?? copy.bucketName };
}

/** The resource of a bucket of this app; undefined for an imported bucket. */
export function cfnBucketOf(bucket: s3.IBucket): s3.CfnBucket | undefined {
  const child = bucket.node.defaultChild as CfnResource | undefined;
  return child?.cfnResourceType === s3.CfnBucket.CFN_RESOURCE_TYPE_NAME ? (child as s3.CfnBucket) : undefined;
}

/** The region of a bucket; undefined if it is unknown, as for a bucket imported by its name. */
export function knownRegionOfBucket(bucket: s3.IBucket | undefined): string | undefined {
  if (!bucket?.node.defaultChild || Token.isUnresolved(bucket.env.region)) return undefined;
  return bucket.env.region;
}
