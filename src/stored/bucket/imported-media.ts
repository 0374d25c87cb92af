import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { broughtCopy, MediaCopy } from './media-copy';
import { MediaReplica } from './media-replica';
import { MediaCopyAttributes, ReplicatedMediaBucketAttributes } from './props';
import { ReplicatedMedia } from './replicated-media';
import { accountOf } from '../../private/naming';

/** Media of another app. */
export class ImportedMedia extends ReplicatedMedia {
  readonly replicas: MediaReplica[];

  /** @internal */
  protected readonly _primaryCopy: MediaCopy;

  /** @internal */
  protected readonly _replicaCopies: MediaCopy[];

  constructor(scope: Construct, id: string, attrs: ReplicatedMediaBucketAttributes) {
    super(scope, id);
    this._primaryCopy = this.importCopy('Primary', attrs.primary);
    this._replicaCopies = attrs.replicas.map((replica) => this.importCopy(`Replica-${replica.region}`, replica));
    this.replicas = this._replicaCopies.map(({ bucket, region, account }, index) => ({
      bucket,
      region,
      account,
      stack: Stack.of(this),
      ruleId: attrs.replicas[index].ruleId,
      prefix: attrs.replicas[index].prefix,
      tags: attrs.replicas[index].tags,
    }));
  }

  private importCopy(id: string, { bucketName, region, encryptionKey, ...attrs }: MediaCopyAttributes): MediaCopy {
    const account = attrs.account ?? accountOf(Stack.of(this));
    const bucket = s3.Bucket.fromBucketAttributes(this, id, { bucketName, region, account, encryptionKey });
    return broughtCopy(bucket, region, account, encryptionKey);
  }
}
