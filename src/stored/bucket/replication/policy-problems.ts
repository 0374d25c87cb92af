import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { findDenials } from './policy-denials';
import { Problems } from '../../../private/problems';

/** S3 does not report that a bucket policy denies replication: objects just fail, one by one. */
export function expectNoDenials(problems: Problems, bucket: s3.IBucket, actions: string[], role: iam.IRole): void {
  const { policy } = bucket as Partial<s3.Bucket>;
  if (!policy) return;
  const document = Stack.of(bucket).resolve(policy.document.toJSON()) ?? {};
  for (const denial of findDenials(document, actions, Stack.of(role).resolve(role.roleArn))) {
    problems.add({
      property: 'policy',
      got: `statement ${denial.statement} of ${bucket.node.path}, which denies ${denial.actions.join(', ')} to every principal`,
      expected: 'a bucket policy that allows the replication role to replicate',
      fix: 'List the denied actions without a wildcard (s3:GetObject, s3:GetObjectVersion), or exempt the role with ArnNotEquals on aws:PrincipalArn.',
    });
  }
}
