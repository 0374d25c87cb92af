import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AlarmsOptions } from '../../shared/alarms-options';
import { IReplicatedMediaBucket } from '../bucket';

/**
 * The inventories of a copy whose bucket is not defined in this app. The bucket's owner configures them: all versions,
 * Parquet, daily, with the optional fields that docs/stored/replica-audit.md lists.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html
 */
export interface ExistingInventory {
  /** The name of the bucket that receives the inventories. It must be in the region of the copy. */
  readonly bucketName: string;

  /** The ID of the inventory configuration. */
  readonly inventoryId: string;

  /**
   * The prefix in the destination of the inventory configuration.
   *
   * @default - no prefix
   */
  readonly prefix?: string;
}

/** Options of a `ReplicaAudit`, without its media. */
export interface ReplicaAuditOptions {
  /**
   * When the copies are compared. S3 writes inventories once a day, so more frequent runs find nothing new.
   *
   * @default - once a day
   */
  readonly schedule?: events.Schedule;

  /**
   * The maximum amount of data that one query can scan. Athena cancels the query above it, and the run fails.
   *
   * @default - 1 TiB, which is enough for about 10 billion versions
   * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
   */
  readonly bytesScannedCutoff?: Size;

  /**
   * The inventories of copies whose buckets are not defined in this app, by region. The audit does not modify existing
   * buckets of other apps.
   *
   * @default - the audit configures the inventories, which requires that the app defines all buckets
   */
  readonly inventories?: { readonly [region: string]: ExistingInventory };

  /**
   * How long reports are kept.
   *
   * @default Duration.days(365)
   */
  readonly reportsExpiration?: Duration;

  /**
   * How long inventories are kept. At least 7 days.
   *
   * @default Duration.days(30)
   */
  readonly inventoriesExpiration?: Duration;

  /**
   * What happens to the buckets with reports and inventories when they are removed from the app.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The memory of the function, in MiB. The comparison runs in Athena.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * The runtime of the function.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the logs are kept. They contain counts and reasons, but no keys.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `ReplicaAudit`. */
export interface ReplicaAuditProps extends ReplicaAuditOptions {
  /** The media whose copies are compared, created by this app or imported. All copies must be in one account. */
  readonly media: IReplicatedMediaBucket;
}

/** Options for the alarms of a `ReplicaAudit`. The alarms are in the region of the audit. */
export interface ReplicaAuditAlarmsOptions extends AlarmsOptions {
  /**
   * The age of the latest comparison above which an alarm goes off.
   *
   * @default Duration.days(4)
   */
  readonly overdueThreshold?: Duration;
}
