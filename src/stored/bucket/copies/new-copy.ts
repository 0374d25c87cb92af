import { createHash } from 'node:crypto';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { corsRules, hasObjectLock, housekeeping } from './bucket-settings';
import { PrimaryCopy } from './media-copy';
import { aliasNameOf, isAlias, literalKeyArn, MediaKey } from './media-key';
import { createNamedBucket } from './named-bucket';
import { s3BucketArn } from '../../../private/arns';
import { DeterministicNames, isAccountRegionalName } from '../../../private/naming';
import { MediaCopyProps } from '../copy-props';
import { ReplicatedMediaBucketProps } from '../props';

export interface NewCopyProps {
  readonly region: string;
  readonly account: string;
  readonly names: DeterministicNames;
  /** The props of this copy. */
  readonly copy: MediaCopyProps;
  /** The props that apply to every copy. */
  readonly common: ReplicatedMediaBucketProps;
}

/** A new bucket with its key and its log bucket. */
export class NewCopy extends Construct implements PrimaryCopy {
  readonly bucket: s3.Bucket;
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  readonly key?: MediaKey;
  readonly formerKeys: MediaKey[];
  private readonly keys = new Map<string, MediaKey>();
  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: NewCopyProps) {
    super(scope, id);
    const { common, copy, names } = props;
    this.region = props.region;
    this.account = props.account;
    this.removalPolicy = common.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const isEncrypted = copy.encryptionKey !== undefined || common.encryption !== s3.BucketEncryption.S3_MANAGED;
    this.key = isEncrypted ? this.mediaKey(copy.encryptionKey, names) : undefined;
    const others = (copy.formerEncryptionKeys ?? []).map((key) => this.mediaKey(key, names));
    this.formerKeys = [...new Set(others)].filter((key) => key !== this.key);
    this.bucketName = copy.bucketName ?? names.bucket(this.region, this.account);
    this.bucket = createNamedBucket(this, 'Bucket', {
      bucketName: this.bucketName,
      versioned: true,
      encryption: this.key ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: this.key?.key,
      bucketKeyEnabled: this.key ? true : undefined,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      cors: corsRules(common.corsOrigins),
      lifecycleRules: [housekeeping(common), ...(copy.lifecycleRules ?? common.lifecycleRules ?? [])],
      objectLockEnabled: hasObjectLock(common) ? true : undefined,
      objectLockDefaultRetention: common.objectLockDefaultRetention,
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: common.autoDeleteObjects,
    });
    if (isAccountRegionalName(this.bucketName, this.region)) {
      this.cfnBucket.addPropertyOverride('BucketNamespace', 'account-regional');
    }
    const logs = copy.serverAccessLogsBucket ?? (common.serverAccessLogs ? this.createLogBucket(common) : undefined);
    if (logs) this.cfnBucket.loggingConfiguration = { destinationBucketName: logs.bucketName };
  }

  get cfnBucket(): s3.CfnBucket {
    return this.bucket.node.defaultChild as s3.CfnBucket;
  }

  /** @param key undefined for the key that the construct creates, for which its alias stands too */
  private mediaKey(key: kms.IKey | undefined, names: DeterministicNames): MediaKey {
    const id = key ? (literalKeyArn(key) ?? (isAlias(key) ? aliasNameOf(key) : key.node.path)) : names.keyAlias;
    const known = this.keys.get(id);
    if (known) return known;
    const mediaKey = new MediaKey({
      region: this.region,
      account: this.account,
      stack: Stack.of(this),
      ...(key && id !== names.keyAlias ? this.existingKey(key, names) : this.createKey(names)),
    });
    this.keys.set(id, mediaKey);
    return mediaKey;
  }

  private createKey({ keyAlias: aliasName }: DeterministicNames) {
    const key = new kms.Key(this, 'Key', {
      description: `Media of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy: this.removalPolicy,
    });
    new kms.Alias(this, 'KeyAlias', { aliasName, targetKey: key });
    return { key, aliasName };
  }

  private existingKey(key: kms.IKey, names: DeterministicNames) {
    if (literalKeyArn(key)) return { key };
    if (isAlias(key)) {
      // The ARN of an alias that another region's stack imported would name that region.
      const aliasName = aliasNameOf(key);
      return { key: kms.Alias.fromAliasName(this, aliasName, aliasName), aliasName };
    }
    // An alias for each key, which does not move to another key when this one is replaced. Like the logical ID of the key, it
    // does not depend on the name of the stack.
    const stack = Stack.of(key);
    const path = stack === Stack.of(this) ? key.node.path.slice(stack.node.path.length) : key.node.path;
    const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
    const aliasName = `${names.keyAlias}-${hash}`;
    new kms.Alias(this, `KeyAlias-${hash}`, { aliasName, targetKey: key });
    return { key, aliasName };
  }

  private createLogBucket(common: ReplicatedMediaBucketProps): s3.Bucket {
    const logs = new s3.Bucket(this, 'AccessLogs', {
      // S3 does not deliver access logs to buckets with KMS keys.
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          expiration: common.serverAccessLogsExpiration ?? Duration.days(365),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: common.autoDeleteObjects,
    });
    logs.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AccessLogDelivery',
        principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [logs.arnForObjects('*')],
        conditions: {
          ArnLike: { 'aws:SourceArn': s3BucketArn(this.bucketName) },
          StringEquals: { 'aws:SourceAccount': this.account },
        },
      }),
    );
    this.cfnBucket.node.addDependency(logs.policy!);
    return logs;
  }
}
