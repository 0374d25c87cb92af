import { Aws, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { validateLifecycle } from './lifecycle';
import { Problems } from '../../../private/problems';
import { knownRegionOfBucket } from '../copies/existing-copy';
import { aliasNameOf, isAlias, knownRegionOf } from '../copies/media-key';
import { MediaCopyProps, MediaReplicaProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

/** @param region the copy's region; undefined if it is unknown or invalid */
export function validateCopy(
  problems: Problems,
  props: MediaCopyProps & Partial<MediaReplicaProps>,
  region: string | undefined,
): void {
  validateBucketName(problems, props);
  if (props.encryptionKey) validateKey(problems, 'encryptionKey', props.encryptionKey, region);
  props.formerEncryptionKeys?.forEach((key, index) =>
    validateKey(problems, `formerEncryptionKeys[${index}]`, key, region),
  );
  const logRegion = knownRegionOfBucket(props.serverAccessLogsBucket);
  expectSameRegion(problems, 'serverAccessLogsBucket', 'a bucket', logRegion, region);
  props.lifecycleRules?.forEach((rule, index) => validateLifecycle(problems.within(`lifecycleRules[${index}]`), rule));
}

function validateKey(problems: Problems, property: string, key: kms.IKey, region: string | undefined): void {
  expectSameRegion(problems, property, 'a key', knownRegionOf(key), region);
  problems.expect(!isAlias(key) || !Token.isUnresolved(aliasNameOf(key)), {
    property,
    got: 'an alias whose name is known only at deployment',
    expected: 'an alias with a literal name, because policies of other stacks contain it',
    fix: 'Specify the name as a string, or import the key with Key.fromKeyArn.',
  });
}

/** @returns whether the regions are equal, or one of them is unknown */
export function expectSameRegion(
  problems: Problems,
  property: string,
  what: string,
  actual: string | undefined,
  expected: string | undefined,
): boolean {
  if (actual === undefined || expected === undefined || Token.isUnresolved(expected)) return true;
  return problems.expect(actual === expected, {
    property,
    got: `${what} in ${actual}`,
    expected: `${what} in ${expected}, the region of this copy`,
    fix: `Specify ${what} in ${expected}, or remove the property.`,
  });
}

/** Properties that configure a new bucket contradict an existing `bucket`, which is not modified. */
export function expectAbsent(
  problems: Problems,
  props: MediaCopyProps & Partial<ReplicatedMediaBucketProps>,
  options: readonly ('bucketName' | 'lifecycleRules' | 'serverAccessLogsBucket' | 'objectLockDefaultRetention')[],
): void {
  for (const property of options) {
    problems.expect(props[property] === undefined, {
      property,
      got: property === 'bucketName' ? props.bucketName : 'a value',
      expected: 'no value with `bucket`, because an existing bucket is not modified',
      fix: `Configure the bucket where it is created, and remove \`${property}\`.`,
    });
  }
}

/** Stacks of other regions contain the name, where most tokens would have another value or cause a reference. */
function validateBucketName(
  problems: Problems,
  { bucketName: name, account }: MediaCopyProps & Partial<MediaReplicaProps>,
): void {
  if (name === undefined) return;
  const constant = account === undefined ? name.split(Aws.ACCOUNT_ID).join('') : name;
  const isLiteral = problems.expect(!Token.isUnresolved(constant), {
    property: 'bucketName',
    got: 'a value that is known only at deployment',
    expected: 'a literal, because stacks of other regions contain the name',
    fix: 'Specify a string, or remove it to use a derived name. In the account of the primary, the name can contain Aws.ACCOUNT_ID.',
  });
  if (!isLiteral || constant !== name) return;
  problems.expect(/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name), {
    property: 'bucketName',
    got: name,
    expected: '3 to 63 lowercase letters, digits, hyphens and dots, starting and ending with a letter or digit',
    fix: 'Change the name, or remove it to use a derived name.',
  });
}
