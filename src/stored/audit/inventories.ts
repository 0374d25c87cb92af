import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { AuditTables, databaseOf } from './audit-tables';
import { inventoryPrefix } from './contract';
import { OPTIONAL_FIELDS } from './inventory-columns';
import { InventoryLocation } from './inventory-location';
import { ExistingInventory } from './props';
import { isDefinedHere } from './validation';
import { createWorkGroup } from './work-group';
import { s3BucketArn } from '../../private/arns';
import { accountOf, DeterministicNames, isAccountRegionalName } from '../../private/naming';
import { deployAfter } from '../../private/stacks';

/** A copy of the media, in the stack that defines its bucket. */
export interface AuditedCopy {
  readonly region: string;
  readonly bucket: s3.IBucket;
  readonly stack: Stack;
}

export interface InventoriesProps {
  readonly names: DeterministicNames;
  readonly existing: { readonly [region: string]: ExistingInventory };
  readonly expiration: Duration;
  /** The byte limit of a query. */
  readonly cutoff: Size;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Configures the inventories of the copies. The destination of an inventory must be in the region of its source, so each
 * copy has a bucket for inventories beside it, with a name that the stack of the audit can derive.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html
 */
export class Inventories {
  constructor(
    private readonly scope: Construct,
    private readonly props: InventoriesProps,
  ) {}

  of(copy: AuditedCopy): InventoryLocation {
    const { region, bucket } = copy;
    const existing = this.props.existing[region];
    if (existing) {
      const { bucketName, inventoryId, prefix } = existing;
      const folder = prefix ? `${prefix.replace(/\/$/, '')}/` : '';
      return { bucketName, prefix: `${folder}${inventoryPrefix(bucket.bucketName, inventoryId)}`, isOwn: false };
    }
    return this.configure(copy);
  }

  private configure({ region, bucket, stack }: AuditedCopy): InventoryLocation {
    const { names } = this.props;
    const own = Stack.of(this.scope);
    const scope = stack === own ? this.scope : new Construct(stack, names.base);
    if (stack !== own) deployAfter(own, stack, 'The tables of the audit refer to the inventories of this copy');
    const bucketName = names.bucket(region, accountOf(stack));
    const destination = this.createBucket(scope, bucketName, region);
    const resource = bucket.node.defaultChild as s3.CfnBucket;
    // By its literal name: the bucket depends on the policy, and a reference would create a cycle.
    allowInventories(destination, resource.bucketName ?? bucket.bucketName, accountOf(stack));
    if (isDefinedHere(bucket)) {
      bucket.addInventory({
        inventoryId: names.base,
        // By its name: aws-cdk-lib would add a statement that allows the sources of any account.
        destination: {
          bucket: s3.Bucket.fromBucketName(scope, 'InventoriesByName', bucketName),
          bucketOwner: accountOf(stack),
        },
        format: s3.InventoryFormat.PARQUET,
        frequency: s3.InventoryFrequency.DAILY,
        includeObjectVersions: s3.InventoryObjectVersion.ALL,
        optionalFields: [...OPTIONAL_FIELDS],
      });
      resource.node.addDependency(resource.bucketName ? destination.policy! : destination.node.defaultChild!);
    }
    const location = { bucketName, prefix: inventoryPrefix(bucket.bucketName, names.base), isOwn: true };
    if (stack.region !== own.region) this.createQueries(scope, region, location);
    return location;
  }

  /** Digests are computed where the inventories are, so that only the digests cross regions. */
  private createQueries(scope: Construct, region: string, location: InventoryLocation): void {
    const { names, cutoff } = this.props;
    new AuditTables(scope, 'Tables', databaseOf(names.base)).add(region, location);
    createWorkGroup(scope, { name: names.base, bucketName: location.bucketName, cutoff });
  }

  private createBucket(scope: Construct, bucketName: string, region: string): s3.Bucket {
    const { expiration, removalPolicy } = this.props;
    const bucket = new s3.Bucket(scope, 'Inventories', {
      bucketName,
      // S3 can write inventories to a bucket with a KMS key only if the key's policy allows it.
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
    });
    if (isAccountRegionalName(bucketName, region)) {
      const resource = bucket.node.defaultChild as s3.CfnBucket;
      resource.addPropertyOverride('BucketNamespace', 'account-regional');
    }
    return bucket;
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html#configure-inventory-destination-bucket-policy */
function allowInventories(destination: s3.Bucket, source: string, account: string): void {
  destination.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'InventoryDelivery',
      principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [destination.arnForObjects('*')],
      conditions: {
        ArnLike: { 'aws:SourceArn': s3BucketArn(source) },
        StringEquals: { 'aws:SourceAccount': account, 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    }),
  );
}
