/** What the construct and its handler share. This file must not import the CDK or an SDK. */

/** Properties of the custom resource that manages replication rules in a bucket. CloudFormation passes strings only. */
export interface RulesProperties {
  readonly ServiceToken: string;
  readonly BucketName: string;
  readonly Region: string;
  /** The account that must own the bucket, or every call fails. */
  readonly Account: string;
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
}
