import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { corsRules, housekeeping } from './bucket-settings';
import { isAlias, literalKeyArn, MediaKey } from './media-key';
import { createNamedBucket } from './named-bucket';
import { MediaCopyProps, ReplicatedMediaBucketProps } from './props';
import { s3BucketArn } from '../../private/arns';
import { DeterministicNames, isAccountRegionalName } from '../../private/naming';

/** One copy of the media, named so that any stack can name it too. */
export interface MediaCopy {
  readonly bucket: s3.IBucket;
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  /** Absent where S3 manages the encryption, and for a brought bucket whose key is not known. */
  readonly key?: MediaKey;
}

export interface OwnedCopyProps {
  readonly region: string;
  readonly account: string;
  readonly names: DeterministicNames;
  /** What is said of this copy alone. */
  readonly own: MediaCopyProps;
  /** What is said of all copies. */
  readonly common: ReplicatedMediaBucketProps;
}

/** A bucket with its key and its log bucket, made by us. */
export class OwnedCopy extends Construct implements MediaCopy {
  readonly bucket: s3.Bucket;
  readonly bucketName: string;
  readonly region: string;
  readonly account: string;
  readonly key?: MediaKey;
  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: OwnedCopyProps) {
    super(scope, id);
    const { common, own, names } = props;
    this.region = props.region;
    this.account = props.account;
    this.removalPolicy = common.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.key = this.createKey(props);
    this.bucketName = own.bucketName ?? names.bucket(this.region, this.account);
    const locked = common.objectLockEnabled ?? common.objectLockDefaultRetention !== undefined;
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
      lifecycleRules: [housekeeping(common), ...(own.lifecycleRules ?? common.lifecycleRules ?? [])],
      objectLockEnabled: locked ? true : undefined,
      objectLockDefaultRetention: common.objectLockDefaultRetention,
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: common.autoDeleteObjects,
    });
    if (isAccountRegionalName(this.bucketName, this.region)) {
      this.cfnBucket.addPropertyOverride('BucketNamespace', 'account-regional');
    }
    const logs = own.serverAccessLogsBucket ?? (common.serverAccessLogs ? this.createLogBucket(common) : undefined);
    if (logs) this.cfnBucket.loggingConfiguration = { destinationBucketName: logs.bucketName };
  }

  get cfnBucket(): s3.CfnBucket {
    return this.bucket.node.defaultChild as s3.CfnBucket;
  }

  private createKey(props: OwnedCopyProps): MediaKey | undefined {
    const brought = props.own.encryptionKey;
    if (!brought && props.common.encryption === s3.BucketEncryption.S3_MANAGED) return undefined;
    const at = { region: this.region, account: this.account, stack: Stack.of(this) };
    if (brought && literalKeyArn(brought)) return new MediaKey({ ...at, key: brought });
    if (brought && isAlias(brought)) {
      // An alias imported in another region's stack would give that region's ARN here.
      const key = kms.Alias.fromAliasName(this, 'Key', brought.aliasName);
      return new MediaKey({ ...at, key, aliasName: brought.aliasName });
    }
    const key =
      brought ??
      new kms.Key(this, 'Key', {
        description: `Media of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: this.removalPolicy,
      });
    const { aliasName } = new kms.Alias(this, 'KeyAlias', { aliasName: props.names.keyAlias, targetKey: key });
    return new MediaKey({ ...at, key, aliasName });
  }

  private createLogBucket(common: ReplicatedMediaBucketProps): s3.Bucket {
    const logs = new s3.Bucket(this, 'AccessLogs', {
      // S3 delivers access logs only to buckets with this encryption.
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

/** A bucket that was there before, taken as it is. */
export function broughtCopy(bucket: s3.IBucket, region: string, account: string, key?: kms.IKey): MediaCopy {
  const mediaKey = key
    ? new MediaKey({ key, region, account, stack: Stack.of(key), aliasName: isAlias(key) ? key.aliasName : undefined })
    : undefined;
  return { bucket, bucketName: bucket.bucketName, region, account, key: mediaKey };
}
