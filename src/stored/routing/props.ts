import { Duration, IReusableStackSynthesizer, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LinkAccess } from './link-access';
import { MediaEndpoint } from './media-endpoint';
import { AlarmsOptions } from '../../shared/alarms-options';
import { HttpApiOptions } from '../../shared/http';
import { IReplicatedMediaBucket } from '../bucket';

/** Whether viewers read from a replica. */
export enum ReadPreference {
  /** Viewers read from the primary. */
  NO = 'no',

  /** Viewers read from a replica that has the object. */
  YES = 'yes',

  /** Viewers read from a replica that has the object if their IP address is in one of the configured ranges. */
  AUTO = 'auto',
}

/** How the router determines whether a replica has an object. */
export enum ReadinessMode {
  /**
   * By the age of the object: the router assumes that the replica has it once `replicationDelay` has passed, unless S3 has
   * reported that it failed or is late, or a backfill must replicate it first. A request that does not specify `createdAt`
   * costs one HEAD request to the primary for each object.
   */
  DELAY = 'delay',

  /**
   * By what S3 has reported about objects that are older than 20 minutes, and by the replication status in the primary for
   * newer ones, which costs one HEAD request to the primary for each object. The router asks the replica itself only if
   * neither is sufficient, for example without Replication Time Control and with several replicas.
   */
  EXACT = 'exact',
}

/** The IP addresses of viewers who are near a copy. */
export interface MediaIpRange {
  /**
   * IPv4 or IPv6 addresses in CIDR notation, for example `10.20.0.0/16`. If an address is in several ranges, the range
   * with the longest prefix applies.
   */
  readonly cidr: string;

  /** The region of the nearest copy: the primary's or a replica's. */
  readonly region: string;
}

/** Options of the preferences that a `MediaRouter` stores for users. */
export interface UserPreferencesOptions {
  /**
   * An existing DynamoDB table in the router's region, with the partition key `user` of type string and without a sort
   * key. The table and its key are not modified: the policy of a customer managed key must allow access through IAM
   * policies of the account.
   *
   * Each user is an item with the string attributes `user`, `preference` (`no`, `yes` or `auto`) and optionally `region`.
   *
   * @default - a new table with on-demand capacity, point-in-time recovery, and encryption with the AWS managed key
   */
  readonly table?: dynamodb.ITable;

  /**
   * What happens to the new table when it is removed from the stack. A table that was retained can be specified as
   * `table`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Options of the standby of a `MediaRouter`. */
export interface MediaRouterStandbyOptions {
  /**
   * The region of the standby, which must be the region of a replica. This is the region of a failover.
   *
   * The replica must hold everything: no `prefix`, `tags` or archive class, no lifecycle rule that deletes objects or
   * archives them, replicated delete markers, no `isolation` of its proxy. The media must have `writeToReplicas`.
   */
  readonly region: string;

  /**
   * The name of an existing DynamoDB table in the region of the standby with the preferences of users, such as the replica
   * of a global table. It needs the same partition key as `userPreferences.table`, and no customer managed KMS key.
   *
   * @default - the standby stores no preferences of users: requests that specify none get the default preference
   */
  readonly userPreferencesTableName?: string;

  /**
   * The synthesizer of the standby's stack.
   *
   * @default - the app's `defaultStackSynthesizer`
   */
  readonly synthesizer?: IReusableStackSynthesizer;
}

/** Options of a `MediaRouter` that do not depend on the media. */
export interface MediaRouterOptions {
  /**
   * The preference of requests that do not specify one. Can be changed without a deployment.
   *
   * @default ReadPreference.NO
   */
  readonly defaultPreference?: ReadPreference;

  /**
   * Stores a preference and a region for each user, which apply to requests that specify neither. Adds the operations
   * `GetPreference` and `PutPreference`, and to the HTTP API the routes `GET /preference` and `PUT /preference`, with
   * which callers manage their own preference. Use `{}` for the default options.
   *
   * @default - not stored; requests without a preference use `defaultPreference`
   */
  readonly userPreferences?: UserPreferencesOptions;

  /**
   * The age at which the router assumes that a replica has an object, with `ReadinessMode.DELAY`, unless S3 has reported
   * that the object failed or is late. Up to 7 days. Can be changed without a deployment.
   *
   * With a shorter delay than the default, a link can point to a replica that does not have the object yet. Where S3
   * Replication Time Control is off, for example in GovCloud, S3 reports no late objects: use a longer delay or
   * `ReadinessMode.EXACT`.
   *
   * @default Duration.minutes(25): S3 reports late objects after 15 minutes, and the router knows of them by then
   */
  readonly replicationDelay?: Duration;

  /**
   * The IP address ranges of the viewers near each copy. Up to about 10,000. Can be changed without a deployment.
   *
   * Requests over the HTTP API come from public addresses. Private ranges match the `clientIp` of invocations by your own
   * server.
   *
   * @default - none; requests with the preference `auto` get links to the primary
   */
  readonly ipRanges?: MediaIpRange[];

  /**
   * The regions of replicas that links must not point to. Can be changed without a deployment.
   *
   * @default - none
   */
  readonly drainedRegions?: string[];

  /**
   * The percentage of its objects that a replica serves, by region, to fill or drain a region step by step. Can be
   * changed without a deployment.
   *
   * @default - 100 for each replica
   */
  readonly regionWeights?: { [region: string]: number };

  /**
   * How the router determines whether a replica has an object.
   *
   * @default ReadinessMode.DELAY
   */
  readonly readiness?: ReadinessMode;

  /**
   * The time limit for all requests to S3 that one call of the router requires. When it expires, links point to the
   * primary.
   *
   * @default Duration.seconds(1)
   */
  readonly readinessTimeout?: Duration;

  /**
   * How viewers reach the buckets, by region of the primary or of a replica.
   *
   * @default - the replica's proxy if it has a `domainName`, otherwise S3's endpoint
   */
  readonly endpoints?: { [region: string]: MediaEndpoint };

  /**
   * A second router in the region of a replica, in a stack of its own, with its own function, HTTP API and preferences. It
   * creates the same links. `cdk-media-replication failover` makes both routers point uploads and reads to that replica,
   * also while the region of the primary is unavailable.
   *
   * @default - no standby: links cannot be created while the region of the primary is unavailable
   */
  readonly standby?: MediaRouterStandbyOptions;

  /**
   * Whether the router creates links for uploads (`"method": "put"`). They point to the primary, except during a failover.
   *
   * @default false
   */
  readonly uploads?: boolean;

  /**
   * How long links are valid if the request does not specify `expiresInSeconds`.
   *
   * @default Duration.hours(1), or 30 minutes over HTTP with `LinkAccess.byClaim()`, or `maxLinkLifetime` if that is shorter
   */
  readonly linkLifetime?: Duration;

  /**
   * The longest validity of links that a request can specify. Up to 7 days. A link expires earlier if the credentials of
   * the function that signed it expire, which happens after some hours. Over HTTP with `LinkAccess.byClaim()`, the longest
   * validity is 45 minutes.
   *
   * @default Duration.hours(6)
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
   */
  readonly maxLinkLifetime?: Duration;

  /**
   * An HTTP API in front of the function, with the routes `POST /links`, and `GET /media?key=…`, which redirects to the
   * link. Requires `access`.
   *
   * @default - no HTTP API; callers with `grantInvoke` invoke the function
   */
  readonly httpApi?: HttpApiOptions;

  /**
   * Which objects callers over HTTP get links to. Required with `httpApi`. Callers that invoke the function are trusted
   * servers: they get links to every object.
   *
   * With `LinkAccess.byClaim()`, links over HTTP are valid for up to 45 minutes, and for 30 minutes by default,
   * because they are signed with sessions of an assumed role, which expire after an hour.
   *
   * @default - callers over HTTP get no links
   */
  readonly access?: LinkAccess;

  /**
   * The runtime of the functions.
   *
   * @default - Node.js 24
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The amount of memory of the router's function, in MiB. The CPU power is proportional to it.
   *
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * The retention of the functions' logs. They contain an audit record for each call: the caller, the address of a caller
   * over HTTP, the number and the first segments of the keys, and the copies. They contain no whole keys and no links.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `MediaRouter`. */
export interface MediaRouterProps extends MediaRouterOptions {
  /** The media that links point to. */
  readonly media: IReplicatedMediaBucket;
}

/** Attributes of an existing `MediaRouter`. */
export interface MediaRouterAttributes {
  /**
   * The ARN of the router's function. If the function is in another account, its policy must allow the callers: grants
   * change only the policies of grantees.
   */
  readonly functionArn: string;

  /** The name of the router: the `routerName` of the `MediaRouter`. */
  readonly routerName: string;

  /** The region of the primary. */
  readonly primaryRegion: string;

  /** The regions of the replicas. */
  readonly replicaRegions: string[];
}

/** Options of the alarms of a `MediaRouter`. */
export interface MediaRouterAlarmsOptions extends AlarmsOptions {
  /**
   * The percentage of links that may fall back to the primary, because S3 does not answer in time or fails, before the
   * alarm goes off.
   *
   * @default 5
   */
  readonly fallbackPercent?: number;
}
