import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  LifecycleRule as S3LifecycleRule,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Deadline } from '../../../private/runtime/deadline';
import { LifecycleRule, racingRules } from '../lifecycle-race';

/** Reads from the source bucket what a backfill depends on. */
export class SourceBucket {
  constructor(
    private readonly s3: S3Client,
    readonly name: string,
    private readonly account: string,
  ) {}

  /** Whether the bucket has no objects, noncurrent versions or delete markers. */
  async isEmpty(deadline: Deadline): Promise<boolean> {
    const { Versions = [], DeleteMarkers = [] } = await this.s3.send(
      new ListObjectVersionsCommand({ ...this.bucket, MaxKeys: 1 }),
      { abortSignal: deadline.signal },
    );
    return Versions.length + DeleteMarkers.length === 0;
  }

  /** Whether any rule replicates to a bucket other than the given replicas. */
  async replicatesBeyond(replicas: readonly string[], deadline: Deadline): Promise<boolean> {
    try {
      const { ReplicationConfiguration } = await this.s3.send(new GetBucketReplicationCommand(this.bucket), {
        abortSignal: deadline.signal,
      });
      return (ReplicationConfiguration?.Rules ?? []).some(
        ({ Destination }) => !replicas.includes(Destination?.Bucket?.split(':').pop() ?? ''),
      );
    } catch (error) {
      if ((error as Error).name === 'ReplicationConfigurationNotFoundError') return false;
      throw error;
    }
  }

  /** The lifecycle rules that race with a backfill. */
  async racingRules(deadline: Deadline): Promise<string[]> {
    try {
      const { Rules = [] } = await this.s3.send(new GetBucketLifecycleConfigurationCommand(this.bucket), {
        abortSignal: deadline.signal,
      });
      return racingRules(Rules.map(plain));
    } catch (error) {
      if ((error as Error).name === 'NoSuchLifecycleConfiguration') return [];
      throw error;
    }
  }

  private get bucket() {
    return { Bucket: this.name, ExpectedBucketOwner: this.account };
  }
}

function plain(rule: S3LifecycleRule): LifecycleRule {
  const { ID, Status, Expiration, Transitions = [], NoncurrentVersionTransitions = [] } = rule;
  return {
    id: ID,
    enabled: Status === 'Enabled',
    expires: Expiration?.Days !== undefined || Expiration?.Date !== undefined,
    removesExpiredDeleteMarkers: Expiration?.ExpiredObjectDeleteMarker === true,
    expiresNoncurrentVersions: rule.NoncurrentVersionExpiration !== undefined,
    classes: [...Transitions, ...NoncurrentVersionTransitions].map(({ StorageClass }) => StorageClass ?? ''),
  };
}
