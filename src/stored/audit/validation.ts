import { Duration, Size, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicaAuditOptions } from './props';
import { accountOf, isCrossAccount } from '../../private/naming';
import { mayBeOneOf } from '../../private/one-of';
import { Problems } from '../../private/problems';
import { IReplicatedMediaBucket } from '../bucket';

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
const MIN_CUTOFF = Size.mebibytes(10);
const MIN_INVENTORIES = Duration.days(7);

/**
 * @param regions the regions of all copies
 * @param media undefined if the buckets are not created yet
 */
export function validateAudit(
  problems: Problems,
  options: ReplicaAuditOptions,
  regions: readonly string[],
  media?: IReplicatedMediaBucket,
): void {
  const { bytesScannedCutoff: cutoff, inventories = {}, inventoriesExpiration, reportsExpiration } = options;
  problems.expect(!cutoff || cutoff.isUnresolved() || cutoff.toBytes() >= MIN_CUTOFF.toBytes(), {
    property: 'bytesScannedCutoff',
    got: cutoff && !cutoff.isUnresolved() ? `${cutoff.toBytes()} bytes` : undefined,
    expected: 'at least 10 MiB, the minimum of Athena',
    fix: 'Specify a larger size, such as Size.tebibytes(1).',
  });
  expectAtLeast(problems, 'inventoriesExpiration', inventoriesExpiration, MIN_INVENTORIES);
  expectAtLeast(problems, 'reportsExpiration', reportsExpiration, Duration.days(1));
  for (const region of Object.keys(inventories)) {
    problems.expect(mayBeOneOf(regions, region), {
      property: `inventories.${region}`,
      got: region,
      expected: `the region of a copy (${regions.join(', ')})`,
      fix: 'Use one of these regions as the key.',
    });
  }
  if (media) validateMedia(problems, media, options);
}

function expectAtLeast(problems: Problems, property: string, got: Duration | undefined, min: Duration): void {
  problems.expect(!got || got.isUnresolved() || got.toMilliseconds() >= min.toMilliseconds(), {
    property,
    got: got?.toString(),
    expected: `at least ${min.toHumanString()}`,
    fix: 'Specify a longer duration.',
  });
}

function validateMedia(problems: Problems, media: IReplicatedMediaBucket, { inventories }: ReplicaAuditOptions): void {
  const { primary, replicas } = media;
  problems.expect(replicas.length > 0, {
    property: 'media',
    got: 'media without replicas',
    expected: 'media with at least one replica',
    fix: 'Add a replica, or remove the audit.',
  });
  const account = accountOf(Stack.of(media));
  for (const replica of replicas) {
    problems.expect(!isCrossAccount(replica.account, account), {
      property: 'media',
      got: `a replica in account ${replica.account}`,
      expected: `copies in account ${account} only, because the audit does not read inventories of other accounts`,
      fix: 'Remove the audit, or the `account` of the replica.',
    });
  }
  for (const { region, bucket, stack } of [
    { region: primary.env.region, bucket: primary, stack: Stack.of(primary) },
    ...replicas,
  ]) {
    const isConfigurable = isDefinedHere(bucket) && mayBeOneOf([region], stack.region);
    problems.expect(inventories?.[region] !== undefined || isConfigurable, {
      property: Token.isUnresolved(region) ? 'inventories' : `inventories.${region}`,
      got: 'nothing',
      expected: `the inventory of the bucket in ${region}, which is not defined in this app`,
      fix:
        'Configure an inventory of the bucket (all versions, Parquet, daily), and specify its destination and ID. ' +
        'docs/stored/replica-audit.md lists the fields.',
    });
  }
}

/** Whether the audit can configure an inventory of the bucket. */
export function isDefinedHere(bucket: s3.IBucket): bucket is s3.Bucket {
  return bucket.node.defaultChild !== undefined && 'addInventory' in bucket;
}
