import { Duration, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { knownRegionOf } from './media-key';
import { MediaCopyProps } from './props';
import type { Expect } from './validation';

/** Classes that S3 can't replicate from: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html */
const NOT_REPLICATED = ['GLACIER', 'DEEP_ARCHIVE'];

/** Checks what is said of one copy. `at` is where: empty for the primary, `replicas[0].` for a replica. */
export function validateCopy(expect: Expect, at: string, props: MediaCopyProps, region: string): void {
  if (props.bucketName !== undefined) expectBucketName(expect, `${at}bucketName`, props.bucketName);

  const keyRegion = props.encryptionKey && knownRegionOf(props.encryptionKey);
  expectSameRegion(expect, `${at}encryptionKey`, 'a key', keyRegion, region);
  expectSameRegion(
    expect,
    `${at}serverAccessLogsBucket`,
    'a bucket',
    regionOfBucket(props.serverAccessLogsBucket),
    region,
  );

  props.lifecycleRules?.forEach((rule, index) => expectToReplicateFirst(expect, `${at}lifecycleRules[${index}]`, rule));
}

/** The region that a bucket is known to be in; undefined where it can't be told (an import by name). */
export function regionOfBucket(bucket: s3.IBucket | undefined): string | undefined {
  if (!bucket?.node.defaultChild || Token.isUnresolved(bucket.env.region)) return undefined;
  return bucket.env.region;
}

export function expectSameRegion(
  expect: Expect,
  property: string,
  what: string,
  actual: string | undefined,
  region: string,
): void {
  if (actual === undefined || Token.isUnresolved(region)) return;
  expect(actual === region, {
    property,
    got: `${what} in ${actual}`,
    expected: `${what} in ${region}, the region of this copy`,
    fix: `Bring ${what} of ${region}, or leave it out.`,
  });
}

function expectBucketName(expect: Expect, property: string, name: string): void {
  if (Token.isUnresolved(name)) return;
  expect(/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name), {
    property,
    got: `${name} (${name.length} characters)`,
    expected: '3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit',
    fix: 'Change the name, or leave it out to have one derived.',
  });
}

/**
 * S3 runs lifecycle rules once a day, and does not replicate from the archive classes: an object that is moved on its
 * first day may be moved before it was replicated, and then never is.
 */
function expectToReplicateFirst(expect: Expect, property: string, rule: s3.LifecycleRule): void {
  const current = (rule.transitions ?? []).map((transition, index) => ({
    where: `${property}.transitions[${index}]`,
    storageClass: transition.storageClass,
    after: transition.transitionAfter,
    when: transition.transitionDate ? `on ${transition.transitionDate.toISOString()}` : undefined,
  }));
  const noncurrent = (rule.noncurrentVersionTransitions ?? []).map((transition, index) => ({
    where: `${property}.noncurrentVersionTransitions[${index}]`,
    storageClass: transition.storageClass,
    after: transition.transitionAfter,
    when: undefined,
  }));
  for (const { where, storageClass, after, when } of [...current, ...noncurrent]) {
    const early = when !== undefined || (after ?? Duration.days(0)).toDays({ integral: false }) < 1;
    expect(!(early && NOT_REPLICATED.includes(storageClass.value)), {
      property: where,
      got: `${storageClass.value} ${when ?? `after ${(after ?? Duration.days(0)).toHumanString()}`}`,
      expected: 'objects to be replicated before they are moved to a class that S3 does not replicate from',
      fix: 'Set `transitionAfter` to one day or more, or choose GLACIER_INSTANT_RETRIEVAL.',
    });
  }
}
