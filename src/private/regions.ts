import { Token } from 'aws-cdk-lib';
import { Fact, FactName } from 'aws-cdk-lib/region-info';

/** Whether aws-cdk-lib knows the region (its own facts, or one that the app registered with `Fact.register`). */
export function isKnownRegion(region: string): boolean {
  return Fact.find(region, FactName.PARTITION) !== undefined;
}

/** The partition of a region (`aws`, `aws-cn`, …); undefined for a token. */
export function partitionOf(region: string): string | undefined {
  return Token.isUnresolved(region) ? undefined : Fact.find(region, FactName.PARTITION);
}

/**
 * The values of `kms:ViaService` for a use of a key through S3 in the region.
 *
 * In China the service's endpoint ends in `amazonaws.com.cn`, while AWS documents service names with and without that
 * ending, so both are listed there: either names S3 in that one region.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaS3(region: string): string | string[] {
  const host = `s3.${region}.amazonaws.com`;
  return partitionOf(region) === 'aws-cn' ? [host, `${host}.cn`] : host;
}
