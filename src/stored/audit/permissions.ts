import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { REPORTS_FOLDER, RESULTS_FOLDER, STATE_KEY } from './contract';
import { InventoryLocation } from './inventory-location';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';
import { statement } from '../../private/policy-statements';
import { IReplicatedMediaBucket } from '../bucket';

export interface AuditPermissionsProps {
  readonly stack: Stack;
  readonly account: string;
  readonly media: IReplicatedMediaBucket;
  readonly reports: s3.IBucket;
  readonly inventories: InventoryLocation[];
  /** The name of the workgroups, of the inventories, and the beginning of the names of their buckets. */
  readonly auditName: string;
  readonly database: string;
}

/**
 * Permissions of the function. Athena reads the inventories, and writes its results, with the permissions of its caller.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
 */
export function auditStatements(props: AuditPermissionsProps): iam.PolicyStatement[] {
  const { stack, account, media, reports, inventories, auditName, database } = props;
  const owned = { StringEquals: { 'aws:ResourceAccount': account } };
  // Queries run in the regions of all copies, with the same names.
  const arn = (service: string, resource: string, resourceName?: string) =>
    stack.formatArn({ service, resource, resourceName, region: '*' });
  const existing = inventories.filter(({ isOwn }) => !isOwn);
  // The names of the audit's own buckets begin with its name and the account. One pattern keeps the policy small.
  const buckets = [`${auditName}-${account}-*`, ...existing.map(({ bucketName }) => bucketName)];
  const results = [
    reports.arnForObjects(`${RESULTS_FOLDER}/*`),
    s3ObjectsArn(`${auditName}-${account}-*`, `${RESULTS_FOLDER}/*`),
  ];
  return [
    statement(['athena:StartQueryExecution', 'athena:GetQueryExecution'], arn('athena', 'workgroup', auditName)),
    new iam.PolicyStatement({
      actions: ['glue:GetDatabase', 'glue:GetTable'],
      resources: [arn('glue', 'catalog'), arn('glue', 'database', database), arn('glue', 'table', `${database}/*`)],
    }),
    // Athena lists the folder of its results, and the function the inventories.
    new iam.PolicyStatement({
      actions: ['s3:GetBucketLocation', 's3:ListBucket'],
      resources: [reports.bucketArn, ...buckets.map((bucketName) => s3BucketArn(bucketName))],
      conditions: owned,
    }),
    new iam.PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [
        s3ObjectsArn(`${auditName}-${account}-*`, `*/${auditName}/*`),
        ...existing.map(({ bucketName, prefix }) => s3ObjectsArn(bucketName, `${prefix}/*`)),
      ],
      conditions: owned,
    }),
    new iam.PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [reports.arnForObjects(STATE_KEY), reports.arnForObjects(`${REPORTS_FOLDER}/*`), ...results],
      conditions: owned,
    }),
    new iam.PolicyStatement({
      actions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: [reports.arnForObjects(`${REPORTS_FOLDER}/*`), ...results],
      conditions: owned,
    }),
    // Lifecycle rules explain versions that a copy no longer has.
    new iam.PolicyStatement({
      actions: ['s3:GetLifecycleConfiguration'],
      resources: [media.primary, ...media.replicas.map(({ bucket }) => bucket)].map(({ bucketName }) =>
        s3BucketArn(bucketName),
      ),
      conditions: owned,
    }),
    // What replicas lack, which the router reads, and what the repair replicates again.
    ...(media.replicationTable
      ? [statement(['dynamodb:GetItem', 'dynamodb:UpdateItem'], media.replicationTable.tableArn)]
      : []),
  ];
}
