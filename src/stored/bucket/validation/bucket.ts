import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { validateCopy } from './copy';
import { validateExistingPrimary } from './existing-primary';
import { validateReplica } from './replica';
import { validateIdentity } from '../../../private/identity';
import { isCrossAccount } from '../../../private/naming';
import { Problems } from '../../../private/problems';
import { expectStackRegion } from '../../../private/stacks';
import { ReplicationJobs } from '../../backfill';
import { hasObjectLock } from '../copies/bucket-settings';
import { MediaCopyProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

/** Finds contradictions, and what S3 would reject or silently ignore. Tokens are not validated. */
export function validateBucket(problems: Problems, props: ReplicatedMediaBucketProps, stack: Stack): void {
  expectStackRegion(problems, stack);
  validateIdentity(problems, props);
  if (validateEncryption(problems, props)) validateReplicaKeys(problems, props);
  validateDeletion(problems, props);
  validateCopy(problems, props, stack.region);
  validateExistingPrimary(problems, props, stack);
  validateTwoWay(problems, props, stack);
  ReplicationJobs._validate(problems, props);
  problems.expect(props.replicas.length > 0, {
    property: 'replicas',
    got: props.replicas,
    expected: 'at least one replica',
    fix: "Add a replica: `replicas: [{ region: 'eu-west-1' }]`. Without replication, use s3.Bucket.",
  });
  props.replicas.forEach((_replica, index) =>
    validateReplica(problems.within(`replicas[${index}]`), index, props, stack),
  );
}

function validateEncryption(problems: Problems, { encryption, encryptionKey }: ReplicatedMediaBucketProps): boolean {
  problems.expect([undefined, s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].includes(encryption), {
    property: 'encryption',
    got: encryption,
    expected: 'BucketEncryption.KMS or BucketEncryption.S3_MANAGED',
    fix: 'Remove `encryption` to use a customer managed key in each region.',
  });
  return problems.expect(encryption !== s3.BucketEncryption.S3_MANAGED || encryptionKey === undefined, {
    property: 'encryptionKey',
    got: 'a key',
    expected: 'no key with `encryption: BucketEncryption.S3_MANAGED`',
    fix: 'Remove `encryption` to use the key.',
  });
}

function validateDeletion(problems: Problems, props: ReplicatedMediaBucketProps): void {
  const { autoDeleteObjects, removalPolicy } = props;
  problems.expect(props.objectLockDefaultRetention === undefined || hasObjectLock(props), {
    property: 'objectLockDefaultRetention',
    got: 'a retention',
    expected: 'no retention with `objectLockEnabled: false`',
    fix: 'Remove `objectLockEnabled`.',
  });
  const canDelete = problems.expect(!(hasObjectLock(props) && autoDeleteObjects), {
    property: 'autoDeleteObjects',
    got: autoDeleteObjects,
    expected: 'false with Object Lock, because locked objects cannot be deleted',
    fix: 'Remove `autoDeleteObjects`.',
  });
  problems.expect(!canDelete || !autoDeleteObjects || removalPolicy === RemovalPolicy.DESTROY, {
    property: 'autoDeleteObjects',
    got: autoDeleteObjects,
    expected: `\`removalPolicy: RemovalPolicy.DESTROY\`, but it is ${removalPolicy ?? 'not set'}`,
    fix: 'Set `removalPolicy: RemovalPolicy.DESTROY` if the media may be deleted with the stack, or remove `autoDeleteObjects`.',
  });
}

function validateTwoWay(problems: Problems, props: ReplicatedMediaBucketProps, stack: Stack): void {
  const index = props.replicas.findIndex(({ account }) => account && isCrossAccount(account, stack.account));
  for (const property of ['replicaModificationSync', 'writeToReplicas'] as const) {
    problems.expect(!props[property] || index < 0, {
      property,
      got: props[property],
      expected: `all copies to be in one account, but replicas[${index}] is in another`,
      fix: `Remove \`${property}\`, or \`account\` from the replica.`,
    });
  }
}

/** S3 skips objects that are encrypted with KMS, and reports no failure, if their rule has no key for the replicas. */
function validateReplicaKeys(problems: Problems, props: ReplicatedMediaBucketProps): void {
  const { encryption = s3.BucketEncryption.KMS } = props;
  const usesKms = ({ bucket, encryptionKey, formerEncryptionKeys = [] }: MediaCopyProps & { bucket?: s3.IBucket }) =>
    (!bucket && encryption === s3.BucketEncryption.KMS) ||
    (encryptionKey ?? bucket?.encryptionKey ?? formerEncryptionKeys[0]) !== undefined;
  const isTwoWay = props.writeToReplicas || props.replicaModificationSync;
  const expectKey = (at: Problems, copy: MediaCopyProps, source: string) =>
    at.expect(usesKms(copy), {
      property: 'formerEncryptionKeys',
      got: undefined,
      expected: `a KMS key for this copy, because objects of ${source} are encrypted with KMS, and S3 skips them without a key for their replicas`,
      fix: 'Specify a key of this copy: as `encryptionKey` if new objects are encrypted with it, otherwise in `formerEncryptionKeys`.',
    });
  props.replicas.forEach((replica, index) => {
    // The missing key of an existing bucket is a problem already.
    const isReported = replica.bucket !== undefined && encryption === s3.BucketEncryption.KMS;
    if (usesKms(props) && !isReported) expectKey(problems.within(`replicas[${index}]`), replica, 'the primary');
  });
  const source = props.replicas.findIndex(usesKms);
  if (isTwoWay && source >= 0) expectKey(problems, props, `replicas[${source}]`);
}
