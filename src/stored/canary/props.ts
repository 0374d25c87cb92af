import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AlarmsOptions } from '../../shared/alarms-options';
import { IReplicatedMediaBucket } from '../bucket';
import { IS3MediaProxy } from '../proxy';

/** Options of a `ReplicationCanary`, without its media. */
export interface ReplicationCanaryOptions {
  /**
   * The regions of the replicas whose replication is measured. The canary deletes its objects in all replicas.
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
   * How long the canary waits for the replicas to receive the object. Whole seconds, from 10 seconds to 12 minutes.
   *
   * @default Duration.minutes(10)
   */
  readonly timeout?: Duration;

  /**
   * The prefix of the canary's keys, for rules that replicate only objects with a certain prefix. The canary appends a
   * folder of its own (`.replication-canary/` and its name), so that it never affects other objects. A literal value.
   *
   * @default - the prefix of the rules of `media.replicas`, if any
   */
  readonly prefix?: string;

  /**
   * Tags of the canary's objects, in addition to those that the rules of `media.replicas` require. At most 10 in total.
   *
   * @default - no additional tags
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * The proxies through which the object is read, by region of the replica. For each of them, the canary creates a
   * function in the proxy's VPC, and allows it to connect to the proxy's security groups. Specify an empty object to
   * read through no proxy.
   *
   * @default - the proxies of `media.replicas`; none for imported media
   */
  readonly proxies?: { readonly [region: string]: IS3MediaProxy };

  /**
   * The memory of the function, in MiB. The function is idle most of the time.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * The runtime of the functions.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the logs are kept. They contain regions, times and reasons, but no keys and no links.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `ReplicationCanary`. */
export interface ReplicationCanaryProps extends ReplicationCanaryOptions {
  /** The media whose replication is measured, created by this app or imported. */
  readonly media: IReplicatedMediaBucket;
}

/** Options for the alarms of a `ReplicationCanary`. The alarms are in the region of the canary. */
export interface ReplicationCanaryAlarmsOptions extends AlarmsOptions {
  /**
   * The threshold of the replication time of the object. Whole seconds.
   *
   * @default - half of the canary's `timeout`: 5 minutes
   */
  readonly replicationTimeThreshold?: Duration;

  /**
   * The threshold of the duration of a read through a proxy, on a new connection.
   *
   * @default Duration.seconds(3)
   */
  readonly proxyLatencyThreshold?: Duration;

  /**
   * The number of consecutive runs that must fail, or exceed a threshold, before an alarm goes off.
   *
   * @default 1
   */
  readonly failedRuns?: number;
}
