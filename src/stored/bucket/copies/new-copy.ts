import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { corsRules, hasObjectLock, housekeeping } from './bucket-settings';
import { PrimaryCopy } from './media-copy';
import { isAlias, literalKeyArn, MediaKey } from './media-key';
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
  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: NewCopyProps) {
    super(scope, id);
    const { common, copy, names } = props;
    this.region = props.region;
    this.account = props.account;
    this.removalPolicy = common.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.key = this.createKey(props);
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

  private createKey({ copy: { encryptionKey }, common, names }: NewCopyProps): MediaKey | undefined {
    if (!encryptionKey && common.encryption === s3.BucketEncryption.S3_MANAGED) return undefined;
    const location = { region: this.region, account: this.account, stack: Stack.of(this) };
    if (encryptionKey && literalKeyArn(encryptionKey)) return new MediaKey({ ...location, key: encryptionKey });
    if (encryptionKey && isAlias(encryptionKey)) {
      // The ARN of an alias that another region's stack imported would name that region.
      const { aliasName } = encryptionKey;
      return new MediaKey({ ...location, key: kms.Alias.fromAliasName(this, 'Key', aliasName), aliasName });
    }
    const key =
      encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Media of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: this.removalPolicy,
      });
    const { aliasName } = new kms.Alias(this, 'KeyAlias', { aliasName: names.keyAlias, targetKey: key });
    return new MediaKey({ ...location, key, aliasName });
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
