import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { s3BucketArn, s3ObjectsArn } from '../../../private/arns';
import { statement } from '../../../private/policy-statements';
import { MediaCopy, replicaKeyOf } from '../copies/media-copy';
import { MediaKey } from '../copies/media-key';

/**
 * The permissions of the replication role on a source bucket. docs/security.md gives the reason for each action.
 *
 * Buckets are named without references, so that the primary bucket can depend on the policy: an object that is uploaded
 * before the role has its permissions fails to replicate.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function sourceStatements(role: IConstruct, source: MediaCopy, objectLock: boolean): iam.PolicyStatement[] {
  const objectActions = [
    's3:GetObjectVersionForReplication',
    's3:GetObjectVersionAcl',
    's3:GetObjectVersionTagging',
    // In every region: IAM accepts actions that S3 does not know there yet.
    's3:GetObjectVersionAnnotationForReplication',
    ...(objectLock ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
  ];
  return [
    statement(['s3:GetReplicationConfiguration', 's3:ListBucket'], s3BucketArn(source.bucketName)),
    statement(objectActions, s3ObjectsArn(source.bucketName)),
    ...[source.key, ...source.formerKeys].flatMap((key) => keyStatements(role, source, key, ['kms:Decrypt'])),
  ];
}

/** The permissions of the replication role on a destination bucket. */
export function destinationStatements(role: IConstruct, copy: MediaCopy, crossAccount: boolean): iam.PolicyStatement[] {
  // Bucket names are global: another account that claims the name must not receive the media.
  const isOwner = { StringEquals: { 'aws:ResourceAccount': copy.account } };
  return [
    statement(replicateActions(crossAccount), s3ObjectsArn(copy.bucketName), isOwner),
    ...keyStatements(role, copy, replicaKeyOf(copy), DESTINATION_KEY_ACTIONS),
  ];
}

/**
 * `GenerateDataKey` for objects that are unencrypted or encrypted with S3 managed keys in the source, `Decrypt` because
 * new replicas use S3 Bucket Keys.
 */
const DESTINATION_KEY_ACTIONS = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

function replicateActions(crossAccount: boolean): string[] {
  return [
    's3:ReplicateObject',
    's3:ReplicateDelete',
    's3:ReplicateTags',
    ...(crossAccount ? ['s3:ObjectOwnerOverrideToBucketOwner'] : []),
  ];
}

function keyStatements(
  role: IConstruct,
  { bucketName }: MediaCopy,
  key: MediaKey | undefined,
  actions: string[],
): iam.PolicyStatement[] {
  if (!key) return [];
  const { resourceArn, conditions } = key.scopeFor(role);
  // With a Bucket Key, the encryption context is the bucket's ARN, otherwise the object's.
  const context = { 'kms:EncryptionContext:aws:s3:arn': [s3BucketArn(bucketName), s3ObjectsArn(bucketName)] };
  return [statement(actions, resourceArn, { ...conditions, StringLike: context })];
}

/**
 * Allows a role of another account to replicate to a copy.
 *
 * IAM rejects a policy that names a role which does not exist yet, and the replica's stack is deployed first. The policies
 * therefore name the role's account, with the role's ARN as a condition.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export function allowCrossAccountRole(copy: MediaCopy, roleArn: string, roleAccount: string): void {
  const crossAccount = (actions: string[], resource: string, conditions: iam.Conditions = {}) =>
    new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal(roleAccount)],
      actions,
      resources: [resource],
      conditions: { ArnEquals: { 'aws:PrincipalArn': roleArn }, ...conditions },
    });
  copy.bucket.addToResourcePolicy(crossAccount(replicateActions(true), s3ObjectsArn(copy.bucketName)));
  copy.bucket.addToResourcePolicy(
    crossAccount(['s3:GetBucketVersioning', 's3:PutBucketVersioning', 's3:List*'], s3BucketArn(copy.bucketName)),
  );
  const key = replicaKeyOf(copy);
  if (!key) return;
  const { resourceArn, conditions } = key.ownScope;
  key.key.addToResourcePolicy(crossAccount(DESTINATION_KEY_ACTIONS, resourceArn, conditions));
}
