/** Finds statements of a bucket policy that stop replication. Used at synthesis and by handlers: no CDK here. */

/** The actions that S3 performs on the source bucket as the replication role. */
export const SOURCE_ACTIONS = [
  's3:GetReplicationConfiguration',
  's3:ListBucket',
  's3:GetObjectVersionForReplication',
  's3:GetObjectVersionAcl',
  's3:GetObjectVersionTagging',
  's3:GetObjectVersionAnnotationForReplication',
];
export const DESTINATION_ACTIONS = ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'];

/** Condition keys that replication requests do not have, so that every negated condition on them is met. */
const ABSENT_KEYS = ['aws:sourcevpce', 'aws:sourcevpc', 'aws:sourcevpcarn', 'aws:sourceip'];
const NEGATED = /^(ForAllValues:)?(String|Arn)Not(Equals|Like)|^NotIpAddress/i;

/** A statement that denies actions to every principal, including the replication role. */
export interface PolicyDenial {
  /** The statement's `Sid`, or its index. */
  readonly statement: string | number;
  readonly actions: string[];
}

/**
 * Returns the statements that are certain to deny actions to the role. Statements that may or may not apply to it, such as
 * a condition on a tag or a pattern that may match the role, are not returned.
 *
 * @param policy a policy document, in which ARNs may be intrinsic functions
 */
export function findDenials(policy: any, actions: string[], roleArn: unknown): PolicyDenial[] {
  const role = JSON.stringify(roleArn);
  return list(policy.Statement).flatMap((statement: any, index: number) => {
    const denied = actions.filter((action) => isMatched(action, statement));
    if (statement.Effect !== 'Deny' || denied.length === 0) return [];
    if (!appliesToEveryone(statement) || !conditionsAreMet(statement.Condition ?? {}, role)) return [];
    return [{ statement: statement.Sid ?? index, actions: denied }];
  });
}

function isMatched(action: string, { Action, NotAction }: any): boolean {
  const matches = (patterns: unknown) => list(patterns).some((pattern) => toRegExp(String(pattern)).test(action));
  return NotAction === undefined ? matches(Action) : !matches(NotAction);
}

function toRegExp(action: string): RegExp {
  const escaped = action
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 'i');
}

function appliesToEveryone({ Principal }: any): boolean {
  return Principal === '*' || list(Principal?.AWS).includes('*');
}

/** Whether all conditions are certain to be met by a replication request of the role. */
function conditionsAreMet(conditions: Record<string, Record<string, unknown>>, roleArn: string): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      if (!NEGATED.test(operator)) return false;
      if (ABSENT_KEYS.includes(key.toLowerCase())) return true;
      return key.toLowerCase() === 'aws:principalarn' && list(values).every((value) => isOtherArn(value, roleArn));
    }),
  );
}

/** Whether a value is a literal that differs from the role's ARN. */
function isOtherArn(value: unknown, roleArn: string): boolean {
  return typeof value === 'string' && !/[*?]/.test(value) && JSON.stringify(value) !== roleArn;
}

function list(value: unknown): any[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
