import { Token } from 'aws-cdk-lib';
import { Fact, FactName } from 'aws-cdk-lib/region-info';

/** Whether aws-cdk-lib knows the region (its own facts, or one that the app registered with `Fact.register`). */
export function isKnownRegion(region: string): boolean {
  return Fact.find(region, FactName.PARTITION) !== undefined;
}

/** The partition of a region (`aws`, `aws-cn`, …), or undefined for a token. */
export function partitionOf(region: string): string | undefined {
  return Token.isUnresolved(region) ? undefined : Fact.find(region, FactName.PARTITION);
}

/**
 * Whether AWS documents S3 Replication Time Control for the region: in all commercial regions and in China. GovCloud is
 * excluded, and nothing is documented for other partitions.
 *
 * @see https://aws.amazon.com/s3/pricing/
 */
export function hasReplicationTimeControl(region: string): boolean {
  return ['aws', 'aws-cn'].includes(partitionOf(region) ?? '');
}

/** Regions without object annotations: https://docs.aws.amazon.com/AmazonS3/latest/userguide/annotations-overview.html */
const WITHOUT_ANNOTATIONS = ['me-central-1', 'me-south-1'];

/**
 * Whether S3 has object annotations in the region: in commercial regions and in China, with exceptions. They are not
 * documented for other partitions.
 */
export function hasObjectAnnotations(region: string): boolean {
  return ['aws', 'aws-cn'].includes(partitionOf(region) ?? '') && !WITHOUT_ANNOTATIONS.includes(region);
}

/**
 * The values of `kms:ViaService` for S3 in a region.
 *
 * In China, AWS documents service names with and without the suffix `.cn`, so both are included.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaS3(region: string): string | string[] {
  const host = `s3.${region}.amazonaws.com`;
  return partitionOf(region) === 'aws-cn' ? [host, `${host}.cn`] : host;
}

/**
 * The name of S3's interface endpoint service in any region. `InterfaceVpcEndpointAwsService.S3` of aws-cdk-lib has the
 * same name, but only for the region of the stack that uses it.
 */
export function s3EndpointService(region: string): string {
  return `${partitionOf(region) === 'aws-cn' ? 'cn.' : ''}com.amazonaws.${region}.s3`;
}
