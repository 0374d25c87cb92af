import { Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IS3MediaProxy } from '../proxy';

/** What a replica receives, how, and for how long it keeps it. */
export interface MediaReplicaDescription {
  /** The ID of the replication rule from the primary to this replica, and the `RuleId` dimension of its metrics. */
  readonly ruleId: string;
  /**
   * The key prefix of the objects that are replicated.
   *
   * @default - objects with any key are replicated
   */
  readonly prefix?: string;
  /**
   * The tags of the objects that are replicated.
   *
   * @default - objects are replicated regardless of their tags
   */
  readonly tags?: { readonly [key: string]: string };
  /**
   * Whether delete markers are replicated.
   *
   * @default true
   */
  readonly deleteMarkerReplication?: boolean;
  /**
   * The storage class of the replica's objects.
   *
   * @default - the storage class of the object in the primary
   */
  readonly storageClass?: s3.StorageClass;
  /**
   * The age up to which every object stays readable in the replica. After that, a lifecycle rule of the replica can delete
   * it or move it to an archive class.
   *
   * @default - no lifecycle rule does that, or the rules are unknown because the bucket existed before
   */
  readonly objectLifetime?: Duration;
  /**
   * Whether S3 Replication Time Control is enabled.
   *
   * @default true
   */
  readonly replicationTimeControl?: boolean;
  /**
   * Whether S3 publishes metrics for this replica.
   *
   * @default true
   */
  readonly replicationMetrics?: boolean;
  /**
   * The IPv4 ranges from which clients can connect to the replica's proxy.
   *
   * @default - the private ranges: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16
   */
  readonly proxyClientCidrs?: string[];
  /**
   * Whether the replica can be read through its proxy only (`isolation`).
   *
   * @default false
   */
  readonly proxyIsolation?: boolean;
}

/** A replica of a `ReplicatedMediaBucket`. */
export interface MediaReplica extends MediaReplicaDescription {
  /** Whether S3 replicates to this replica. False if it is paused. */
  readonly enabled: boolean;
  /** The replica's region. */
  readonly region: string;
  /** The account that owns the replica. */
  readonly account: string;
  /** The stack that contains the replica. For imported media, the importing stack. */
  readonly stack: Stack;
  /** The replica's bucket. Stacks of any region can use its name and ARN. */
  readonly bucket: s3.IBucket;
  /**
   * The private proxy in front of the replica. For imported media, only its URLs are known.
   *
   * @default - no proxy: clients use the public S3 endpoint
   */
  readonly proxy?: IS3MediaProxy;
}
