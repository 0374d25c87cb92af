import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { MediaCopy } from './media-copy';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';

/** What a kind of access needs of a copy. */
export interface Access {
  readonly bucketActions: string[];
  readonly objectActions: string[];
  readonly keyActions: string[];
  /** Whether the actions on the bucket are restricted to the keys too, by the prefix that each request names. */
  readonly byPrefix?: boolean;
}

/** `ListBucket`, so that an object that is not there answers 404 and not 403. */
export const READ: Access = {
  bucketActions: ['s3:GetBucketLocation', 's3:ListBucket'],
  objectActions: ['s3:GetObject', 's3:GetObjectVersion'],
  keyActions: ['kms:Decrypt'],
};

/** `kms:Decrypt`, because S3 decrypts the parts of a multipart upload to join them. */
export const PUT: Access = {
  bucketActions: [],
  objectActions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject', 's3:PutObjectTagging'],
  keyActions: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** Not `DeleteObjectVersion`: S3 does not replicate it, so that the replicas would keep what was meant to be gone. */
export const DELETE: Access = {
  bucketActions: [],
  objectActions: ['s3:DeleteObject'],
  keyActions: [],
};

/** Deletes for good: versions and delete markers, which must be found first. */
export const DELETE_VERSIONS: Access = {
  bucketActions: ['s3:ListBucketVersions'],
  objectActions: ['s3:DeleteObjectVersion'],
  keyActions: [],
  byPrefix: true,
};

/**
 * Grants access to one copy: by the grantee's own policy, and by the policies of the bucket and the key where that is
 * not enough (the copy is another account's) or not possible (the grantee has no policy that we may change).
 */
export function grantOnCopy(copy: MediaCopy, grantee: iam.IGrantable, access: Access, keyPattern?: string): iam.Grant {
  // Nobody else can receive or serve our media by taking a bucket's name.
  const ours = { StringEquals: { 'aws:ResourceAccount': copy.account } };
  const grants: iam.Grant[] = [];
  const give = (actions: string[], arn: string, resource: iam.IResourceWithPolicy, conditions: NestedConditions) =>
    actions.length && grants.push(...grant({ copy, grantee, actions, arn, resource, conditions }));

  const byPrefix: NestedConditions =
    access.byPrefix && keyPattern !== undefined ? { StringLike: { 's3:prefix': keyPattern } } : {};
  give(access.bucketActions, s3BucketArn(copy.bucketName), copy.bucket, { ...ours, ...byPrefix });
  give(access.objectActions, s3ObjectsArn(copy.bucketName, keyPattern), copy.bucket, ours);
  if (copy.key) {
    const { resourceArn, conditions } = copy.key.scopeFor(constructOf(grantee));
    give(access.keyActions, resourceArn, copy.key.key, conditions);
  }
  return grants.reduce((all, one) => all.combine(one));
}

/** `iam.Conditions`, in the narrower type that a grant takes. */
type NestedConditions = Record<string, Record<string, unknown>>;

interface SingleGrant {
  readonly copy: MediaCopy;
  readonly grantee: iam.IGrantable;
  readonly actions: string[];
  readonly arn: string;
  readonly resource: iam.IResourceWithPolicy;
  readonly conditions: NestedConditions;
}

function grant({ copy, grantee, actions, arn, resource, conditions }: SingleGrant): iam.Grant[] {
  const options = { grantee, actions, resourceArns: [arn], conditions };
  const onResource = {
    ...options,
    resource,
    resourceSelfArns: resource === copy.key?.key ? ['*'] : [arn],
    resourcePolicyPrincipal: principalFor(copy, grantee.grantPrincipal),
  };
  if (isForeign(copy, grantee.grantPrincipal)) return [iam.Grant.addToPrincipalAndResource(onResource)];
  const identity = iam.Grant.addToPrincipal(options);
  return identity.success ? [identity] : [iam.Grant.addToPrincipalAndResource(onResource)];
}

function isForeign(copy: MediaCopy, { principalAccount }: iam.IPrincipal): boolean {
  return (
    principalAccount !== undefined &&
    !Token.isUnresolved(principalAccount) &&
    !Token.isUnresolved(copy.account) &&
    principalAccount !== copy.account
  );
}

/**
 * A role of another account may not exist yet when the copy's stack is deployed, and a policy that names it would be
 * refused: so its account is named, with the role's ARN as a condition.
 */
function principalFor(copy: MediaCopy, principal: iam.IPrincipal): iam.IPrincipal {
  const arns = principal.policyFragment.principalJson.AWS;
  if (!isForeign(copy, principal) || arns?.length !== 1) return principal;
  return new iam.AccountPrincipal(principal.principalAccount).withConditions({
    ArnEquals: { 'aws:PrincipalArn': arns[0] },
  });
}

function constructOf(grantee: iam.IGrantable): IConstruct | undefined {
  const principal: unknown = grantee.grantPrincipal;
  return Construct.isConstruct(principal) ? principal : undefined;
}
