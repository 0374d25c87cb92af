import { Bucket, bucketArn, objectArn, Version } from './records';
import { isAllowed, Keys, Principal, Roles } from '../iam';

export interface KeyUse {
  readonly action: string;
  readonly keyArn: string;
  readonly bucket: Bucket;
  readonly key: string;
  readonly bucketKey: boolean;
}

/** Decides whether a principal may do something with a bucket, an object or a key. */
export class Access {
  constructor(
    private readonly roles: Roles,
    private readonly keys: Keys,
  ) {}

  toBucket(principal: Principal, action: string, bucket: Bucket, prefix?: string): boolean {
    return this.to(principal, action, bucket, bucketArn(bucket), prefix);
  }

  toObject(principal: Principal, action: string, bucket: Bucket, key: string): boolean {
    return this.to(principal, action, bucket, objectArn(bucket, key));
  }

  toKey(principal: Principal, { action, keyArn, bucket, key, bucketKey }: KeyUse): boolean {
    return this.keys.canUse(principal, action, keyArn, bucketKey ? bucketArn(bucket) : objectArn(bucket, key));
  }

  /** Whether a principal can read a version: the object, and the key that it was encrypted with. */
  toRead(principal: Principal, bucket: Bucket, version: Version): boolean {
    const { key, keyArn, bucketKey } = version;
    if (!this.toObject(principal, 's3:GetObject', bucket, key)) return false;
    if (!this.toObject(principal, 's3:GetObjectVersion', bucket, key)) return false;
    if (keyArn === undefined) return true;
    return this.toKey(principal, { action: 'kms:Decrypt', keyArn, bucket, key, bucketKey });
  }

  private to(principal: Principal, action: string, bucket: Bucket, resource: string, prefix?: string): boolean {
    const context = {
      'aws:principalarn': principal.id,
      'aws:resourceaccount': bucket.account,
      'aws:securetransport': 'true',
      's3:prefix': prefix,
    };
    return isAllowed(
      { principal, action, resource, resourceAccount: bucket.account, context },
      { identity: this.roles.policiesOf(principal), resource: bucket.policy },
    );
  }
}
