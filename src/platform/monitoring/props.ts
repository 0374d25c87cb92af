import { Duration } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMeetingService } from '../../live/meeting';
import { IReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { S3MediaProxy } from '../../stored/proxy';
import { MediaRouter } from '../../stored/routing';

/** Properties of a `MediaMonitoring`. At least one of `media`, `proxies`, `router`, `canary` and `meetings` is to
 * be given. */
export interface MediaMonitoringProps {
  /**
   * The media, with the proxies of their replicas. Media of another app are shown; their alarms are that app's.
   *
   * @default - none
   */
  readonly media?: IReplicatedMediaBucket;

  /**
   * Proxies besides those of the media's replicas.
   *
   * @default - none
   */
  readonly proxies?: S3MediaProxy[];

  /**
   * The router.
   *
   * @default - none
   */
  readonly router?: MediaRouter;

  /**
   * The canary.
   *
   * @default - none
   */
  readonly canary?: ReplicationCanary;

  /**
   * The meetings, those too that are added later.
   *
   * @default - none
   */
  readonly meetings?: ReplicatedMeetingService;

  /**
   * The topic that every alarm goes to, in the region of this construct's stack. It is not changed: its policy must let
   * `cloudwatch.amazonaws.com` and, for alarms of other stacks, `events.amazonaws.com` publish; the policy of its key
   * must allow them `kms:Decrypt` and `kms:GenerateDataKey*`.
   *
   * @default - a new one, encrypted with a key of its own
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
   */
  readonly topic?: sns.ITopic;

  /**
   * Addresses that get a mail when an alarm goes off. Each is asked to confirm first.
   *
   * @default - none: subscribe to `topic`
   */
  readonly emails?: string[];

  /**
   * Your own runbook, to which the alarms link instead: a page with the headings of this library's docs/operations.md.
   *
   * @default - docs/operations.md in this library's repository
   */
  readonly runbookUrl?: string;

  /**
   * The name of the dashboard: letters, digits, `-` and `_`, once in an account.
   *
   * @default - one that CloudFormation makes
   */
  readonly dashboardName?: string;

  /**
   * How far a replica may be behind the primary before its alarm goes off. Whole seconds.
   *
   * @default - as `ReplicatedMediaBucket` has it: 15 minutes
   */
  readonly latencyThreshold?: Duration;

  /**
   * How many percent of the links may fall back to the primary before the router's alarm goes off.
   *
   * @default - as `MediaRouter` has it: 5
   */
  readonly fallbackPercent?: number;
}
