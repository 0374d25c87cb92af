import { Stack, Token } from 'aws-cdk-lib';
import { cfnBucketOf, hasKnownName } from './adopted-copy';
import { ReplicatedMediaBucketProps } from './props';
import type { Expect } from './validation';
import { regionOfBucket } from './validation-copy';

/** Checks a primary that was there before, and what goes with one only. */
export function validateAdopted(expect: Expect, props: ReplicatedMediaBucketProps, stack: Stack): void {
  const { bucket } = props;
  const cfnBucket = bucket && cfnBucketOf(bucket);
  expect(props.enableVersioning === undefined || (bucket !== undefined && !cfnBucket), {
    property: 'enableVersioning',
    got: props.enableVersioning,
    expected: 'an imported `bucket`, whose versioning the template does not say',
    fix: 'Leave it out: the primary is versioned.',
  });
  if (!bucket) return;
  for (const option of ['bucketName', 'serverAccessLogsBucket', 'objectLockDefaultRetention'] as const) {
    expect(props[option] === undefined, {
      property: option,
      got: 'a value together with bucket',
      expected: 'one of the two: a bucket that is there stays as it is',
      fix: `Set it where the bucket is made, and leave \`${option}\` out here.`,
    });
  }
  const region = regionOfBucket(bucket) ?? bucket.env.region;
  expect([region, stack.region].some(Token.isUnresolved) || region === stack.region, {
    property: 'bucket',
    got: `a bucket in ${region}`,
    expected: `a bucket in ${stack.region}, the region of the stack ${stack.node.path}`,
    fix: `Make this construct in a stack of ${region}; or give the bucket's region, if it was imported (Bucket.fromBucketAttributes).`,
  });
  expect(hasKnownName(bucket, cfnBucket), {
    property: 'bucket',
    got: `${bucket.node.path}, whose name is known at deployment only`,
    expected: 'a bucket whose name other regions can know',
    fix: "If it exists already, import it by its name (Bucket.fromBucketName(this, 'Existing', '…')); else give it a `bucketName`.",
  });
  if (!cfnBucket) return;
  expect(Stack.of(bucket) === stack, {
    property: 'bucket',
    got: `${bucket.node.path} of the stack ${Stack.of(bucket).node.path}`,
    expected: `a bucket of ${stack.node.path}, since the rules stand in its template`,
    fix: 'Make this construct in the stack of the bucket.',
  });
  expect(cfnBucket.replicationConfiguration === undefined, {
    property: 'bucket',
    got: `${bucket.node.path}, which has replication rules`,
    expected: 'a bucket without: its template holds one configuration',
    fix: 'Leave out `replicationRules` there, and name what they are for in `replicas`.',
  });
}
