import { Duration, IReusableStackSynthesizer, RemovalPolicy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaCopyProps, MediaReplicaProps } from './copy-props';
import { AlarmsOptions } from '../../shared/alarms-options';
import { ReplicationRepairOptions } from '../backfill';

/** Properties of a `ReplicatedMediaBucket`. */
export interface ReplicatedMediaBucketProps extends MediaCopyProps {
  /** The replicas, at least one. */
  readonly replicas: MediaReplicaProps[];

  /**
   * An existing bucket to use as the primary, in the region of this construct's stack.
   *
   * A `Bucket` of the same stack is configured in place. For an imported bucket (`Bucket.fromBucketName`), custom
   * resources add the replication rules beside the existing ones, and the notification that `replicateExisting`, `repair`
   * and `replicationEvents` need. They remove only what they added. Everything else stays as it is: the props for encryption,
   * lifecycle, access logs and CORS apply to the replicas, and `encryptionKey` names the key that the bucket uses.
   *
   * The bucket policy and the key policy must allow the replication role. A statement that is known to deny it is
   * reported as an error.
   *
   * @default - a new bucket
   */
  readonly bucket?: s3.IBucket;

  /**
   * Whether to enable versioning, which replication requires, on an imported `bucket` that is not versioned. Versioning
   * stays enabled when the construct is deleted.
   *
   * @default false - the deployment fails if the imported bucket is not versioned
   */
  readonly enableVersioning?: boolean;

  /**
   * Whether to replicate existing objects to new replicas with S3 Batch Replication. The deployment starts the job and
   * does not wait for it. Jobs are charged per job and per object.
   *
   * An empty bucket needs no job, so the first deployment of a new bucket starts none.
   *
   * @default true
   * @see https://aws.amazon.com/s3/pricing/
   */
  readonly replicateExisting?: boolean;

  /**
   * The runtime of the Lambda functions.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long to keep the logs of the Lambda functions. They contain bucket names, but no object keys.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * How to retry objects that S3 failed to replicate. With `writeToReplicas` or `replicaModificationSync`, every copy
   * retries its own, in its region.
   *
   * @default - once a day and up to three times per object. With `replicateExisting: false`, no retries
   */
  readonly repair?: ReplicationRepairOptions;

  /**
   * Whether to replicate changes of an object's tags, ACL and locks from a replica to the primary and the other replicas.
   * Creates replication rules on every replica.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html
   */
  readonly replicaModificationSync?: boolean;

  /**
   * Whether applications can write to the replicas too, for example while the primary's region is unavailable. Objects
   * are replicated from there to all other copies, and `grantPut`, `grantDelete` and `grantReadWrite` cover every copy.
   *
   * @default false
   */
  readonly writeToReplicas?: boolean;

  /**
   * The synthesizer of the stacks that the construct creates in other regions, for example with the qualifier of a custom
   * bootstrap. Stacks that are specified with `stack` keep their own.
   *
   * The synthesizer of the primary's stack is not used, because it can contain values of that region or account.
   *
   * @default - the app's `defaultStackSynthesizer`
   * @see https://docs.aws.amazon.com/cdk/v2/guide/customize-synth.html
   */
  readonly replicaSynthesizer?: IReusableStackSynthesizer;

  /**
   * The beginning of all derived names and logical IDs, instead of a prefix and a hash of the construct's path: with it, the
   * construct can be renamed or moved without new buckets, keys or tables. 1 to 29 lowercase letters, digits and hyphens,
   * beginning with a letter. No other `ReplicatedMediaBucket` in the same account can have it.
   *
   * To keep the names of a deployed construct, specify the `identity` in its output `Copies`, and remove `namePrefix`.
   *
   * @default - `namePrefix`, and a hash of the stack's name, its region, and the construct's path
   */
  readonly identity?: string;

  /**
   * The readable prefix of derived names: of buckets, key aliases, stacks and rules. At most 20 lowercase letters, digits
   * and hyphens, beginning with a letter.
   *
   * A hash of the construct's path follows it, so that no two constructs of an account share a name. Cannot be specified
   * together with `identity`.
   *
   * @default - the construct's ID
   */
  readonly namePrefix?: string;

  /**
   * The encryption of new copies: `KMS` (a customer managed key in each region, with S3 Bucket Keys) or `S3_MANAGED`.
   *
   * @default s3.BucketEncryption.KMS
   */
  readonly encryption?: s3.BucketEncryption;

  /**
   * The role that S3 assumes to replicate. An existing role must trust `s3.amazonaws.com` and receives the same
   * permissions as a new one. With replicas in other accounts, it must have an explicit name.
   *
   * @default - a new role
   */
  readonly replicationRole?: iam.IRole;

  /**
   * How long noncurrent object versions are kept, in every copy. Whole days.
   *
   * @default Duration.days(90)
   */
  readonly noncurrentVersionExpiration?: Duration;

  /**
   * The time after which incomplete multipart uploads are aborted, in every copy. Whole days.
   *
   * @default Duration.days(7)
   */
  readonly abortIncompleteMultipartUploadAfter?: Duration;

  /**
   * The origins whose web pages can GET, PUT and HEAD objects of every copy, for example `https://app.example.com`.
   *
   * @default - no CORS rule
   */
  readonly corsOrigins?: string[];

  /**
   * Whether each new copy writes server access logs to a new bucket in its region.
   *
   * @default false
   */
  readonly serverAccessLogs?: boolean;

  /**
   * How long server access logs are kept in the buckets that the construct creates for them. Whole days.
   *
   * @default Duration.days(365)
   */
  readonly serverAccessLogsExpiration?: Duration;

  /**
   * Whether to enable S3 Object Lock on every copy that the construct creates. It cannot be disabled later. Required if an
   * existing `bucket` has Object Lock, because S3 replicates from it only to buckets that have it too.
   *
   * @default - true if `objectLockDefaultRetention` is specified
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
   */
  readonly objectLockEnabled?: boolean;

  /**
   * The default Object Lock retention of every copy.
   *
   * @default - no default retention
   */
  readonly objectLockDefaultRetention?: s3.ObjectLockRetention;

  /**
   * What happens to buckets and keys that are removed from their stacks.
   *
   * The default retains them, except that CloudFormation deletes resources that a failed deployment created: their names
   * are fixed, and leftovers would block the next deployment.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether to delete all objects together with their bucket. Requires `removalPolicy: RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Whether to create alarms on the replication of every replica with metrics. Add actions with `addReplicationAlarms`.
   *
   * @default true
   */
  readonly replicationAlarms?: boolean;

  /**
   * Whether to create stack outputs: the names and regions of the replicas, and `Copies`, with which `fromCopies` imports
   * the media into another app.
   *
   * @default true
   */
  readonly outputs?: boolean;
}

/**
 * Options for the alarms of a `ReplicatedMediaBucket`.
 *
 * The alarms on failed operations are in the primary's region and use `actions`. The alarms on latency are in the region
 * of their replica, where S3 publishes the metric, and use `replicaActions`. With `writeToReplicas` or
 * `replicaModificationSync`, the alarms on what a replica fails to replicate are in its region, too.
 */
export interface ReplicationAlarmsOptions extends AlarmsOptions {
  /**
   * The maximum time that a replica can be behind the primary. Whole seconds.
   *
   * @default Duration.minutes(15)
   */
  readonly latencyThreshold?: Duration;

  /**
   * The actions of the alarms in the replicas' regions, by region. Each action must be in that region.
   *
   * @default - no actions
   */
  readonly replicaActions?: { [region: string]: cloudwatch.IAlarmAction[] };
}
