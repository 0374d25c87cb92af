/** Which statements of a bucket's policy would stop replication. No CDK here: it is asked at synthesis and by handlers. */

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

export interface Stopper {
  /** Its `Sid`, or its position. */
  readonly statement: string | number;
  readonly denied: string[];
}

/**
 * What can't be judged (a condition on a tag, a pattern that may match the role) is let pass.
 *
 * @param policy a document, in which ARNs may be unresolved parts of a template
 */
export function stoppersIn(policy: any, actions: string[], roleArn: unknown): Stopper[] {
  const role = JSON.stringify(roleArn);
  return list(policy.Statement).flatMap((statement: any, index: number) => {
    const denied = actions.filter((action) => isMatched(action, statement));
    if (statement.Effect !== 'Deny' || denied.length === 0) return [];
    if (!meansEverybody(statement) || !conditionsHold(statement.Condition ?? {}, role)) return [];
    return [{ statement: statement.Sid ?? index, denied }];
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
