import { StackProps } from 'aws-cdk-lib';
import { ReplicatedMeetingOptions, ReplicatedMeetingServiceProps } from '../../live/meeting';
import { ReplicaAuditOptions } from '../../stored/audit';
import { ReplicatedMediaBucketProps } from '../../stored/bucket';
import { ReplicationCanaryOptions } from '../../stored/canary';
import { ReplicationDrillOptions } from '../../stored/drill';
import { MediaRouterOptions } from '../../stored/routing';
import { MediaMonitoringOptions } from '../monitoring';

/** The meetings of a `MediaReplicationStack`: the properties of their service, and its rooms. */
export interface MediaReplicationStackMeetings extends ReplicatedMeetingServiceProps {
  /**
   * The rooms. Each requires a `meetingName` that is a literal and unique in the list; the construct of the room is
   * `Meeting-<meetingName>`.
   *
   * An empty list creates the service only. Rooms can be added to it later (`stack.meetings.addMeeting`).
   */
  readonly rooms: ReplicatedMeetingOptions[];
}

/** Properties of a `MediaReplicationStack`: those of a stack, and the options of each of its constructs. */
export interface MediaReplicationStackProps extends StackProps {
  /** The media bucket and its replicas. */
  readonly media: ReplicatedMediaBucketProps;

  /**
   * The router, which every stack has.
   *
   * @default - a router with default options
   */
  readonly router?: MediaRouterOptions;

  /**
   * The meeting service and its rooms.
   *
   * @default - no meetings
   */
  readonly meetings?: MediaReplicationStackMeetings;

  /**
   * A canary that tests replication on a schedule. It adds custom metrics and alarms for each replica.
   *
   * @default - no canary
   */
  readonly canary?: ReplicationCanaryOptions;

  /**
   * A rehearsal of an outage of replication, which an operator starts in AWS FIS.
   *
   * @default - no drill
   */
  readonly drill?: ReplicationDrillOptions;

  /**
   * An audit that compares all copies once a day. It adds inventories of the buckets, and queries in Athena.
   *
   * @default - no audit
   */
  readonly audit?: ReplicaAuditOptions;

  /**
   * The dashboard, the alarms and their topic, which every stack has.
   *
   * @default - monitoring with default options
   */
  readonly monitoring?: MediaMonitoringOptions;

  /**
   * Whether the stack has CloudFormation outputs with the names, URLs and ARNs that operators need.
   *
   * `media.outputs` overrides it for the outputs of the buckets.
   *
   * @default true
   */
  readonly outputs?: boolean;
}
