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
