import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { ReplicatedMediaBucketProps } from './props';
import { validateAdopted } from './validation-adopted';
import { validateCopy } from './validation-copy';
import { validateReplica } from './validation-replica';
import { Finding, invalid } from '../../private/problems';
import { MAX_PREFIX_LENGTH } from '../../private/naming';
import { isKnownRegion, partitionOf } from '../../private/regions';

/** Throws an error about the construct if what it says does not hold. */
export type Expect = (holds: boolean, problem: Finding) => void;

/** Beginnings of bucket names that S3 keeps for itself. */
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];

/** Refuses what contradicts itself, and what S3 would refuse or silently not do. What is a token is not judged. */
export function validate(scope: IConstruct, props: ReplicatedMediaBucketProps): void {
  const expect: Expect = (holds, problem) => {
    if (!holds) throw invalid(scope, problem);
  };
  const stack = Stack.of(scope);
  expectName(expect, props);
  expectOptionsToFit(expect, props);
  validateCopy(expect, '', props, stack.region);
  validateAdopted(expect, props, stack);
  expectOneOwner(expect, props);
  expectRegions(expect, props, stack);
  props.replicas.forEach((replica, index) => validateReplica(expect, `replicas[${index}].`, replica, props, stack));
}

function expectName(expect: Expect, { namePrefix }: ReplicatedMediaBucketProps): void {
  if (namePrefix === undefined) return;
  expect(!Token.isUnresolved(namePrefix), {
    property: 'namePrefix',
    got: 'a value known only at deployment',
    expected: 'a literal, since other regions must know the names too',
    fix: 'Give a string.',
  });
  const pattern = new RegExp(`^[a-z0-9][a-z0-9-]{0,${MAX_PREFIX_LENGTH - 1}}$`);
  expect(pattern.test(namePrefix) && !RESERVED_PREFIXES.some((reserved) => namePrefix.startsWith(reserved)), {
    property: 'namePrefix',
    got: namePrefix,
    expected: `1 to ${MAX_PREFIX_LENGTH} lower-case letters, digits and hyphens, beginning with a letter or digit`,
    fix: `Shorten or change it; ${RESERVED_PREFIXES.join(', ')} are reserved by S3.`,
  });
}

function expectOptionsToFit(expect: Expect, props: ReplicatedMediaBucketProps): void {
  const { encryption } = props;
  expect([undefined, s3.BucketEncryption.KMS, s3.BucketEncryption.S3_MANAGED].includes(encryption), {
    property: 'encryption',
    got: encryption,
    expected: 'BucketEncryption.KMS or BucketEncryption.S3_MANAGED',
    fix: 'Leave it out for a customer-managed key in each region.',
  });
  expect(encryption !== s3.BucketEncryption.S3_MANAGED || props.encryptionKey === undefined, {
    property: 'encryptionKey',
    got: 'a key together with encryption S3_MANAGED',
    expected: 'one of the two',
    fix: 'Leave out `encryption` to use the key.',
  });
  expect(!props.autoDeleteObjects || props.removalPolicy === RemovalPolicy.DESTROY, {
    property: 'autoDeleteObjects',
    got: `true with removalPolicy ${props.removalPolicy ?? 'left out'}`,
    expected: 'removalPolicy to be DESTROY',
    fix: 'Set `removalPolicy: RemovalPolicy.DESTROY` if the media may be lost with the stack, or leave out `autoDeleteObjects`.',
  });
  const locked = props.objectLockEnabled ?? props.objectLockDefaultRetention !== undefined;
  expect(locked || props.objectLockDefaultRetention === undefined, {
    property: 'objectLockDefaultRetention',
    got: 'a retention with objectLockEnabled false',
    expected: 'Object Lock to be enabled',
    fix: 'Leave out `objectLockEnabled`.',
  });
  expect(!(locked && props.autoDeleteObjects), {
    property: 'autoDeleteObjects',
    got: 'true with Object Lock',
    expected: 'one of the two, since locked objects can not be deleted and the stack would not be either',
    fix: 'Leave out `autoDeleteObjects`.',
  });
}

function expectOneOwner(expect: Expect, props: ReplicatedMediaBucketProps): void {
  for (const option of ['replicaModificationSync', 'writeToReplicas'] as const) {
    const foreign = props.replicas.findIndex(({ account }) => account !== undefined);
    expect(!props[option] || foreign < 0, {
      property: option,
      got: `true with replicas[${foreign}].account`,
      expected: 'all copies in one account, since rules are put into the replicas too',
      fix: `Leave \`${option}\` or \`account\` out.`,
    });
  }
}

function expectRegions(expect: Expect, { replicas }: ReplicatedMediaBucketProps, stack: Stack): void {
  expect(replicas.length > 0, {
    property: 'replicas',
    got: replicas,
    expected: 'at least one replica',
    fix: "Name a region: `replicas: [{ region: 'eu-west-1' }]`; without replication, use s3.Bucket.",
  });
  replicas.forEach(({ region }, index) => {
    const property = `replicas[${index}].region`;
    expect(!Token.isUnresolved(region), {
      property,
      got: 'a value known only at deployment',
      expected: 'a literal, since a stack is made for the region',
      fix: 'Give the region as a string.',
    });
    expect(isKnownRegion(region), {
      property,
      got: region,
      expected: 'a region that aws-cdk-lib knows',
      fix: 'Check the spelling; if the region is new, update aws-cdk-lib.',
    });
    expect(region !== stack.region, {
      property,
      got: region,
      expected: "another region than the primary's",
      fix: `The stack ${stack.node.path} is in ${region} already: leave this replica out, or name another region.`,
    });
    const partition = partitionOf(stack.region);
    expect(partition === undefined || partition === partitionOf(region), {
      property,
      got: `${region} (partition ${partitionOf(region)})`,
      expected: `a region of the primary's partition, ${partition}`,
      fix: `S3 does not replicate between partitions: choose a region of ${partition}.`,
    });
    const first = replicas.findIndex((other) => other.region === region);
    expect(first === index, {
      property,
      got: region,
      expected: `a region that no other replica has, but replicas[${first}] has it`,
      fix: 'Leave one of the two out.',
    });
  });
}
