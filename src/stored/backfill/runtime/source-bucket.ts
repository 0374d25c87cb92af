import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  LifecycleRule as S3LifecycleRule,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Deadline } from '../../../private/runtime/deadline';
import { LifecycleRule, racingRules } from '../lifecycle-race';

/** The bucket whose media are replicated: what a backfill has to know of it. */
export class SourceBucket {
  constructor(
    private readonly s3: S3Client,
    readonly name: string,
    private readonly account: string,
  ) {}

  /** Whether there is nothing at all: neither an object nor an old version or a delete marker. */
  async isEmpty(deadline: Deadline): Promise<boolean> {
    const { Versions = [], DeleteMarkers = [] } = await this.s3.send(
      new ListObjectVersionsCommand({ ...this.bucket, MaxKeys: 1 }),
      { abortSignal: deadline.signal },
    );
    return Versions.length + DeleteMarkers.length === 0;
  }

  /** Whether rules of somebody else replicate, or ours do to a bucket that is not among these. */
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

  /** The names of the lifecycle rules that race with a backfill. */
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
