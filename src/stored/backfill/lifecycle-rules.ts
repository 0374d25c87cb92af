import * as s3 from 'aws-cdk-lib/aws-s3';
import { LifecycleRule } from './lifecycle-race';

/** Converts the CDK's lifecycle rules to the type that the handlers share. */
export function plainRules(rules: readonly s3.LifecycleRule[]): LifecycleRule[] {
  return rules.map((rule) => ({
    id: rule.id,
    enabled: rule.enabled ?? true,
    expires: rule.expiration !== undefined || rule.expirationDate !== undefined,
    removesExpiredDeleteMarkers: rule.expiredObjectDeleteMarker === true,
    classes: [...(rule.transitions ?? []), ...(rule.noncurrentVersionTransitions ?? [])].map(
      ({ storageClass }) => storageClass.value,
    ),
  }));
}
