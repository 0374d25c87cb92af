import { Bucket, bucketArn, Version } from './records';
import { destinationOf, ReplicationRule } from './replication-rules';

/** What became of a version that a rule replicates. */
export interface ReplicationEvent {
  readonly name: string;
  readonly source: Bucket;
  readonly version: Version;
  readonly rule: ReplicationRule;
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html */
  readonly reason?: string;
}

export const FAILED_EVENT = 's3:Replication:OperationFailedReplication';
/** Only for rules with Replication Time Control. */
export const LATE_EVENT = 's3:Replication:OperationMissedThreshold';
export const ARRIVED_EVENT = 's3:Replication:OperationReplicatedAfterThreshold';

/** Whether a notification configuration is for an event. `*` stands for all events of a group. */
export function isFor(events: readonly string[], event: string): boolean {
  return events.some((each) => each === event || (each.endsWith('*') && event.startsWith(each.slice(0, -1))));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html */
export function messageOf({ name, source, version, rule, reason }: ReplicationEvent, at: number): string {
  const record = {
    eventVersion: '2.2',
    eventSource: 'aws:s3',
    awsRegion: source.region,
    eventTime: new Date(at).toISOString(),
    eventName: name.slice('s3:'.length),
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: source.name, arn: bucketArn(source) },
      object: { key: encodeURIComponent(version.key).replaceAll('%2F', '/'), versionId: version.versionId },
    },
    replicationEventData: {
      replicationRuleId: rule.ID,
      destinationBucket: `arn:aws:s3:::${destinationOf(rule)}`,
      s3Operation: version.isDeleteMarker ? 'OBJECT_DELETE_MARKER' : 'OBJECT_PUT',
      requestTime: new Date(version.completedAt).toISOString(),
      failureReason: reason,
    },
  };
  return JSON.stringify({ Records: [record] });
}
