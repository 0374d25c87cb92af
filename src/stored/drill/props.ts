import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { IReplicatedMediaBucket } from '../bucket';
import { IMediaRouter } from '../routing';

/** Options of a `ReplicationDrill`, without its media and router. */
export interface ReplicationDrillOptions {
  /**
   * The regions of the replicas to which replication pauses.
   *
   * @default - all replicas that are not paused with `enabled: false`
   */
  readonly replicaRegions?: string[];

  /**
   * How long replication pauses. Whole minutes, from 75 minutes to 12 hours: S3 may still replicate objects for an hour
   * after the pause began, and the alarms need time after that. With the default, a canary that runs every hour fails
   * during the pause.
   *
   * @default Duration.minutes(150)
   */
  readonly duration?: Duration;

  /**
   * The drill ends when more than this percentage of the router's links point to the primary because a copy did not
   * answer in time, in 5 minutes. A link to media that a replica does not have yet is not counted: it is correct. From 1
   * to 100.
   *
   * @default 5
   */
  readonly maxFallbackPercent?: number;

  /**
   * Further alarms that end the drill, in the region and account of its stack: alarms on harm to users, not those on
   * replication, which the drill is expected to set off.
   *
   * @default - only the alarm on fallbacks
   */
  readonly stopAlarms?: cloudwatch.IAlarm[];
}

/** Properties of a `ReplicationDrill`. */
export interface ReplicationDrillProps extends ReplicationDrillOptions {
  /**
   * The media whose replication pauses. If another app created the primary, or imported its bucket, add the tag
   * `targetTagKey` with the value `targetTagValue` to the bucket.
   */
  readonly media: IReplicatedMediaBucket;

  /** The router of the media's viewers. Its fallbacks end the drill. */
  readonly router: IMediaRouter;
}
