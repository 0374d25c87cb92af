import { Access } from './access';
import { S3Error } from './errors';
import { Bucket, Version } from './records';
import { SimulatedClock } from '../common/clock';
import { SeededRandom } from '../common/random';
import { Keys, Principal } from '../iam';

export interface NewBucket {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  readonly objectLock?: boolean;
}

/** The buckets of all accounts and their objects. A caller without a name is the test itself, which may do everything. */
export class Buckets {
  /** Called with everything that is written, but for what replication writes. */
  written?: (bucket: Bucket, version: Version) => void;
  private readonly buckets = new Map<string, Bucket>();
  private ordinal = 0;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly ids: SeededRandom,
    private readonly keys: Keys,
    private readonly access: Access,
  ) {}

  create({ name, region, account, objectLock = false }: NewBucket): Bucket {
    const existing = this.buckets.get(name);
    if (existing) {
      const code = existing.account === account ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists';
      throw new S3Error(code, `The bucket ${name} already exists`);
    }
    const bucket = {
      name,
      region,
      account,
      objectLock,
      versions: [],
      hardDeleted: new Set<string>(),
      notifications: [],
    };
    this.buckets.set(name, bucket);
    return bucket;
  }

  delete(name: string): void {
    if (this.get(name).versions.length > 0) throw new S3Error('BucketNotEmpty', `The bucket ${name} is not empty`);
    this.buckets.delete(name);
  }

  find(name: string): Bucket | undefined {
    return this.buckets.get(name);
  }

  get(name: string): Bucket {
    const bucket = this.find(name);
    if (!bucket) throw new S3Error('NoSuchBucket', `The specified bucket does not exist: ${name}`);
    return bucket;
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html */
  put(
    name: string,
    key: string,
    body: string,
    tags: Version['tags'] = {},
    principal?: Principal,
    startedAt = this.clock.now(), // of an upload in parts
  ): Version {
    const bucket = this.get(name);
    this.expectAccess(principal, 's3:PutObject', bucket, key);
    if (Object.keys(tags).length > 0) this.expectAccess(principal, 's3:PutObjectTagging', bucket, key);
    const encryption = this.encryptionOf(bucket, key, principal);
    return this.write(bucket, { key, body, tags, isDeleteMarker: false, ...encryption }, startedAt);
  }

  /** The version, or the current one. */
  read(name: string, key: string, versionId?: string, principal?: Principal): Version {
    const bucket = this.get(name);
    const version = versionId ? find(bucket, key, versionId) : currentOf(bucket, key);
    this.expectAccess(principal, versionId ? 's3:GetObjectVersion' : 's3:GetObject', bucket, key);
    if (!version && versionId) throw new S3Error('NoSuchVersion', 'The specified version does not exist.');
    if (!version || version.isDeleteMarker) {
      const mayList = !principal || this.access.toBucket(principal, 's3:ListBucket', bucket);
      throw mayList ? new S3Error('NoSuchKey', 'The specified key does not exist.') : denied();
    }
    const { keyArn, bucketKey } = version;
    if (principal && keyArn !== undefined) {
      if (!this.access.toKey(principal, { action: 'kms:Decrypt', keyArn, bucket, key, bucketKey })) throw denied();
    }
    return version;
  }

  /** Adds a delete marker; with a version ID, deletes that version, which is not replicated. */
  remove(name: string, key: string, versionId?: string, principal?: Principal): Version | undefined {
    const bucket = this.get(name);
    this.expectAccess(principal, versionId ? 's3:DeleteObjectVersion' : 's3:DeleteObject', bucket, key);
    if (!versionId && bucket.versioning === 'Enabled') {
      return this.write(bucket, { key, body: '', tags: {}, isDeleteMarker: true, bucketKey: false });
    }
    const version = versionId ? find(bucket, key, versionId) : currentOf(bucket, key);
    if (version) bucket.versions.splice(bucket.versions.indexOf(version), 1);
    if (version && versionId) bucket.hardDeleted.add(versionId);
    return version;
  }

  /** Stores a replica, in the order in which the versions were created. */
  receive(bucket: Bucket, version: Version): void {
    if (find(bucket, version.key, version.versionId)) return;
    bucket.versions.push(version);
    bucket.versions.sort((a, b) => a.ordinal - b.ordinal);
  }

  private write(
    bucket: Bucket,
    content: Pick<Version, 'key' | 'body' | 'tags' | 'isDeleteMarker' | 'keyArn' | 'bucketKey'>,
    createdAt = this.clock.now(),
  ) {
    const isVersioned = bucket.versioning === 'Enabled';
    const version: Version = {
      ...content,
      versionId: isVersioned ? this.ids.hex(32) : 'null',
      createdAt,
      completedAt: this.clock.now(),
      ordinal: this.ordinal++,
      isReplica: false,
      deliveries: new Map(),
    };
    if (!isVersioned) bucket.versions.splice(0, Infinity, ...bucket.versions.filter(({ key }) => key !== content.key));
    bucket.versions.push(version);
    this.written?.(bucket, version);
    return version;
  }

  private encryptionOf(bucket: Bucket, key: string, principal: Principal | undefined) {
    const { region, account, encryption } = bucket;
    if (encryption?.key === undefined) return { bucketKey: false };
    const found = this.keys.resolve(encryption.key, region, account);
    if (!found) throw new S3Error('KMS.NotFoundException', `${encryption.key} does not exist`);
    if (!found.enabled) throw new S3Error('KMS.DisabledException', `${found.arn} is disabled`);
    const use = { keyArn: found.arn, bucketKey: encryption.bucketKey };
    if (principal && !this.access.toKey(principal, { action: 'kms:GenerateDataKey', bucket, key, ...use })) {
      throw denied();
    }
    return use;
  }

  private expectAccess(principal: Principal | undefined, action: string, bucket: Bucket, key: string): void {
    if (principal && !this.access.toObject(principal, action, bucket, key)) throw denied();
  }
}

export function find({ versions }: Bucket, key: string, versionId: string): Version | undefined {
  return versions.find((version) => version.key === key && version.versionId === versionId);
}

export function currentOf({ versions }: Bucket, key: string): Version | undefined {
  return versions.filter((version) => version.key === key).at(-1);
}

export const denied = (): S3Error => new S3Error('AccessDenied', 'Access Denied');
