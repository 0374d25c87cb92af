import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { stoppersIn } from './policy-stoppers';
import { describeProblem } from '../../private/problems';

/**
 * Finds statements of a bucket's policy that would stop replication, and says which and why.
 *
 * S3 says nothing when it is denied: objects stay behind as failed.
 */
export function replicationStoppers(bucket: s3.IBucket, actions: string[], role: iam.IRole): string[] {
  const { policy } = bucket as Partial<s3.Bucket>;
  if (!policy) return [];
  const document = Stack.of(bucket).resolve(policy.document.toJSON()) ?? {};
  return stoppersIn(document, actions, Stack.of(role).resolve(role.roleArn)).map(({ statement, denied }) =>
    describeProblem({
      property: `policy of ${bucket.node.path}`,
      got: `statement ${statement}, which denies ${denied.join(', ')} to everybody`,
      expected: 'the replication role to be admitted, without which S3 stops replicating silently',
      fix: 'Name the actions that you mean without a wildcard (s3:GetObject, s3:GetObjectVersion), or exempt the role by ArnNotEquals on aws:PrincipalArn.',
    }),
  );
}
