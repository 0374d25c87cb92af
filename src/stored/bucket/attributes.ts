import * as kms from 'aws-cdk-lib/aws-kms';

/** Attributes of one copy of an imported `ReplicatedMediaBucket`. */
export interface MediaCopyAttributes {
  /** The bucket's name. */
  readonly bucketName: string;

  /** The bucket's region. */
  readonly region: string;

  /**
   * The account that owns the bucket.
   *
   * @default - the account of the importing stack
   */
  readonly account?: string;

  /**
   * The bucket's KMS key, imported by its ARN or by its alias.
   *
   * @default - no KMS key: grants do not include key permissions
   */
  readonly encryptionKey?: kms.IKey;
}

/** Attributes of a replica of an imported `ReplicatedMediaBucket`. */
export interface MediaReplicaAttributes extends MediaCopyAttributes {
  /** The ID of the replication rule from the primary to this replica. */
  readonly ruleId: string;

  /**
   * The key prefix of the objects that the rule replicates.
   *
   * @default - objects with any key are replicated
   */
  readonly prefix?: string;

  /**
   * The tags of the objects that the rule replicates.
   *
   * @default - objects are replicated regardless of their tags
   */
  readonly tags?: { readonly [key: string]: string };
}

/** Attributes of an imported `ReplicatedMediaBucket`. */
export interface ReplicatedMediaBucketAttributes {
  /** The primary bucket. */
  readonly primary: MediaCopyAttributes;

  /** The replicas. */
  readonly replicas: MediaReplicaAttributes[];
}
