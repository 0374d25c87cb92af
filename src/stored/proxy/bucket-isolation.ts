import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { BucketIsolation } from './props';
import { invalid } from '../../private/problems';
import { hasObjectAnnotations } from '../../private/regions';

const SID = 'ReadThroughTheProxyOnly';

const ANNOTATION_ACTIONS = ['s3:GetObjectAnnotation', 's3:GetObjectVersionAnnotation'];

/** A statement that this module adds, in the format of a template. */
interface IsolationStatement {
  readonly Sid?: string;
  readonly Condition?: { readonly StringNotEquals?: { readonly 'aws:SourceVpce'?: unknown } };
}

/**
 * Denies reads that do not go through the endpoint, except by exempt principals.
 *
 * The actions have no wildcard: `s3:GetObject*` would also match `GetObjectVersionForReplication` and stop replication
 * from the bucket. Other actions of backfill and administration are not denied.
 *
 * S3 can reject a bucket policy with an action that it does not know, so annotations are left out where they do not exist.
 */
export function isolateBucket(
  scope: IConstruct,
  bucket: s3.IBucket,
  vpcEndpointId: string,
  isolation: BucketIsolation,
): void {
  const { exemptPrincipalArns: exempt = [], additionalVpcEndpointIds: others = [] } = isolation;
  const { statementAdded } = bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: SID,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: [
        's3:GetObject',
        's3:GetObjectVersion',
        ...(hasObjectAnnotations(Stack.of(scope).region) ? ANNOTATION_ACTIONS : []),
      ],
      resources: [bucket.arnForObjects('*')],
      conditions: {
        StringNotEquals: { 'aws:SourceVpce': others.length > 0 ? [vpcEndpointId, ...others] : vpcEndpointId },
        ...(exempt.length > 0 ? { ArnNotLike: { 'aws:PrincipalArn': exempt } } : {}),
      },
    }),
  );
  if (!statementAdded) {
    throw invalid(scope, {
      property: 'isolation',
      got: `a value for ${bucket.node.path}, whose policy this app does not manage`,
      expected: 'a bucket whose policy this app manages',
      fix: 'Remove `isolation`, and deny the reads where the bucket is created, as docs/security.md shows.',
    });
  }
}

/** Whether the policy of the bucket already has the statement of another proxy. */
export function isIsolated(bucket: s3.IBucket): boolean {
  return isolationOf(bucket) !== undefined;
}

/**
 * The number of endpoints besides the isolating proxy's own through which the bucket can be read. Undefined if no proxy of
 * this app isolates the bucket.
 */
export function additionalEndpointsOf(bucket: s3.IBucket): number | undefined {
  const statement = isolationOf(bucket);
  return statement && [statement.Condition?.StringNotEquals?.['aws:SourceVpce']].flat().length - 1;
}

function isolationOf(bucket: s3.IBucket): IsolationStatement | undefined {
  const { policy } = bucket as Partial<s3.Bucket>;
  const { Statement = [] } = (policy && Stack.of(bucket).resolve(policy.document.toJSON())) ?? {};
  return [Statement].flat().find(({ Sid }: IsolationStatement) => Sid === SID);
}
