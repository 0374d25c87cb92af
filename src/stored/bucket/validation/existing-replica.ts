import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expectAbsent, expectSameRegion } from './copy';
import { Problems } from '../../../private/problems';
import { canBeNamedFrom } from '../../../private/stacks';
import { hasObjectLock } from '../copies/bucket-settings';
import { cfnBucketOf, knownRegionOfBucket } from '../copies/existing-copy';
import { isAlias, knownRegionOf, literalKeyArn } from '../copies/media-key';
import { MediaReplicaProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

/** Validates a replica with an existing bucket. */
export function validateExistingReplica(
  problems: Problems,
  replica: MediaReplicaProps,
  region: string | undefined,
  common: ReplicatedMediaBucketProps,
  primary: Stack,
): void {
  const { bucket, proxy, stack } = replica;
  if (!bucket) return;
  expectAbsent(problems, replica, ['bucketName', 'lifecycleRules', 'serverAccessLogsBucket']);
  const bucketRegion = knownRegionOfBucket(bucket);
  expectSameRegion(problems, 'bucket', 'a bucket', bucketRegion, region);
  problems.expect(!proxy || stack !== undefined || bucketRegion !== undefined, {
    property: 'proxy',
    got: 'a proxy for an imported bucket without `stack`',
    expected: 'a stack for the proxy',
    fix: `Set \`stack\` to a stack in ${replica.region}.`,
  });
  const cfnBucket = cfnBucketOf(bucket);
  validateKey(problems, replica, region, common);
  if (!cfnBucket) return;
  problems.expect(isVersioned(cfnBucket), {
    property: 'bucket',
    got: `${bucket.node.path}, which is not versioned`,
    expected: 'a versioned bucket, because S3 replication requires versioning',
    fix: 'Set `versioned: true` on the bucket.',
  });
  problems.expect(canBeNamedFrom(primary, bucket.bucketName), {
    property: 'bucket',
    got: `${bucket.node.path}, whose name is generated during deployment`,
    expected: 'a bucket with a name that other regions can refer to',
    fix: 'Set `bucketName` on the bucket, for example to PhysicalName.GENERATE_IF_NEEDED.',
  });
  problems.expect(!hasObjectLock(common) || cfnBucket.objectLockEnabled === true, {
    property: 'bucket',
    got: `${bucket.node.path}, which has no Object Lock`,
    expected: 'a bucket with Object Lock, which is enabled on the primary',
    fix: 'Set `objectLockEnabled: true` on the bucket.',
  });
}

function validateKey(
  problems: Problems,
  { bucket, encryptionKey, formerEncryptionKeys = [] }: MediaReplicaProps,
  region: string | undefined,
  { encryption = s3.BucketEncryption.KMS }: ReplicatedMediaBucketProps,
): void {
  formerEncryptionKeys.forEach((key, index) => expectNameable(problems, `formerEncryptionKeys[${index}]`, key, region));
  const key = encryptionKey ?? bucket!.encryptionKey;
  if (!key) {
    problems.expect(encryption !== s3.BucketEncryption.KMS, {
      property: 'encryptionKey',
      got: undefined,
      expected: 'the key of the existing bucket, because the media are encrypted with KMS',
      fix: 'Specify the key for the replicated objects, or set `encryption: BucketEncryption.S3_MANAGED`.',
    });
    return;
  }
  expectNameable(problems, 'encryptionKey', key, region);
}

function expectNameable(problems: Problems, property: string, key: kms.IKey, region: string | undefined): void {
  // A key in another region is a problem already.
  const isElsewhere = region !== undefined && (knownRegionOf(key) ?? region) !== region;
  problems.expect(isElsewhere || isAlias(key) || literalKeyArn(key) !== undefined, {
    property,
    got: 'a key whose ARN is known only at deployment',
    expected: 'a key that other regions can refer to',
    fix: "Specify an alias of the key (`key.addAlias('alias/…')`), or import it with Key.fromKeyArn.",
  });
}

function isVersioned(bucket: s3.CfnBucket): boolean {
  // A raw override may enable versioning, and only the rendered template shows it.
  const { rawOverrides = {} } = bucket as unknown as { rawOverrides?: object };
  return Object.keys(rawOverrides).length > 0 || bucket.versioningConfiguration !== undefined;
}
