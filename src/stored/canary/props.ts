import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { IReplicatedMediaBucket } from '../bucket';
import { S3MediaProxy } from '../proxy';

/** Options of a `ReplicationCanary`, whichever media it tests. */
export interface ReplicationCanaryOptions {
  /**
   * The regions of the replicas that are waited for. The object is deleted in all of them, whichever it comes to.
   *
   * @default - all replicas
   */
  readonly replicaRegions?: string[];

  /**
   * How often the canary runs. Whole minutes, from 1 minute to 1 day.
   *
   * @default Duration.hours(1)
   */
  readonly interval?: Duration;

  /**
   * How long a replica may take to have the object. Whole seconds, from 10 seconds to 12 minutes.
   *
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration;

  /**
   * What the keys of the canary's objects begin with, where the rules take no others. A folder of the canary's own
   * follows (`.replication-canary/` and its name), so that no other object can be meant. A literal.
   *
   * @default - the prefix of the rules of `media.replicas`, where they have one
   */
  readonly prefix?: string;

  /**
   * Tags of the canary's objects, besides those that the rules of `media.replicas` ask for. At most 10 in all.
   *
   * @default - none
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * The proxies that the object is read through, by region of the replica: each by a function in the proxy's VPC. An
   * empty object is none.
   *
   * @default - those of `media.replicas`
   */
  readonly proxies?: { readonly [region: string]: S3MediaProxy };

  /**
   * The function's memory in MiB. It mostly waits.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * The functions' runtime.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the logs are kept. They hold regions, times and reasons, but no keys and no links.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `ReplicationCanary`. */
export interface ReplicationCanaryProps extends ReplicationCanaryOptions {
  /** The media whose replication is tested, created by this app or imported. */
  readonly media: IReplicatedMediaBucket;
}

/** What the alarms of a `ReplicationCanary` do, and when. */
export interface ReplicationCanaryAlarmsOptions {
  /**
   * What to do when an alarm goes off. The alarms are in the canary's region, and so must be what they notify.
   *
   * @default - nothing more; another call can add actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * How long the replication of the small object may take. Whole seconds.
   *
   * @default - half of the canary's `timeout`: 5 minutes
   */
  readonly replicationTimeThreshold?: Duration;

  /**
   * How long a read of the small object through a proxy may take, on a new connection.
   *
   * @default Duration.seconds(3)
   */
  readonly proxyLatencyThreshold?: Duration;

  /**
   * After how many runs in a row that fail, or are too slow, an alarm goes off.
   *
   * @default 1
   */
  readonly failedRuns?: number;
}
