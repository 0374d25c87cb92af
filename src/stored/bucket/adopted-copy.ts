import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { broughtCopy, MediaCopy } from './media-copy';
import { ReplicatedMediaBucketProps } from './props';
import { accountOf } from '../../private/naming';

/** A primary that was there before. */
export interface AdoptedCopy extends MediaCopy {
  /** Absent where the bucket is not of this app. */
  readonly cfnBucket?: s3.CfnBucket;
}

/** The bucket as the primary; one of this app is made versioned where it was not. */
export function adopt(scope: IConstruct, bucket: s3.IBucket, props: ReplicatedMediaBucketProps): AdoptedCopy {
  const stack = Stack.of(scope);
  const key = props.encryptionKey ?? bucket.encryptionKey;
  const copy = broughtCopy(bucket, stack.region, accountOf(stack), key);
  const cfnBucket = cfnBucketOf(bucket);
  if (!cfnBucket) return copy;
  if (cfnBucket.versioningConfiguration === undefined) {
    cfnBucket.versioningConfiguration = { status: 'Enabled' };
    Annotations.of(scope).addInfo(
      `${bucket.node.path} was not versioned, which replication needs: it is now. Set \`versioned: true\` on it.`,
    );
  }
  // The literal name, so that nothing refers to the bucket that it waits for.
  const { bucketName } = cfnBucket;
  return { ...copy, cfnBucket, bucketName: bucketName ?? copy.bucketName };
}

export function cfnBucketOf(bucket: s3.IBucket): s3.CfnBucket | undefined {
  const made = bucket.node.defaultChild;
  const isBucket =
    made !== undefined &&
    CfnResource.isCfnResource(made) &&
    made.cfnResourceType === s3.CfnBucket.CFN_RESOURCE_TYPE_NAME;
  return isBucket ? (made as s3.CfnBucket) : undefined;
}

/** Whether a bucket's name can be written into stacks of other regions. */
export function hasKnownName({ bucketName }: s3.IBucket, cfnBucket: s3.CfnBucket | undefined): boolean {
  const name = cfnBucket ? cfnBucket.bucketName : bucketName;
  return name !== undefined && !Token.isUnresolved(name);
}
