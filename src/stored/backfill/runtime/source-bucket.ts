import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  LifecycleRule as S3LifecycleRule,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Deadline } from '../../../private/runtime/deadline';
import { unlessError } from '../../../private/runtime/unless-error';
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
    const found = await unlessError(
      this.s3.send(new GetBucketReplicationCommand(this.bucket), { abortSignal: deadline.signal }),
      'ReplicationConfigurationNotFoundError',
    );
    return (found?.ReplicationConfiguration?.Rules ?? []).some(
      ({ Destination }) => !replicas.includes(Destination?.Bucket?.split(':').pop() ?? ''),
    );
  }

  /** The lifecycle rules that race with a backfill. */
  async racingRules(deadline: Deadline): Promise<string[]> {
    const found = await unlessError(
      this.s3.send(new GetBucketLifecycleConfigurationCommand(this.bucket), { abortSignal: deadline.signal }),
      'NoSuchLifecycleConfiguration',
    );
    return racingRules((found?.Rules ?? []).map(plain));
  }

  private get bucket() {
    return { Bucket: this.name, ExpectedBucketOwner: this.account };
  }
}

function plain(rule: S3LifecycleRule): LifecycleRule {
  const { Expiration, Transitions = [], NoncurrentVersionTransitions = [] } = rule;
  return {
    id: rule.ID,
    enabled: rule.Status === 'Enabled',
    expires: Expiration?.Days !== undefined || Expiration?.Date !== undefined,
    removesExpiredDeleteMarkers: Expiration?.ExpiredObjectDeleteMarker === true,
    classes: [...Transitions, ...NoncurrentVersionTransitions].map(({ StorageClass }) => StorageClass ?? ''),
  };
}
