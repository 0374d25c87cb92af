import { Access } from './access';
import { Buckets } from './buckets';
import { ARRIVED_EVENT, FAILED_EVENT, LATE_EVENT, ReplicationEvent } from './events';
import { Bucket, Version } from './records';
import { destinationOf, ReplicationRule, rulesFor } from './replication-rules';
import { SimulatedClock } from '../common/clock';
import { Keys, Principal, principalOf, Roles } from '../iam';

interface Pending {
  readonly source: Bucket;
  readonly version: Version;
  readonly destination: string;
  isLate: boolean;
}

/** The only threshold of Replication Time Control. */
const THRESHOLD_MS = 15 * 60_000;

/**
 * Replicates what rules select when it is written. Nothing is retroactive: a rule that is added or enabled later does not
 * apply to it, and what was written by replication is not replicated further.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export class Replicator {
  /** Whether a version takes longer, if a test sets it. */
  isHeld?: (destination: string, version: Version) => boolean;
  private pending: Pending[] = [];

  constructor(
    private readonly buckets: Buckets,
    private readonly roles: Roles,
    private readonly keys: Keys,
    private readonly access: Access,
    private readonly clock: SimulatedClock,
    private readonly notify: (event: ReplicationEvent) => void,
  ) {
    buckets.written = (source, version) => {
      for (const rule of rulesFor(source, version)) {
        const destination = destinationOf(rule);
        version.deliveries.set(destination, 'PENDING');
        this.pending.push({ source, version, destination, isLate: false });
      }
    };
  }

  /** Does what S3 does some time after the writes. The rules and the permissions are those of now. */
  settle(): void {
    const due = this.pending.filter(({ destination, version }) => !this.isHeld?.(destination, version));
    this.pending = this.pending.filter((each) => !due.includes(each));
    for (const { source, version, destination, isLate } of due) {
      const rule = this.ruleFor(source, version, destination);
      // What becomes of an object whose rule is removed or disabled meanwhile is not documented. The worst is assumed.
      const reason = rule ? this.attempt(source, version, rule) : 'SrcObjectNotEligible';
      version.deliveries.set(destination, reason ? 'FAILED' : 'COMPLETED');
      if (rule && reason) this.notify({ name: FAILED_EVENT, source, version, rule, reason });
      if (rule && !reason && isLate) this.notify({ name: ARRIVED_EVENT, source, version, rule });
    }
  }

  /** Reports what is pending for longer than the threshold. */
  reportLate(): void {
    for (const pending of this.pending) {
      const { source, version, destination, isLate } = pending;
      if (isLate || this.clock.now() < version.completedAt + THRESHOLD_MS) continue;
      const rule = this.ruleFor(source, version, destination);
      if (rule?.Destination.ReplicationTime?.Status !== 'Enabled') continue;
      pending.isLate = true;
      this.notify({ name: LATE_EVENT, source, version, rule });
    }
  }

  /**
   * Replicates a version to the destinations of all rules, as a job does: it knows no destination of its own.
   *
   * @returns the reason of a failure
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
   */
  replicate(source: Bucket, version: Version): string | undefined {
    const rules = rulesFor(source, version);
    if (rules.length === 0) return source.replication ? 'SrcObjectNotEligible' : 'SrcBucketReplicationConfigMissing';
    const reasons = rules.map((rule) => {
      const reason = this.attempt(source, version, rule);
      version.deliveries.set(destinationOf(rule), reason ? 'FAILED' : 'COMPLETED');
      return reason;
    });
    return reasons.find((reason) => reason !== undefined);
  }

  private ruleFor(source: Bucket, version: Version, destination: string): ReplicationRule | undefined {
    return rulesFor(source, version).find((each) => destinationOf(each) === destination);
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
  private attempt(source: Bucket, version: Version, rule: ReplicationRule): string | undefined {
    const { Role } = source.replication!;
    if (!this.roles.canBeAssumedBy(Role, 's3.amazonaws.com', source.account)) return 'AssumeRoleNotPermitted';
    const role = principalOf(Role);
    const unreadable = this.problemOfSource(role, source, version);
    if (unreadable) return unreadable;
    const destination = this.buckets.find(destinationOf(rule));
    if (!destination) return 'DstBucketNotFound';
    if (destination.versioning !== 'Enabled') return 'DstBucketUnversioned';
    if (source.objectLock && !destination.objectLock) return 'DstBucketObjectLockConfigMissing';
    if (destination.hardDeleted.has(version.versionId)) return 'DstObjectHardDeleted';
    return this.problemOfDestination(role, destination, version, rule) ?? this.deliver(destination, version, rule);
  }

  private problemOfSource(role: Principal, bucket: Bucket, { key, isDeleteMarker, ...version }: Version) {
    const toBucket = ['s3:GetReplicationConfiguration', 's3:ListBucket'];
    if (!toBucket.every((action) => this.access.toBucket(role, action, bucket))) return 'SrcGetObjectNotPermitted';
    if (isDeleteMarker) return undefined;
    const lacks = (action: string) => !this.access.toObject(role, action, bucket, key);
    if (lacks('s3:GetObjectVersionForReplication')) return 'SrcGetObjectNotPermitted';
    if (lacks('s3:GetObjectVersionAcl')) return 'SrcGetAclNotPermitted';
    if (lacks('s3:GetObjectVersionTagging')) return 'SrcGetTaggingNotPermitted';
    const { keyArn, bucketKey } = version;
    if (keyArn === undefined) return undefined;
    if (!this.keys.get(keyArn)?.enabled) return 'SrcKmsKeyInvalidState';
    const canDecrypt = this.access.toKey(role, { action: 'kms:Decrypt', keyArn, bucket, key, bucketKey });
    return canDecrypt ? undefined : 'SrcGetObjectNotPermitted';
  }

  private problemOfDestination(role: Principal, bucket: Bucket, version: Version, { Destination }: ReplicationRule) {
    const lacks = (action: string) => !this.access.toObject(role, action, bucket, version.key);
    if (version.isDeleteMarker) return lacks('s3:ReplicateDelete') ? 'DstDelObjNotPermitted' : undefined;
    if (lacks('s3:ReplicateObject')) return 'DstPutObjectNotPermitted';
    if (Object.keys(version.tags).length > 0 && lacks('s3:ReplicateTags')) return 'DstPutTaggingNotPermitted';
    const overrides = Destination.AccessControlTranslation !== undefined;
    if (overrides && lacks('s3:ObjectOwnerOverrideToBucketOwner')) return 'DstPutAclNotPermitted';
    if (version.keyArn === undefined) return undefined;
    const key = this.keyOf(bucket, Destination);
    if (!key) return 'DstKmsKeyNotFound';
    if (!key.enabled) return 'DstKmsKeyInvalidState';
    const bucketKey = bucket.encryption?.bucketKey ?? false;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-replication
    const actions = bucketKey ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'] : ['kms:Encrypt'];
    const use = { keyArn: key.arn, bucket, key: version.key, bucketKey };
    const canEncrypt = actions.every((action) => this.access.toKey(role, { action, ...use }));
    return canEncrypt ? undefined : 'DstPutObjectNotPermitted';
  }

  /** Objects that KMS does not encrypt are stored as in the source: the default of the destination does not count. */
  private deliver(bucket: Bucket, version: Version, { Destination }: ReplicationRule): undefined {
    const keyArn = version.keyArn && this.keyOf(bucket, Destination)!.arn;
    const bucketKey = keyArn !== undefined && (bucket.encryption?.bucketKey ?? false);
    this.buckets.receive(bucket, { ...version, keyArn, bucketKey, isReplica: true, deliveries: new Map() });
    return undefined;
  }

  private keyOf({ region, account }: Bucket, { EncryptionConfiguration }: ReplicationRule['Destination']) {
    return this.keys.resolve(EncryptionConfiguration!.ReplicaKmsKeyID!, region, account);
  }
}
