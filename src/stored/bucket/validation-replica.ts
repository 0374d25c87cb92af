import { Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { cfnBucketOf } from './adopted-copy';
import { isAlias, literalKeyArn } from './media-key';
import { MediaReplicaProps, ReplicatedMediaBucketProps } from './props';
import type { Expect } from './validation';
import { expectSameRegion, regionOfBucket, validateCopy } from './validation-copy';
import { canBeNamedFrom } from '../../private/stacks';

export function validateReplica(
  expect: Expect,
  at: string,
  replica: MediaReplicaProps,
  common: ReplicatedMediaBucketProps,
  primary: Stack,
): void {
  validateCopy(expect, at, replica, replica.region);
  expectRule(expect, at, replica);
  expectPlace(expect, at, replica, primary);
  if (replica.bucket) expectBroughtBucket(expect, at, replica, replica.bucket, common, primary);
}

function expectRule(expect: Expect, at: string, replica: MediaReplicaProps): void {
  const tagged = Object.keys(replica.tags ?? {}).length > 0;
  expect(!(tagged && (replica.deleteMarkerReplication ?? true)), {
    property: `${at}deleteMarkerReplication`,
    got: `${replica.deleteMarkerReplication ?? 'nothing, which means true,'} together with tags`,
    expected: 'false, since S3 does not replicate delete markers by tag',
    fix: 'Set `deleteMarkerReplication: false`: what is deleted in the primary then stays in this replica; or filter by `prefix`.',
  });
  const metrics = replica.replicationMetrics ?? true;
  expect(metrics || !replica.replicationTimeControl, {
    property: `${at}replicationTimeControl`,
    got: 'true with replicationMetrics false',
    expected: 'metrics, which S3 Replication Time Control needs',
    fix: 'Leave out `replicationMetrics`, or set `replicationTimeControl: false`.',
  });
}

function expectPlace(expect: Expect, at: string, { region, account, stack }: MediaReplicaProps, primary: Stack): void {
  expect(account === undefined || Token.isUnresolved(account) || /^\d{12}$/.test(account), {
    property: `${at}account`,
    got: account,
    expected: 'an account id of 12 digits',
    fix: "Give it as a string, or leave it out for the primary's account.",
  });
  expect(account === undefined || !Token.isUnresolved(primary.account), {
    property: `${at}account`,
    got: `${account}, while the account of the primary's stack is not known`,
    expected: "the primary's stack to have a concrete account, which the replica's policies must name",
    fix: `Set \`env: { account: '…' }\` on the stack ${primary.node.path}.`,
  });
  if (!stack) return;
  expect(Token.isUnresolved(stack.region) || stack.region === region, {
    property: `${at}stack`,
    got: `${stack.node.path} in ${stack.region}`,
    expected: `a stack in ${region}`,
    fix: `Set \`env: { region: '${region}' }\` on it, or leave \`stack\` out to have one made.`,
  });
  const expectedAccount = account ?? primary.account;
  expect([stack.account, expectedAccount].some(Token.isUnresolved) || stack.account === expectedAccount, {
    property: `${at}stack`,
    got: `${stack.node.path} in account ${stack.account}`,
    expected: `a stack in account ${expectedAccount}`,
    fix: `Set \`account: '${stack.account}'\` on the replica if that is where it belongs.`,
  });
}

function expectBroughtBucket(
  expect: Expect,
  at: string,
  replica: MediaReplicaProps,
  bucket: s3.IBucket,
  common: ReplicatedMediaBucketProps,
  primary: Stack,
): void {
  for (const option of ['bucketName', 'lifecycleRules', 'serverAccessLogsBucket'] as const) {
    expect(replica[option] === undefined, {
      property: `${at}${option}`,
      got: `a value together with ${at}bucket`,
      expected: 'one of the two: a brought bucket is not changed',
      fix: `Set it where the bucket is made, and leave \`${option}\` out here.`,
    });
  }
  expectSameRegion(expect, `${at}bucket`, 'a bucket', regionOfBucket(bucket), replica.region);
  expect(!replica.proxy || replica.stack !== undefined || regionOfBucket(bucket) === replica.region, {
    property: `${at}proxy`,
    got: `a value for an imported bucket without ${at}stack`,
    expected: 'a stack in the region to put the proxy into',
    fix: `Give \`stack\`, a stack in ${replica.region}.`,
  });

  const made = cfnBucketOf(bucket);
  if (made) {
    expect(isVersioned(made), {
      property: `${at}bucket`,
      got: `${bucket.node.path}, which is not versioned`,
      expected: 'a versioned bucket, which S3 requires of both ends',
      fix: 'Make it with `versioned: true`.',
    });
    expect(canBeNamedFrom(primary, bucket.bucketName), {
      property: `${at}bucket`,
      got: `${bucket.node.path}, which has no name of its own`,
      expected: 'a bucket whose name other regions can know',
      fix: 'Give it a `bucketName`, or PhysicalName.GENERATE_IF_NEEDED.',
    });
    const locked = common.objectLockEnabled ?? common.objectLockDefaultRetention !== undefined;
    expect(!locked || made.objectLockEnabled === true, {
      property: `${at}bucket`,
      got: `${bucket.node.path}, which has no Object Lock`,
      expected: 'Object Lock on every copy, as the primary has it',
      fix: 'Make it with `objectLockEnabled: true`.',
    });
  }

  const key = replica.encryptionKey ?? bucket.encryptionKey;
  expect(key !== undefined || common.encryption === s3.BucketEncryption.S3_MANAGED, {
    property: `${at}encryptionKey`,
    got: undefined,
    expected: 'the key of the brought bucket, since the objects are encrypted with KMS',
    fix: 'Give the key that the replicas are to be encrypted with, or set `encryption: BucketEncryption.S3_MANAGED`.',
  });
  expect(key === undefined || isAlias(key) || literalKeyArn(key) !== undefined, {
    property: `${at}encryptionKey`,
    got: 'a key whose ARN is known only at deployment',
    expected: 'a key that another region can name',
    fix: "Give an alias of it (`key.addAlias('alias/…')`), or import it with Key.fromKeyArn.",
  });
}

function isVersioned(bucket: s3.CfnBucket): boolean {
  // A raw override is seen by nobody but CloudFormation's renderer, so a bucket that has any is not judged.
  const overridden = Object.keys((bucket as unknown as { rawOverrides?: object }).rawOverrides ?? {}).length > 0;
  return overridden || bucket.versioningConfiguration !== undefined;
}
