import { ReplicationConfiguration } from './replication-rules';
import { PolicyDocument } from '../iam';

/** Whether a destination has received a version. */
export type Delivery = 'PENDING' | 'COMPLETED' | 'FAILED';

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly body: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `LastModified`: for an upload in parts, its start. */
  readonly createdAt: number;
  readonly completedAt: number;
  /** The order of creation, which replicas keep. */
  readonly ordinal: number;
  /** The ARN of the KMS key that encrypts it; undefined with S3 managed keys. */
  readonly keyArn?: string;
  /** Whether it is encrypted with a Bucket Key, whose encryption context is the bucket. */
  readonly bucketKey: boolean;
  readonly isReplica: boolean;
  /** By the name of the destination. */
  readonly deliveries: Map<string, Delivery>;
}

export interface Encryption {
  /** As the bucket names it: the ARN or ID of a key, or the ARN or name of an alias. Undefined for S3 managed keys. */
  readonly key?: string;
  readonly bucketKey: boolean;
}

export interface TopicConfiguration {
  readonly Id?: string;
  readonly TopicArn: string;
  readonly Events: readonly string[];
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  /** Oldest first. */
  readonly versions: Version[];
  /** Versions that were deleted by their ID, which S3 does not replicate again. */
  readonly hardDeleted: Set<string>;
  versioning?: 'Enabled' | 'Suspended';
  encryption?: Encryption;
  policy?: PolicyDocument;
  replication?: ReplicationConfiguration;
  /** Rules in the terms of the API. */
  lifecycle?: readonly object[];
  objectLock: boolean;
  notifications: readonly TopicConfiguration[];
}

export const bucketArn = ({ name }: Pick<Bucket, 'name'>): string => `arn:aws:s3:::${name}`;
export const objectArn = (bucket: Pick<Bucket, 'name'>, key: string): string => `${bucketArn(bucket)}/${key}`;

/**
 * The status in `x-amz-replication-status`, over all destinations.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
 */
export function statusOf({ isReplica, deliveries }: Version): Delivery | 'REPLICA' | undefined {
  if (isReplica) return 'REPLICA';
  const all = [...deliveries.values()];
  return (['PENDING', 'FAILED', 'COMPLETED'] as const).find((status) => all.includes(status));
}
