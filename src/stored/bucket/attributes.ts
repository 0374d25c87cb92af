import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaReplicaDescription } from './media-replica';

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
   * The encryption of the bucket: `KMS` or `S3_MANAGED`.
   *
   * @default - `KMS` if `encryptionKey` is specified. Otherwise it is unknown: grants do not include key permissions, and
   * synthesis warns about them
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The bucket's KMS key, imported by its ARN or by its alias.
   *
   * @default - no KMS key: grants do not include key permissions
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * KMS keys that objects are encrypted with besides `encryptionKey`, imported by their ARN or by their alias.
   *
   * @default - none
   */
  readonly formerEncryptionKeys?: kms.IKey[];
}

/** Attributes of a replica of an imported `ReplicatedMediaBucket`. */
export interface MediaReplicaAttributes extends MediaCopyAttributes, MediaReplicaDescription {
  /**
   * Whether S3 replicates to this replica. `false` if it is paused.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * The URL of the private proxy in front of the replica: `https://media.eu.example.com`.
   *
   * @default - no proxy: clients use the public S3 endpoint
   */
  readonly proxyUrl?: string;

  /**
   * The URL of the primary at that proxy: `https://media-primary.eu.example.com`.
   *
   * @default - the proxy does not serve the primary
   */
  readonly proxyPrimaryUrl?: string;
}

/** Attributes of an imported `ReplicatedMediaBucket`. */
export interface ReplicatedMediaBucketAttributes {
  /** The primary bucket. */
  readonly primary: MediaCopyAttributes;

  /** The replicas. */
  readonly replicas: MediaReplicaAttributes[];

  /**
   * Whether applications can write to the replicas too. `grantPut`, `grantDelete` and `grantReadWrite` then cover every copy.
   *
   * @default false
   */
  readonly writeToReplicas?: boolean;

  /**
   * The name of the DynamoDB table in which the other app records what each replica lacks, in the primary's region and
   * account. A `MediaRouter` reads it.
   *
   * @default - a router relies only on the age of an object or, with `ReadinessMode.EXACT`, checks the replicas
   */
  readonly replicationTableName?: string;
}
