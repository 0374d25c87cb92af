import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { BucketIsolation } from './props';
import { invalid } from '../../private/problems';

const SID = 'ReadThroughTheProxyOnly';

/**
 * Denies reads that come neither through the endpoint nor from somebody who is exempt.
 *
 * The two actions are named without a wildcard: `s3:GetObject*` would match `GetObjectVersionForReplication` too, and
 * stop replication from the bucket. What backfill and administration do besides reading is not denied.
 */
export function isolateBucket(
  scope: IConstruct,
  bucket: s3.IBucket,
  vpcEndpointId: string,
  isolation: BucketIsolation,
): void {
  if (isIsolated(bucket)) {
    throw invalid(scope, {
      property: 'isolation',
      got: `${bucket.node.path}, which another proxy isolates already`,
      expected: 'one proxy to isolate a bucket: each would deny what comes through the other',
      fix: 'Leave `isolation` out of both, and deny the reads in the policy of the bucket with the endpoints of both.',
    });
  }
  const exempt = isolation.exemptPrincipalArns ?? [];
  const { statementAdded } = bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: SID,
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
  if (!statementAdded) {
    throw invalid(scope, {
      property: 'isolation',
      got: `${bucket.node.path}, whose policy is not of this app`,
      expected: 'a bucket whose policy can be changed',
      fix: 'Deny the reads where the bucket is made, as docs/security.md shows, and leave `isolation` out.',
    });
  }
}

function isIsolated(bucket: s3.IBucket): boolean {
  const { policy } = bucket as Partial<s3.Bucket>;
  const { Statement = [] } = (policy && Stack.of(bucket).resolve(policy.document.toJSON())) ?? {};
  return [Statement].flat().some(({ Sid }: { Sid?: string }) => Sid === SID);
}
