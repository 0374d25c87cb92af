import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { cfnBucketOf } from './existing-copy';
import { MediaCopy } from './media-copy';
import { s3BucketArn, s3ObjectsArn } from '../../../private/arns';
import { isCrossAccount } from '../../../private/naming';
import { invalid } from '../../../private/problems';
import { canBeNamedFrom } from '../../../private/stacks';

/** The actions that a kind of access allows on a copy. */
export interface Access {
  readonly bucketActions?: string[];
  readonly objectActions: string[];
  readonly keyActions?: string[];
  /** Whether list requests must name a prefix that matches the key pattern. */
  readonly byPrefix?: boolean;
}

/** `ListBucket` makes S3 answer 404 instead of 403 for a missing object. */
export const READ: Access = {
  bucketActions: ['s3:GetBucketLocation', 's3:ListBucket'],
  objectActions: ['s3:GetObject', 's3:GetObjectVersion'],
  keyActions: ['kms:Decrypt'],
};

/** S3 needs `kms:Decrypt` to join the parts of a multipart upload. */
export const PUT: Access = {
  objectActions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject', 's3:PutObjectTagging'],
  keyActions: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** Without `DeleteObjectVersion`, which S3 does not replicate: the replicas would keep the object. */
export const DELETE: Access = { objectActions: ['s3:DeleteObject'] };

export const DELETE_VERSIONS: Access = {
  bucketActions: ['s3:ListBucketVersions'],
  objectActions: ['s3:DeleteObjectVersion'],
  byPrefix: true,
};

/** `iam.Conditions`, in the narrower type that a grant takes. */
type NestedConditions = Record<string, Record<string, unknown>>;

export interface CopyGrantProps {
  /** The construct whose grant method was called. */
  readonly scope: IConstruct;
  readonly grantee: iam.IGrantable;
  readonly access: Access;
  readonly keyPattern?: string;
}

/**
 * Grants access to one copy in the policy of the grantee. The policies of the bucket and the key are used as well if the
 * copy is in another account, and instead if the policy of the grantee cannot be modified.
 */
export function grantOnCopy(copy: MediaCopy, { scope, grantee, access, keyPattern }: CopyGrantProps): iam.Grant {
  const { grantPrincipal } = grantee;
  const crossAccount = isCrossAccount(copy.account, grantPrincipal.principalAccount);
  const grants: iam.Grant[] = [];
  const grant = (
    actions: string[] | undefined,
    arn: string,
    resource: iam.IResourceWithPolicy,
    conditions: NestedConditions,
  ) => {
    if (!actions) return;
    const options = { grantee, actions, resourceArns: [arn], conditions };
    const identity = crossAccount ? undefined : iam.Grant.addToPrincipal(options);
    if (identity?.success) return grants.push(identity);
    expectNameable(scope, copy, grantPrincipal);
    return grants.push(
      iam.Grant.addToPrincipalAndResource({
        ...options,
        resource,
        resourceSelfArns: resource === copy.key?.key ? ['*'] : [arn],
        resourcePolicyPrincipal: crossAccount ? accountPrincipalFor(grantPrincipal) : grantPrincipal,
      }),
    );
  };

  // Another account that claims a bucket's name neither receives nor serves the media.
  const owner = { StringEquals: { 'aws:ResourceAccount': copy.account } };
  const prefix: NestedConditions =
    access.byPrefix && keyPattern !== undefined ? { StringLike: { 's3:prefix': keyPattern } } : {};
  grant(access.bucketActions, s3BucketArn(copy.bucketName), copy.bucket, { ...owner, ...prefix });
  grant(access.objectActions, s3ObjectsArn(copy.bucketName, keyPattern), copy.bucket, owner);
  if (copy.key) {
    const { resourceArn, conditions } = copy.key.scopeFor(constructOf(grantPrincipal));
    grant(access.keyActions, resourceArn, copy.key.key, conditions);
  }
  return grants.reduce((all, one) => all.combine(one));
}

/** The policies of a new copy are in its own stack, which cannot contain a name that another stack generates. */
function expectNameable(scope: IConstruct, copy: MediaCopy, principal: iam.IPrincipal): void {
  const stack = Stack.of(copy.bucket);
  if (!cfnBucketOf(copy.bucket) || arnsOf(principal).every((arn) => canBeNamedFrom(stack, arn))) return;
  throw invalid(scope, {
    property: 'grantee',
    got: `${constructOf(principal)?.node.path ?? 'a principal'}, whose name is generated during deployment`,
    expected: `a name that the policies of the copy in ${copy.region} (account ${copy.account}) can contain`,
    fix: 'Set `roleName` on the role, for example to PhysicalName.GENERATE_IF_NEEDED, or keep it and all copies in one account.',
  });
}

/**
 * IAM rejects a policy that names a role which does not exist yet, and the copy's stack may be deployed first. The policy
 * therefore names the role's account, with the role's ARN as a condition.
 */
function accountPrincipalFor(principal: iam.IPrincipal): iam.IPrincipal {
  const arns = arnsOf(principal);
  if (arns.length !== 1) return principal;
  return new iam.AccountPrincipal(principal.principalAccount).withConditions({
    ArnEquals: { 'aws:PrincipalArn': arns[0] },
  });
}

function arnsOf({ policyFragment }: iam.IPrincipal): string[] {
  return policyFragment.principalJson.AWS ?? [];
}

function constructOf(principal: unknown): IConstruct | undefined {
  return Construct.isConstruct(principal) ? principal : undefined;
}
