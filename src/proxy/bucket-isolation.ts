import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { BucketIsolation } from './props';

/**
 * Denies reads that come neither through the endpoint nor from somebody who is exempt.
 *
 * The two actions are named without a wildcard: `s3:GetObject*` would match `GetObjectVersionForReplication` too, and
 * stop replication from the bucket. What backfill and administration do besides reading is not denied.
 */
export function isolateBucket(bucket: s3.IBucket, vpcEndpointId: string, isolation: BucketIsolation): void {
  const exempt = isolation.exemptPrincipalArns ?? [];
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'ReadThroughTheProxyOnly',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [bucket.arnForObjects('*')],
      conditions: {
        StringNotEquals: { 'aws:SourceVpce': vpcEndpointId },
        ...(exempt.length > 0 ? { ArnNotLike: { 'aws:PrincipalArn': exempt } } : {}),
      },
    }),
  );
}
