/** What the construct and its handler share. This file must not import the CDK or an SDK. */

/** Properties of the custom resources that configure a bucket. CloudFormation passes strings, and lists of strings. */
export interface BucketProperties {
  readonly ServiceToken: string;
  readonly BucketName: string;
  readonly Region: string;
  /** The account that must own the bucket, or every call fails. */
  readonly Account: string;
}

/** Properties of the custom resource that manages replication rules in a bucket. */
export interface RulesProperties extends BucketProperties {
  /** The ARN of the role that S3 assumes to replicate. */
  readonly Role: string;
  /** A JSON list of rules in the format of the S3 API, without priorities. */
  readonly Rules: string;
  /** Whether the role is deleted together with the stack of this resource. */
  readonly RoleIsManaged: 'true' | 'false';
  /** Whether to enable versioning on the bucket if it is not enabled. */
  readonly EnableVersioning: 'true' | 'false';
  /** The ARN of the key that encrypts the bucket, if the user specified one. */
  readonly EncryptionKey?: string;
  /** A JSON list of the ARNs of other keys that the role can decrypt with. */
  readonly FormerEncryptionKeys?: string;
  /** Whether Object Lock must be enabled or disabled on the bucket. Not checked if undefined. */
  readonly ObjectLock?: 'Enabled' | 'Disabled';
}

/** Properties of the custom resource that adds a notification of replication events to a bucket. */
export interface EventsProperties extends BucketProperties {
  /** The ID of the notification. */
  readonly Id: string;
  readonly TopicArn: string;
  readonly Events: string[];
}

/** Classes that S3 can neither replicate nor read from without a restore: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html */
export const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE'];
