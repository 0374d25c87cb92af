import { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3MediaProxyOptions } from '../proxy';

/** Properties of a single copy of the media: the primary or a replica. */
export interface MediaCopyProps {
  /**
   * The bucket's name: 3 to 63 lowercase letters, digits, hyphens and dots. Must be known at synthesis,
   * because stacks of other regions contain it; only the account can be a token.
   *
   * @default - derived from `identity` or the construct's path, the account and the region. Where S3 supports it, the name
   * is in the account's own regional namespace, so that no other account can claim it
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
   */
  readonly bucketName?: string;

  /**
   * The KMS key of this copy, in the copy's region.
   *
   * The policy of an existing key is not modified. It must either delegate to the account's IAM policies, as the default
   * key policy does, or allow the replication role and the readers itself.
   *
   * @default - a new customer managed key with yearly rotation, unless `encryption` is `S3_MANAGED`
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Keys, in the copy's region, that objects of this copy are encrypted with besides `encryptionKey`. A change of the key or
   * of `encryption` applies to new objects only: readers and the replication role need `kms:Decrypt` on these keys for as
   * long as objects are encrypted with them. docs/migration.md describes the steps of a change.
   *
   * The alias that the output `Copies` contains stands for the key that the construct creates, which is then kept in the
   * stack. The policy of any other key is not modified.
   *
   * If the copy has no `encryptionKey`, the replicas of objects that are encrypted with KMS are encrypted with the first of
   * these keys.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
   */
  readonly formerEncryptionKeys?: kms.IKey[];

  /**
   * Lifecycle rules of this copy, in addition to the rule that the construct creates for incomplete uploads and
   * noncurrent versions.
   *
   * S3 does not replicate lifecycle actions, so each copy has its own rules.
   *
   * @default - none for the primary; a replica uses the rules of the primary
   */
  readonly lifecycleRules?: s3.LifecycleRule[];

  /**
   * The bucket that receives the server access logs of this copy, in the copy's region. It is not modified: its policy
   * must allow `logging.s3.amazonaws.com` to put objects.
   *
   * @default - a new bucket if `serverAccessLogs` is true, otherwise no access logs
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
   */
  readonly serverAccessLogsBucket?: s3.IBucket;
}

/** Properties of a replica of a `ReplicatedMediaBucket`. */
export interface MediaReplicaProps extends MediaCopyProps {
  /** The replica's region, for example `eu-west-1`. Must differ from the primary's region and from the other replicas'. */
  readonly region: string;

  /**
   * The account that owns the replica and its objects. If it is not the primary's account, the primary's stack must have
   * a concrete account.
   *
   * @default - the primary's account
   */
  readonly account?: string;

  /**
   * The stack for the replica, in the replica's region. Replicas of several buckets can share a stack.
   *
   * @default - a new stack in the same app or stage, with the tags and the termination protection of the primary's stack
   */
  readonly stack?: Stack;

  /**
   * An existing bucket in the replica's region, instead of a new one. It is not modified and must be versioned. In
   * another account, its bucket policy and its key policy must allow the replication role what docs/security.md lists.
   *
   * If the media are encrypted with KMS, `encryptionKey` must name the bucket's key, unless the bucket knows its key.
   *
   * @default - a new bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * Creates a private proxy in the replica's stack, for clients in your own networks. An empty object is enough.
   *
   * @default - no proxy: clients use the public S3 endpoint
   */
  readonly proxy?: S3MediaProxyOptions;

  /**
   * Whether S3 replicates to this replica. `false` pauses it: its replication rules are disabled, the router does not link
   * to it, the canary skips it, and its alarms say that it is paused. Objects that are uploaded to the replica itself are
   * still replicated to the other copies.
   *
   * S3 never replicates by itself what was uploaded during a pause. The deployment that removes `enabled: false` therefore
   * starts a backfill of these objects, which requires `replicateExisting`.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * The storage class of the replica's objects.
   *
   * @default - the storage class of the object in the primary
   */
  readonly storageClass?: s3.StorageClass;

  /**
   * Replicate only objects with this key prefix.
   *
   * @default - all objects
   */
  readonly prefix?: string;

  /**
   * Replicate only objects that are uploaded with all of these tags. Requires `deleteMarkerReplication: false`.
   *
   * @default - all objects
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * Whether to replicate delete markers, so that an object deleted in the primary is hidden in the replica too. Must be
   * false with `tags`, because S3 does not replicate delete markers for tag-based rules.
   *
   * @default true
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
   */
  readonly deleteMarkerReplication?: boolean;

  /**
   * Whether to enable S3 Replication Time Control, which replicates most objects within seconds and 99.9 % within 15
   * minutes, backed by an SLA. It is charged per GB and requires `replicationMetrics`.
   *
   * @default - the value of `replicationMetrics` in commercial regions and in China, false in GovCloud and other partitions,
   * for which AWS does not document it
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
   */
  readonly replicationTimeControl?: boolean;

  /**
   * Whether S3 publishes metrics for this replica. Without them, no alarm reports that replication stopped.
   *
   * @default true
   */
  readonly replicationMetrics?: boolean;
}
