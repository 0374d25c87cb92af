import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MediaCopyAttributes, ReplicatedMediaBucketAttributes } from './attributes';
import { existingCopy } from './copies/existing-copy';
import { MediaCopy } from './copies/media-copy';
import { MediaReplica } from './media-replica';
import { ReplicatedMediaBucketBase } from './replicated-media-bucket-base';
import { accountOf } from '../../private/naming';

/** Media of another app. */
export class ImportedReplicatedMediaBucket extends ReplicatedMediaBucketBase {
  readonly replicas: MediaReplica[];

  constructor(scope: Construct, id: string, attrs: ReplicatedMediaBucketAttributes) {
    super(scope, id);
    const stack = Stack.of(this);
    this._primaryCopy = this.importCopy('Primary', attrs.primary);
    this._replicaCopies = attrs.replicas.map((replica) => this.importCopy(`Replica-${replica.region}`, replica));
    this.replicas = this._replicaCopies.map(({ bucket, region, account }, index) => {
      const { ruleId, prefix, tags } = attrs.replicas[index];
      return { bucket, region, account, stack, ruleId, prefix, tags };
    });
  }

  private importCopy(id: string, attrs: MediaCopyAttributes): MediaCopy {
    const { bucketName, region, account = accountOf(Stack.of(this)), encryptionKey } = attrs;
    const bucket = s3.Bucket.fromBucketAttributes(this, id, { bucketName, region, account, encryptionKey });
    return existingCopy(bucket, region, account, encryptionKey);
  }
}
