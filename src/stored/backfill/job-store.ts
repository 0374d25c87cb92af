import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MANIFESTS_PREFIX, REPORTS_PREFIX, TABLE } from './contract';
import { statement } from '../../private/policy-statements';

const KEPT = Duration.days(90);

/**
 * Stores the state of jobs and failures, and the jobs' reports and manifests. All of it is deleted with the stack,
 * because it is of no use without the bucket.
 */
export class JobStore extends Construct {
  readonly table: dynamodb.Table;
  readonly reports: s3.Bucket;

  /** @param tableName the name by which routers in other stacks and regions refer to the table */
  constructor(scope: Construct, id: string, tableName: string) {
    super(scope, id);
    const string = dynamodb.AttributeType.STRING;
    this.table = new dynamodb.Table(this, 'Table', {
      tableName,
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

  tableStatement(...actions: string[]): iam.PolicyStatement {
    return statement(
      actions.map((action) => `dynamodb:${action}`),
      this.table.tableArn,
    );
  }

  /** Allows the role of the jobs to read manifests and write reports, as long as the returned policy exists. */
  allowJobs(role: iam.IRole): s3.BucketPolicy {
    const allow = (actions: string[], prefix: string) =>
      this.reports.addToResourcePolicy(
        new iam.PolicyStatement({
          principals: [new iam.ArnPrincipal(role.roleArn)],
          actions,
          resources: [this.reports.arnForObjects(`${prefix}/*`)],
        }),
      );
    allow(['s3:GetObject', 's3:GetObjectVersion'], MANIFESTS_PREFIX);
    allow(['s3:PutObject'], REPORTS_PREFIX);
    return this.reports.policy!;
  }

  /**
   * Permissions to read reports, to write manifests, and to empty the bucket when the stack is deleted. Without
   * `s3:ListBucket`, S3 would respond with 403 instead of 404 for a report that does not exist yet.
   */
  reportsStatements(): iam.PolicyStatement[] {
    const objects = (prefix: string) => this.reports.arnForObjects(`${prefix}*`);
    return [
      statement(['s3:ListBucket'], this.reports.bucketArn),
      statement(['s3:GetObject'], objects(`${REPORTS_PREFIX}/`)),
      statement(['s3:PutObject', 's3:AbortMultipartUpload'], objects(`${MANIFESTS_PREFIX}/`)),
      statement(['s3:DeleteObject'], objects('')),
    ];
  }
}
