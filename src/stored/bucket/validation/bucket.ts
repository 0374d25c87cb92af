import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { validateCopy } from './copy';
import { validateExistingPrimary } from './existing-primary';
import { validateReplica } from './replica';
import { isCrossAccount, MAX_PREFIX_LENGTH } from '../../../private/naming';
import { Problems } from '../../../private/problems';
import { ReplicationJobs } from '../../backfill';
import { hasObjectLock } from '../copies/bucket-settings';
import { ReplicatedMediaBucketProps } from '../props';

/** Prefixes that S3 reserves: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];

/** Finds contradictions, and what S3 would reject or silently ignore. Tokens are not validated. */
export function validateBucket(problems: Problems, props: ReplicatedMediaBucketProps, stack: Stack): void {
  validateNamePrefix(problems, props);
  validateEncryption(problems, props);
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

function validateNamePrefix(problems: Problems, { namePrefix }: ReplicatedMediaBucketProps): void {
  if (namePrefix === undefined) return;
  const isLiteral = problems.expect(!Token.isUnresolved(namePrefix), {
    property: 'namePrefix',
    got: 'a value that is known only at deployment',
    expected: 'a literal, because stacks of other regions contain the derived names',
    fix: 'Specify a string.',
  });
  if (!isLiteral) return;
  const pattern = new RegExp(`^[a-z0-9][a-z0-9-]{0,${MAX_PREFIX_LENGTH - 1}}$`);
  problems.expect(pattern.test(namePrefix) && !RESERVED_PREFIXES.some((reserved) => namePrefix.startsWith(reserved)), {
    property: 'namePrefix',
    got: namePrefix,
    expected: `1 to ${MAX_PREFIX_LENGTH} lowercase letters, digits and hyphens, not starting with a hyphen or with ${RESERVED_PREFIXES.join(', ')}, which S3 reserves`,
    fix: 'Change the prefix, or remove it to use the construct ID.',
  });
}

function validateEncryption(problems: Problems, { encryption, encryptionKey }: ReplicatedMediaBucketProps): void {
  problems.expect([undefined, s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].includes(encryption), {
    property: 'encryption',
    got: encryption,
    expected: 'BucketEncryption.KMS or BucketEncryption.S3_MANAGED',
    fix: 'Remove `encryption` to use a customer managed key in each region.',
  });
  problems.expect(encryption !== s3.BucketEncryption.S3_MANAGED || encryptionKey === undefined, {
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
