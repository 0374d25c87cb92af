import { Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { additionalEndpointsOf } from './bucket-isolation';
import { S3MediaProxyOptions, S3MediaProxyProps } from './props';
import { Problems } from '../../private/problems';
import { partitionOf } from '../../private/regions';

/** Validates what does not depend on the bucket of the primary. */
export function validatePrimary(problems: Problems, { primary, domainName }: S3MediaProxyOptions): void {
  if (!primary) return;
  problems.expect(domainName !== undefined, {
    property: 'primary',
    got: 'a value without domainName',
    expected: 'a value together with domainName, because the host name of the primary selects its bucket and needs TLS',
    fix: 'Specify `domainName`, the host name that clients use for the bucket of the proxy.',
  });
  const names = [primary.domainName, domainName];
  problems.expect(names.some(Token.isUnresolved) || primary.domainName.toLowerCase() !== domainName?.toLowerCase(), {
    property: 'primary.domainName',
    got: primary.domainName,
    expected: 'another name than domainName, because the name selects the bucket',
    fix: 'Specify a second host name. One certificate can contain both.',
  });
}

/** Validates the bucket of the primary, which only a construct has. */
export function validatePrimaryBucket(problems: Problems, props: S3MediaProxyProps, region: string): void {
  const { primary, primaryBucket } = props;
  const isComplete = problems.expect((primary === undefined) === (primaryBucket === undefined), {
    property: 'primaryBucket',
    got: primaryBucket ? 'a value without primary' : undefined,
    expected: primaryBucket ? 'a value together with primary' : 'the bucket that `primary` serves',
    fix: 'Specify both `primary` and `primaryBucket`, or neither.',
  });
  if (!primaryBucket || !isComplete) return;
  const primaryRegion = primaryBucket.env.region;
  const isKnown = problems.expect(!Token.isUnresolved(primaryRegion) && primaryRegion !== region, {
    property: 'primaryBucket',
    got: `a bucket in ${Token.isUnresolved(primaryRegion) ? 'an unknown region' : primaryRegion}`,
    expected: `a bucket in another region than the proxy, which is in ${region}`,
    fix: 'Import the bucket with its region: `Bucket.fromBucketAttributes(this, id, { bucketName, region })`.',
  });
  const partition = partitionOf(region);
  problems.expect(!isKnown || partition === undefined || partition === partitionOf(primaryRegion), {
    property: 'primaryBucket',
    got: `a bucket in ${primaryRegion}`,
    expected: `a bucket in the partition of the proxy, ${partition}`,
    fix: 'Remove `primary` and `primaryBucket`: interface endpoints do not reach other partitions.',
  });
  problems.expect(Token.isUnresolved(primaryBucket.bucketName) || !primaryBucket.bucketName.includes('.'), {
    property: 'primaryBucket',
    got: primaryBucket.bucketName,
    expected: "a bucket name without dots, because S3's certificate does not cover names with dots",
    fix: 'Use another bucket.',
  });
}

/**
 * A primary that another proxy of the app isolates must allow the endpoints of the proxies that serve it. The endpoints
 * are in other regions, so their IDs are known only after their deployment.
 */
export function validateAdmission(
  problems: Problems,
  primaryBucket: s3.IBucket,
  endpoints: number,
  property: string,
): void {
  const admitted = additionalEndpointsOf(primaryBucket);
  if (endpoints === 0 || admitted === undefined || admitted >= endpoints) return;
  problems.add({
    property,
    got: `a value, but ${primaryBucket.node.path} is isolated by its own proxy, which admits ${admitted} other endpoints`,
    expected: `the endpoints of all proxies that serve it (${endpoints}) in \`additionalVpcEndpointIds\` of its \`isolation\``,
    fix: 'Deploy without that `isolation` first, and specify the output `PrimaryVpcEndpointId` of each proxy that serves the primary. Or remove `primary`.',
  });
}
