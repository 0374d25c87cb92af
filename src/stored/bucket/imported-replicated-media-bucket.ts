import { Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MediaCopyAttributes, MediaReplicaAttributes, ReplicatedMediaBucketAttributes } from './attributes';
import { existingCopy } from './copies/existing-copy';
import { MediaCopy } from './copies/media-copy';
import { MediaReplica } from './media-replica';
import { ReplicatedMediaBucketBase } from './replicated-media-bucket-base';
import { accountOf } from '../../private/naming';
import { Problems } from '../../private/problems';
import { S3MediaProxy } from '../proxy';

/** Media of another app. */
export class ImportedReplicatedMediaBucket extends ReplicatedMediaBucketBase {
  readonly replicas: MediaReplica[];
  readonly replicationTable?: dynamodb.ITable;

  /** @param read returns the attributes; keys that they contain can be imported into the given scope */
  constructor(scope: Construct, id: string, read: (scope: Construct) => ReplicatedMediaBucketAttributes) {
    super(scope, id);
    const { primary, replicas, writeToReplicas = false, replicationTableName } = read(this);
    const problems = new Problems(this);
    validateEncryption(problems.within('primary'), primary);
    replicas.forEach((replica, index) => validateEncryption(problems.within(`replicas[${index}]`), replica));
    problems.throwIfAny();
    this._writeToReplicas = writeToReplicas;
    this._primaryCopy = this.importCopy('Primary', primary);
    this._replicaCopies = replicas.map((replica) => this.importCopy(`Replica-${replica.region}`, replica));
    this.replicationTable = replicationTableName ? this.importTable(replicationTableName) : undefined;
    this.replicas = replicas.map((replica, index) => this.importReplica(replica, this._replicaCopies[index]));
  }

  private importCopy(id: string, attrs: MediaCopyAttributes): MediaCopy {
    const { bucketName, region, account = accountOf(Stack.of(this)), encryption, encryptionKey } = attrs;
    const bucket = s3.Bucket.fromBucketAttributes(this, id, { bucketName, region, account, encryptionKey });
    const isKeyUnknown = !encryptionKey && encryption !== s3.BucketEncryption.S3_MANAGED;
    return { ...existingCopy(bucket, region, account, attrs), isKeyUnknown };
  }

  private importTable(resourceName: string): dynamodb.ITable {
    const { region, account } = this._primaryCopy;
    const arn = Stack.of(this).formatArn({ service: 'dynamodb', resource: 'table', resourceName, region, account });
    return dynamodb.Table.fromTableArn(this, 'Table', arn);
  }

  private importReplica(attrs: MediaReplicaAttributes, { bucket, region, account }: MediaCopy): MediaReplica {
    const {
      bucketName,
      encryption,
      encryptionKey,
      formerEncryptionKeys,
      proxyUrl: url,
      proxyPrimaryUrl,
      ...description
    } = attrs;
    const { enabled = true } = attrs;
    const proxy =
      url &&
      S3MediaProxy.fromS3MediaProxyAttributes(this, `Proxy-${region}`, { url, primaryUrl: proxyPrimaryUrl, region });
    return { ...description, enabled, region, account, stack: Stack.of(this), bucket, proxy: proxy || undefined };
  }
}

function validateEncryption(problems: Problems, { encryption, encryptionKey }: MediaCopyAttributes): void {
  problems.expect(encryption !== s3.BucketEncryption.S3_MANAGED || !encryptionKey, {
    property: 'encryptionKey',
    got: 'a key',
    expected: 'no key with `encryption: BucketEncryption.S3_MANAGED`',
    fix: 'Remove `encryption`, or specify a key that only older objects are encrypted with in `formerEncryptionKeys`.',
  });
}
