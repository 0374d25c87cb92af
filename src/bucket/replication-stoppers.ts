import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describeProblem } from '../private/errors';

/** What S3 does as the role at each end; a policy of the bucket that denies one of these stops replication. */
export const SOURCE_ACTIONS = [
  's3:GetReplicationConfiguration',
  's3:ListBucket',
  's3:GetObjectVersionForReplication',
  's3:GetObjectVersionAcl',
  's3:GetObjectVersionTagging',
];
export const DESTINATION_ACTIONS = ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'];

/** What a request that S3 makes for replication does not have: conditions that these differ from something hold. */
const ABSENT_FOR_S3 = ['aws:SourceVpce', 'aws:SourceVpc', 'aws:SourceVpcArn', 'aws:SourceIp'].map((key) =>
  key.toLowerCase(),
);
const NEGATED = /^(ForAllValues:)?(String|Arn)Not(Equals|Like)|^NotIpAddress/i;

/**
 * Finds statements of a bucket's policy that would stop replication, and says which and why.
 *
 * S3 says nothing when it is denied: objects stay behind as failed. What can't be judged before the deployment (a
 * condition on a tag, a pattern that may match the role) is let pass.
 */
export function replicationStoppers(bucket: s3.IBucket, actions: string[], role: iam.IRole): string[] {
  const { policy } = bucket as Partial<s3.Bucket>;
  if (!policy) return [];
  const stack = Stack.of(bucket);
  const { Statement = [] } = stack.resolve(policy.document.toJSON()) ?? {};
  const roleArn = JSON.stringify(Stack.of(role).resolve(role.roleArn));
  return list(Statement).flatMap((statement: any, index: number) => {
    const denied = actions.filter((action) => isMatched(action, statement));
    if (statement.Effect !== 'Deny' || denied.length === 0) return [];
    if (!meansEverybody(statement) || !conditionsHold(statement.Condition ?? {}, roleArn)) return [];
    return [
      describeProblem({
        field: `policy of ${bucket.node.path}`,
        got: `statement ${statement.Sid ?? index}, which denies ${denied.join(', ')} to everybody`,
        expected: 'the replication role to be admitted, without which S3 stops replicating silently',
        fix: 'Name the actions that you mean without a wildcard (s3:GetObject, s3:GetObjectVersion), or exempt the role by ArnNotEquals on aws:PrincipalArn.',
      }),
    ];
  });
}

function isMatched(action: string, { Action, NotAction }: any): boolean {
  const matches = (patterns: unknown) => list(patterns).some((pattern) => asPattern(String(pattern)).test(action));
  return NotAction === undefined ? matches(Action) : !matches(NotAction);
}

function asPattern(action: string): RegExp {
  const escaped = action
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 'i');
}

function meansEverybody({ Principal }: any): boolean {
  return Principal === '*' || list(Principal?.AWS).includes('*');
}

/** Whether all conditions are known to hold for a request that S3 makes as the role. */
function conditionsHold(conditions: Record<string, Record<string, unknown>>, roleArn: string): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      if (!NEGATED.test(operator)) return false;
      if (ABSENT_FOR_S3.includes(key.toLowerCase())) return true;
      return key.toLowerCase() === 'aws:principalarn' && list(values).every((value) => isAnother(value, roleArn));
    }),
  );
}

/** Whether a value is a literal that can't be the role's ARN. */
function isAnother(value: unknown, roleArn: string): boolean {
  return typeof value === 'string' && !/[*?]/.test(value) && JSON.stringify(value) !== roleArn;
}

function list(value: unknown): any[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
