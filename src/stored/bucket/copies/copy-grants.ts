import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { cfnBucketOf } from './existing-copy';
import { MediaCopy } from './media-copy';
import { KeyScope, MediaKey } from './media-key';
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
type NestedConditions = KeyScope['conditions'];

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
    inResourcePolicy: KeyScope = { resourceArn: arn, conditions },
  ) => {
    if (!actions) return;
    const identity = iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [arn], conditions });
    grants.push(identity);
    if (identity.success && !crossAccount) return;
    expectNameable(scope, copy, grantPrincipal);
    grants.push(
      iam.Grant.addToPrincipalAndResource({
        grantee: crossAccount ? accountPrincipalFor(grantPrincipal) : grantPrincipal,
        actions,
        resource,
        resourceArns: [inResourcePolicy.resourceArn],
        conditions: inResourcePolicy.conditions,
      }),
    );
  };

  // Another account that claims a bucket's name neither receives nor serves the media.
  const owner = { StringEquals: { 'aws:ResourceAccount': copy.account } };
  const prefix: NestedConditions =
    access.byPrefix && keyPattern !== undefined ? { StringLike: { 's3:prefix': keyPattern } } : {};
  grant(access.bucketActions, s3BucketArn(copy.bucketName), copy.bucket, { ...owner, ...prefix });
  grant(access.objectActions, s3ObjectsArn(copy.bucketName, keyPattern), copy.bucket, owner);
  const grantOnKey = (key: MediaKey, actions: string[] | undefined) => {
    const { resourceArn, conditions } = key.scopeFor(constructOf(grantPrincipal));
    grant(actions, resourceArn, key.key, conditions, key.ownScope);
  };
  if (copy.isKeyUnknown && access.keyActions) warnAboutUnknownKey(scope, copy);
  if (copy.key) grantOnKey(copy.key, access.keyActions);
  copy.formerKeys.forEach((key) => grantOnKey(key, access.keyActions && ['kms:Decrypt']));
  return grants.reduce((all, one) => all.combine(one));
}

function warnAboutUnknownKey(scope: IConstruct, { region }: MediaCopy): void {
  Annotations.of(scope).addWarning(
    `Grants on the imported copy in ${region} include no KMS key. If objects are encrypted with KMS, requests for them are ` +
      'denied. Specify `encryptionKey`, or `encryption: BucketEncryption.S3_MANAGED` if there is none.',
  );
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
