/** The session policies of links. Shared by the validation of the construct and by the handler. */

/** The limit of AWS STS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters */
export const MAX_SESSION_POLICY_LENGTH = 2_048;
export const MAX_CLAIM_LENGTH = 128;
const MAX_BUCKET_NAME_LENGTH = 63;
const LONGEST_PARTITION = 'aws-us-gov';
const PLACEHOLDER = '{claim}';

/** A claim value cannot contain wildcards or variables of IAM policies, or a separator of keys. */
const CLAIM_VALUE = new RegExp(`^[A-Za-z0-9\\-_.@:+=]{1,${MAX_CLAIM_LENGTH}}$`);

export interface SessionScope {
  readonly method: 'get' | 'put';
  readonly partition: string;
  readonly buckets: readonly string[];
  readonly prefix: string;
}

/** Returns the prefix for a claim, or undefined if the value of the claim is invalid. */
export function prefixFor(template: string, claim: unknown): string | undefined {
  if (typeof claim !== 'string' || !CLAIM_VALUE.test(claim) || claim === '.' || claim === '..') return undefined;
  const [before, after] = template.split(PLACEHOLDER);
  return before + claim + after;
}

/**
 * A session has the permissions that both this policy and the policies of its role allow. The role's policies name the keys,
 * so this one does not repeat them.
 */
export function sessionPolicy({ method, partition, buckets, prefix }: SessionScope): string {
  const allow = (actions: string[], resources: string[]) => ({ Effect: 'Allow', Action: actions, Resource: resources });
  const objects = buckets.map((bucket) => `arn:${partition}:s3:::${bucket}/${prefix}*`);
  const statements =
    method === 'put'
      ? [allow(['s3:PutObject'], objects), allow(['kms:Decrypt', 'kms:GenerateDataKey'], ['*'])]
      : [allow(['s3:GetObject', 's3:GetObjectVersion'], objects), allow(['kms:Decrypt'], ['*'])];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The length of the longest policy for a template: reading the primary and one replica, with the longest claim. */
export function longestSessionPolicy(template: string): number {
  const bucket = 'b'.repeat(MAX_BUCKET_NAME_LENGTH);
  const prefix = prefixFor(template, 'c'.repeat(MAX_CLAIM_LENGTH))!;
  return sessionPolicy({ method: 'get', partition: LONGEST_PARTITION, buckets: [bucket, bucket], prefix }).length;
}

/** Whether a template contains the claim once, as (a part of) a segment, and nothing that IAM policies or URLs interpret. */
export function isPrefixTemplate(template: string): boolean {
  const parts = template.split(PLACEHOLDER);
  const [before, after = ''] = parts;
  const isPlain = parts.every((part) => /^[A-Za-z0-9!_.'()/ @:+=,&;~^%#-]*$/.test(part));
  const hasDots = template.split('/').some((segment) => segment === '.' || segment === '..');
  return parts.length === 2 && isPlain && !hasDots && !before.startsWith('/') && after.includes('/');
}
