import { Stack, Token } from 'aws-cdk-lib';
import { expectAbsent } from './copy';
import { Problems } from '../../../private/problems';
import { hasObjectLock } from '../copies/bucket-settings';
import { cfnBucketOf, knownRegionOfBucket } from '../copies/existing-copy';
import { ReplicatedMediaBucketProps } from '../props';

/** Validates an existing primary, and the props that are only for one. */
export function validateExistingPrimary(problems: Problems, props: ReplicatedMediaBucketProps, stack: Stack): void {
  const { bucket } = props;
  const cfnBucket = bucket && cfnBucketOf(bucket);
  problems.expect(props.enableVersioning === undefined || (bucket !== undefined && !cfnBucket), {
    property: 'enableVersioning',
    got: props.enableVersioning,
    expected: 'an imported `bucket`, because all other primaries are versioned anyway',
    fix: 'Remove `enableVersioning`.',
  });
  if (!bucket) return;
  expectAbsent(problems, props, ['bucketName', 'serverAccessLogsBucket', 'objectLockDefaultRetention']);
  const region = knownRegionOfBucket(bucket) ?? bucket.env.region;
  const isHere = problems.expect([region, stack.region].some(Token.isUnresolved) || region === stack.region, {
    property: 'bucket',
    got: `a bucket in ${region}`,
    expected: `a bucket in ${stack.region}, the region of the stack ${stack.node.path}`,
    fix: `Create this construct in a stack in ${region}, or import the bucket with its region (Bucket.fromBucketAttributes).`,
  });
  const { bucketName } = cfnBucket ?? bucket;
  problems.expect(bucketName !== undefined && !Token.isUnresolved(bucketName), {
    property: 'bucket',
    got: `${bucket.node.path}, whose name is known only at deployment`,
    expected: 'a bucket with a name that other regions can refer to',
    fix: "Import a deployed bucket by its name (Bucket.fromBucketName(this, 'Existing', '…')), or set `bucketName` on a new one.",
  });
  if (!cfnBucket) return;
  problems.expect(!isHere || Stack.of(bucket) === stack, {
    property: 'bucket',
    got: `${bucket.node.path} in the stack ${Stack.of(bucket).node.path}`,
    expected: `a bucket in ${stack.node.path}, whose template contains the replication rules`,
    fix: 'Create this construct in the stack of the bucket.',
  });
  problems.expect(cfnBucket.replicationConfiguration === undefined, {
    property: 'bucket',
    got: `${bucket.node.path}, which has replication rules`,
    expected: 'a bucket without replication rules, because its template can contain only one configuration',
    fix: 'Remove `replicationRules` from the bucket, and add their destinations to `replicas`.',
  });
  if (Token.isUnresolved(cfnBucket.objectLockEnabled)) return;
  const isLocked = cfnBucket.objectLockEnabled === true;
  problems.expect(!isLocked || hasObjectLock(props), {
    property: 'objectLockEnabled',
    got: props.objectLockEnabled,
    expected: `true, because ${bucket.node.path} has Object Lock, and S3 replicates from it only to buckets with Object Lock`,
    fix: 'Set `objectLockEnabled: true`.',
  });
  const isDestination = props.writeToReplicas || props.replicaModificationSync;
  problems.expect(isLocked || !hasObjectLock(props) || !isDestination, {
    property: 'bucket',
    got: `${bucket.node.path}, which has no Object Lock`,
    expected: 'a bucket with Object Lock, because S3 replicates to it from replicas that have it',
    fix: 'Set `objectLockEnabled: true` on the bucket.',
  });
}
