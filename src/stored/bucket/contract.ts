/** What the construct and the handlers of a bucket share. No CDK here, and no SDK. */

/** What the resource that puts rules into a bucket's replication configuration is given: strings, as in all resources. */
export interface RulesProperties {
  readonly ServiceToken: string;
  readonly BucketName: string;
  readonly Region: string;
  /** The bucket's owner: nobody else's bucket of that name is touched. */
  readonly Account: string;
  /** The ARN of the role that S3 assumes for the rules. */
  readonly Role: string;
  /** A JSON list of rules as the S3 API has them, without priorities. */
  readonly Rules: string;
  /** Whether the role goes with the resource's stack. */
  readonly RoleIsOurs: 'true' | 'false';
  /** Whether versioning is switched on where it is not. */
  readonly EnableVersioning: 'true' | 'false';
  /** The ARN of the key that the bucket encrypts with, as far as it was given. */
  readonly EncryptionKey?: string;
}
