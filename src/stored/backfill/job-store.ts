import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MANIFESTS_PREFIX, REPORTS_PREFIX, TABLE } from './contract';
import { allow } from '../../private/policy-statements';

const KEPT = Duration.days(90);

/**
 * Stores the state of jobs and failures, and the jobs' reports and manifests. All of it is deleted with the stack,
 * because it is of no use without the bucket.
 */
export class JobStore extends Construct {
  readonly table: dynamodb.Table;
  readonly reports: s3.Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const string = dynamodb.AttributeType.STRING;
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: TABLE.key, type: string },
      sortKey: { name: TABLE.sort, type: string },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: TABLE.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.reports = new s3.Bucket(this, 'Reports', {
      // S3 Batch Operations cannot read CSV manifests that are encrypted with KMS:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html#specify-batchjob-manifest
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  grantTable(grantee: iam.IGrantable, ...actions: string[]): void {
    allow(
      grantee,
      actions.map((action) => `dynamodb:${action}`),
      this.table.tableArn,
    );
  }

  /** Grants the role of the jobs permission to read manifests and write reports. */
  grantJob(role: iam.Role): void {
    allow(role, ['s3:GetObject', 's3:GetObjectVersion'], this.reports.arnForObjects(`${MANIFESTS_PREFIX}/*`));
    allow(role, ['s3:PutObject'], this.reports.arnForObjects(`${REPORTS_PREFIX}/*`));
  }

  /**
   * Grants the worker permission to read reports and write manifests. Without `s3:ListBucket`, S3 would respond with 403
   * instead of 404 for a report that does not exist yet.
   */
  grantWorker(grantee: iam.IGrantable): void {
    allow(grantee, ['s3:ListBucket'], this.reports.bucketArn);
    allow(grantee, ['s3:GetObject'], this.reports.arnForObjects(`${REPORTS_PREFIX}/*`));
    const writing = ['s3:PutObject', 's3:AbortMultipartUpload'];
    allow(grantee, writing, this.reports.arnForObjects(`${MANIFESTS_PREFIX}/*`));
  }

  /** Grants permission to empty the reports bucket when the stack is deleted. */
  grantEmpty(grantee: iam.IGrantable): void {
    allow(grantee, ['s3:ListBucket'], this.reports.bucketArn);
    allow(grantee, ['s3:DeleteObject'], this.reports.arnForObjects('*'));
  }
}
