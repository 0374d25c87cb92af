import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicationRepairOptions } from '../backfill';
import { S3MediaProxyOptions } from '../proxy';

/** What can be said of each single copy, the primary and the replicas. */
export interface MediaCopyProps {
  /**
   * The bucket's name. Lower-case letters, digits, hyphens and dots, 3 to 63 characters.
   *
   * @default - derived from the construct's address, the account and the region, in the account's own regional
   * namespace where S3 has it, so that nobody else can take the name
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
   */
  readonly bucketName?: string;

  /**
   * The KMS key of this copy, in the copy's region.
   *
   * A brought key is not changed: its policy must let the account's IAM policies decide (as the default key policy
   * does), or name the replication role and the readers itself.
   *
   * @default - a new customer-managed key with yearly rotation, unless `encryption` is `S3_MANAGED`
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Lifecycle rules of this copy, besides the one that the construct writes (incomplete uploads, old versions).
   *
   * S3 does not replicate what lifecycle rules do, so each copy has its own.
   *
   * @default - none for the primary; a replica has the primary's
   */
  readonly lifecycleRules?: s3.LifecycleRule[];

  /**
   * A bucket in the copy's region that takes its server access logs. It is not changed: its policy must allow
   * `logging.s3.amazonaws.com` to put objects.
   *
   * @default - a new bucket if `serverAccessLogs` is true, else no access logs
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
   */
  readonly serverAccessLogsBucket?: s3.IBucket;
}

/** A replica of a `ReplicatedMediaBucket`. */
export interface MediaReplicaProps extends MediaCopyProps {
  /** The replica's region, for example `eu-west-1`. Each region can have one replica; the primary's can have none. */
  readonly region: string;

  /**
   * The account that owns the replica. The primary's stack then needs a concrete account, and objects become the
   * property of the replica's account.
   *
   * @default - the primary's account
   */
  readonly account?: string;

  /**
   * The stack to put the replica into, in the replica's region. Replicas of several buckets can share one.
   *
   * @default - a new stack in the same app or stage, with the primary stack's tags and termination protection
   */
  readonly stack?: Stack;

  /**
   * A bucket that exists, in the replica's region, instead of a new one. It is not changed, and must be versioned; in
   * another account, its policy and its key's policy must allow the replication role what docs/security.md lists.
   *
   * Where objects are encrypted with KMS, `encryptionKey` must name its key, unless the bucket knows it.
   *
   * @default - a new bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * A private way to the replica for clients in networks of your own, in the replica's stack. An empty object is enough.
   *
   * @default - none: the replica is read at S3's public endpoint
   */
  readonly proxy?: S3MediaProxyOptions;

  /**
   * The storage class of the replica's objects.
   *
   * @default - the class of the object in the primary
   */
  readonly storageClass?: s3.StorageClass;

  /**
   * Replicate only objects whose key begins so.
   *
   * @default - all objects
   */
  readonly prefix?: string;

  /**
   * Replicate only objects that have all of these tags when they are put. Delete markers can't be replicated then.
   *
   * @default - all objects
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * Whether a deletion in the primary (a delete marker) hides the object in the replica too. Must be false with `tags`:
   * S3 does not replicate delete markers by tag.
   *
   * @default true
   */
  readonly deleteMarkerReplication?: boolean;

  /**
   * S3 Replication Time Control: most objects within seconds, 99.9 % within 15 minutes by SLA. It costs per GB, and
   * needs `replicationMetrics`.
   *
   * @default - the value of `replicationMetrics`
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
   */
  readonly replicationTimeControl?: boolean;

  /**
   * Whether S3 publishes the metrics of this replica's rule. Without them, no alarm tells that replication stopped.
   *
   * @default true
   */
  readonly replicationMetrics?: boolean;
}

/** Properties of a `ReplicatedMediaBucket`. */
export interface ReplicatedMediaBucketProps extends MediaCopyProps {
  /** The replicas, at least one. */
  readonly replicas: MediaReplicaProps[];

  /**
   * A bucket that exists, with its media, instead of a new primary: in the region of this construct's stack.
   *
   * A `Bucket` of the same stack is configured in place. Into an imported one (`Bucket.fromBucketName`), a custom resource
   * puts the rules beside those that are there, and takes only ours out again; so it is with the notification of failed
   * objects that `replicateExisting` and `repair` need. Nothing else of it is changed: what is said of encryption,
   * lifecycle, logs and origins holds for the replicas, and `encryptionKey` names the key that the bucket has. Its policies must admit the replication role; what is seen to stand in the way is an error that names it.
   *
   * @default - a new bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * Whether versioning is switched on for an imported `bucket` that is not versioned, which replication needs. It stays
   * on when the construct goes: versioning can't be taken back.
   *
   * @default false: such a bucket fails the deployment
   */
  readonly enableVersioning?: boolean;

  /**
   * Whether media that are there already are replicated to replicas that are new, by a job of S3 Batch Replication. The
   * deployment starts the job and does not wait for it. It costs, by job and by object.
   *
   * @default - true if `bucket` is given, or if there are several replicas: one of them may be new
   * @see https://aws.amazon.com/s3/pricing/
   */
  readonly replicateExisting?: boolean;

  /**
   * The functions' runtime.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the functions' logs are kept. They hold names of buckets, and none of objects.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * How objects that S3 gave up on are replicated again.
   *
   * @default - once a day, three times for an object, where `replicateExisting` holds; else not
   */
  readonly repair?: ReplicationRepairOptions;

  /**
   * Whether changes of an object's tags, ACL and locks in a replica come back to the primary and to the other replicas.
   * Rules in the other directions are put for it.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html
   */
  readonly replicaModificationSync?: boolean;

  /**
   * Whether objects may be put into replicas too, from where they are replicated to all other copies: for the time in
   * which the primary's region is not to be had. `grantPut`, `grantDelete` and `grantReadWrite` then hold for every copy.
   *
   * @default false
   */
  readonly writeToReplicas?: boolean;

  /**
   * The readable beginning of the names that the construct derives: of buckets, key aliases, stacks and rules. At most
   * 20 lower-case letters, digits and hyphens.
   *
   * A hash of the construct's address follows it, so that no two constructs of an account share a name.
   *
   * @default - the construct's id
   */
  readonly namePrefix?: string;

  /**
   * `KMS` (a customer-managed key in each region, with S3 Bucket Keys) or `S3_MANAGED`. Others can't be replicated to
   * another region as safely, and are refused.
   *
   * @default s3.BucketEncryption.KMS
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The role that S3 assumes to replicate. A brought role must trust `s3.amazonaws.com`, and is given the same
   * permissions as one that the construct makes. With replicas in other accounts, its name must be a literal.
   *
   * @default - a new role
   */
  readonly replicationRole?: iam.IRole;

  /**
   * After how long versions that are no longer current are deleted, on every copy. Whole days.
   *
   * @default Duration.days(90)
   */
  readonly noncurrentVersionExpiration?: Duration;

  /**
   * After how long uploads that were never completed are aborted, on every copy. Whole days.
   *
   * @default Duration.days(7)
   */
  readonly abortIncompleteMultipartUploadAfter?: Duration;

  /**
   * The origins (`https://app.example.com`) whose pages may GET, PUT and HEAD objects of every copy from a browser.
   *
   * @default - none
   */
  readonly corsOrigins?: string[];

  /**
   * Whether each new copy writes server access logs, to a bucket made for it in its region.
   *
   * @default false
   */
  readonly serverAccessLogs?: boolean;

  /**
   * After how long server access logs are deleted from the buckets made for them. Whole days.
   *
   * @default Duration.days(365)
   */
  readonly serverAccessLogsExpiration?: Duration;

  /**
   * Enables S3 Object Lock on every copy alike. Can't be switched off again.
   *
   * @default - true if `objectLockDefaultRetention` is given
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
   */
  readonly objectLockEnabled?: boolean;

  /**
   * The retention of objects that are put without one, on every copy.
   *
   * @default - none
   */
  readonly objectLockDefaultRetention?: s3.ObjectLockRetention;

  /**
   * What happens to buckets and keys that leave the stacks.
   *
   * The default keeps them, but lets CloudFormation remove what it made in a deployment that it rolls back: the names
   * are fixed, and leftovers would block the next attempt.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the objects are deleted with their bucket. Only with `removalPolicy: RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Whether alarms watch the replication of every replica with metrics. `addReplicationAlarms` gives them actions.
   *
   * @default true
   */
  readonly replicationAlarms?: boolean;

  /**
   * Whether the primary's stack has outputs with the buckets' names and regions.
   *
   * @default true
   */
  readonly outputs?: boolean;
}

/** What the alarms of a `ReplicatedMediaBucket` do, and when. */
export interface ReplicationAlarmsOptions {
  /**
   * How far a replica may be behind the primary. Whole seconds.
   *
   * @default Duration.minutes(15)
   */
  readonly latencyThreshold?: Duration;

  /**
   * What the alarms on failed operations do. They are in the primary's region, and so must be what they notify.
   *
   * @default - nothing more; another call can add actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * What the alarms on latency do, by region of the replica. S3 publishes the latency there, so that the alarms are
   * there, and so must be what they notify.
   *
   * @default - nothing more; another call can add actions
   */
  readonly replicaActions?: { [region: string]: cloudwatch.IAlarmAction[] };
}

/** One copy of imported media. */
export interface MediaCopyAttributes {
  /** The bucket's name. */
  readonly bucketName: string;

  /** The bucket's region. */
  readonly region: string;

  /**
   * The account that owns the bucket.
   *
   * @default - the account of the stack that imports it
   */
  readonly account?: string;

  /**
   * The bucket's key, imported by its ARN or by its alias.
   *
   * @default - encrypted by S3: no grant on a key is made
   */
  readonly encryptionKey?: kms.IKey;
}

/** A replica of imported media. */
export interface MediaReplicaAttributes extends MediaCopyAttributes {
  /** The id of the replication rule that fills it. */
  readonly ruleId: string;

  /**
   * What the keys begin with that the rule takes.
   *
   * @default - any key
   */
  readonly prefix?: string;

  /**
   * The tags that an object must have for the rule to take it.
   *
   * @default - none
   */
  readonly tags?: { readonly [key: string]: string };
}

/** What another app's media are known by. */
export interface ReplicatedMediaBucketAttributes {
  /** The primary. */
  readonly primary: MediaCopyAttributes;

  /** The replicas. */
  readonly replicas: MediaReplicaAttributes[];
}
