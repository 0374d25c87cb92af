import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { MediaCopy } from './media-copy';
import { MediaKey } from './media-key';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';

/**
 * What the replication role may do with a bucket from which it replicates, each action with a reason in docs/security.md.
 *
 * Every bucket is named without a reference, so that the primary's bucket can wait for the policy: an object that
 * arrives before the role may replicate it would stay behind as failed.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function sourceStatements(role: IConstruct, source: MediaCopy, objectLock: boolean): iam.PolicyStatement[] {
  const statements = [
    new iam.PolicyStatement({
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      resources: [s3BucketArn(source.bucketName)],
    }),
    new iam.PolicyStatement({
      actions: [
        's3:GetObjectVersionForReplication',
        's3:GetObjectVersionAcl',
        's3:GetObjectVersionTagging',
        ...(objectLock ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
      ],
      resources: [s3ObjectsArn(source.bucketName)],
    }),
  ];
  if (source.key) statements.push(keyStatement(role, source.key, source.bucketName, ['kms:Decrypt']));
  return statements;
}

/** What the role may do at the other end of a rule. */
export function destinationStatements(role: IConstruct, copy: MediaCopy, foreign: boolean): iam.PolicyStatement[] {
  const statements = [
    new iam.PolicyStatement({
      actions: replicateActions(foreign),
      resources: [s3ObjectsArn(copy.bucketName)],
      // Bucket names are global: whoever holds the name but is not the owner we mean receives nothing.
      conditions: { StringEquals: { 'aws:ResourceAccount': copy.account } },
    }),
  ];
  if (copy.key) statements.push(keyStatement(role, copy.key, copy.bucketName, WRITE_WITH_KEY));
  return statements;
}

/**
 * `GenerateDataKey` for objects that were put in plain or with S3's own keys, `Decrypt` because the replica's bucket
 * has a Bucket Key.
 */
const WRITE_WITH_KEY = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'];

function replicateActions(foreign: boolean): string[] {
  return [
    's3:ReplicateObject',
    's3:ReplicateDelete',
    's3:ReplicateTags',
    ...(foreign ? ['s3:ObjectOwnerOverrideToBucketOwner'] : []),
  ];
}

function keyStatement(role: IConstruct, key: MediaKey, bucketName: string, actions: string[]): iam.PolicyStatement {
  const { resourceArn, conditions } = key.scopeFor(role);
  return new iam.PolicyStatement({
    actions,
    resources: [resourceArn],
    conditions: {
      ...conditions,
      // With a Bucket Key the encryption context is the bucket's ARN, without one the object's.
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [s3BucketArn(bucketName), s3ObjectsArn(bucketName)] },
    },
  });
}

/**
 * Lets the role of another account replicate into our bucket. It names that account, with the role as a condition: a
 * policy that names a role which does not exist yet is refused, and the replica's stack comes first.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export function admitForeignRole(copy: MediaCopy, roleArn: string, roleAccount: string): void {
  const statement = (actions: string[], resource: string, conditions: iam.Conditions = {}) =>
    new iam.PolicyStatement({
      principals: [new iam.AccountPrincipal(roleAccount)],
      actions,
      resources: [resource],
      conditions: { ArnEquals: { 'aws:PrincipalArn': roleArn }, ...conditions },
    });
  copy.bucket.addToResourcePolicy(statement(replicateActions(true), s3ObjectsArn(copy.bucketName)));
  copy.bucket.addToResourcePolicy(
    statement(['s3:GetBucketVersioning', 's3:PutBucketVersioning', 's3:List*'], s3BucketArn(copy.bucketName)),
  );
  if (copy.key) {
    copy.key.key.addToResourcePolicy(statement(WRITE_WITH_KEY, '*', copy.key.scopeFor(copy.key.key).conditions));
  }
}
