import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { MediaEndpoint } from './media-endpoint';
import { HttpApiOptions } from '../../shared/http';
import { IReplicatedMediaBucket } from '../bucket';

/** Whether a viewer reads from a replica. */
export enum ReadPreference {
  /** Never. */
  NO = 'no',

  /** Once the object is there. */
  YES = 'yes',

  /** Once the object is there, and if the viewer's address is in a range. */
  AUTO = 'auto',
}

/** How it is known that a replica has an object. */
export enum ReadinessMode {
  /**
   * By the time since the object was created: after `replicationDelay`, it is taken for granted. A request that does not
   * give `createdAt` costs a HEAD request to the primary.
   */
  DELAY = 'delay',

  /**
   * By asking the replica, for the version that is wanted: a HEAD request for each object that was not seen there
   * before, and one more to the primary where the request does not give `versionId`.
   */
  EXACT = 'exact',
}

/** Addresses of viewers who are near a copy. */
export interface MediaIpRange {
  /** IPv4 or IPv6 addresses in CIDR notation: `10.20.0.0/16`. Of several ranges, the longest prefix wins. */
  readonly cidr: string;

  /** The region of the copy that is near: of a replica, or of the primary. */
  readonly region: string;
}

/** How a router is made, whichever media it links to. */
export interface MediaRouterOptions {
  /**
   * What holds for a request that has no preference. Can be changed without a deployment.
   *
   * @default ReadPreference.NO
   */
  readonly defaultPreference?: ReadPreference;

  /**
   * How long after its creation an object is taken to be in every replica, with `ReadinessMode.DELAY`. Can be changed
   * without a deployment.
   *
   * @default Duration.minutes(15), which Replication Time Control promises for 99.9 % of the objects
   */
  readonly replicationDelay?: Duration;

  /**
   * Which viewers are near which copy. Up to 10,000 or so. Can be changed without a deployment.
   *
   * @default - none: nobody who asks for `auto` reads from a replica
   */
  readonly ipRanges?: MediaIpRange[];

  /**
   * Regions that no link is to point to. Can be changed without a deployment.
   *
   * @default - none
   */
  readonly drainedRegions?: string[];

  /**
   * How many percent of the objects a replica serves, of those that it could: to fill or empty a region step by step.
   * Can be changed without a deployment.
   *
   * @default - 100 for each replica
   */
  readonly regionWeights?: { [region: string]: number };

  /**
   * How it is known that a replica has an object.
   *
   * @default ReadinessMode.DELAY
   */
  readonly readiness?: ReadinessMode;

  /**
   * How long S3 may take to answer all that one request asks it. After that, links point to the primary.
   *
   * @default Duration.seconds(1)
   */
  readonly readinessTimeout?: Duration;

  /**
   * How viewers reach the buckets, by region; of the primary, too.
   *
   * @default - a replica's proxy where it has one with a `domainName`, else S3's own name for the bucket
   */
  readonly endpoints?: { [region: string]: MediaEndpoint };

  /**
   * Whether links for uploads (`"method": "put"`) are given. They always point to the primary.
   *
   * @default false
   */
  readonly uploads?: boolean;

  /**
   * How long links live that are asked for without `expiresInSeconds`.
   *
   * @default Duration.hours(1), or `maxLinkLifetime` where that is shorter
   */
  readonly linkLifetime?: Duration;

  /**
   * How long a link may live at most: up to 7 days. It dies sooner with the credentials of the function that signed it,
   * which live for some hours.
   *
   * @default Duration.hours(6)
   */
  readonly maxLinkLifetime?: Duration;

  /**
   * An HTTP API in front of the function: `POST /links`, and `GET /media?key=…`, which redirects to the link.
   *
   * @default - none: the function is called by those who have `grantInvoke`
   */
  readonly httpApi?: HttpApiOptions;

  /**
   * The functions' runtime.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The function's memory in MiB, and with it its share of a processor.
   *
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * How long the logs are kept. They hold no keys, addresses or links.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `MediaRouter`. */
export interface MediaRouterProps extends MediaRouterOptions {
  /** The media. */
  readonly media: IReplicatedMediaBucket;
}

/** What the alarms of a `MediaRouter` do, and when. */
export interface MediaRouterAlarmsOptions {
  /**
   * What to do when an alarm goes off.
   *
   * @default - nothing more; another call can add actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * How many percent of the links may fall back to the primary, because a replica does not answer.
   *
   * @default 5
   */
  readonly fallbackPercent?: number;
}
