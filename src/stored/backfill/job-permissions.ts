import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { JOB_OPERATION, JOB_TAG_KEY } from './contract';
import { JobStore } from './job-store';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';
import { allow } from '../../private/policy-statements';

const BATCH_OPERATIONS = 'batchoperations.s3.amazonaws.com';

/**
 * The role that S3 assumes for the jobs. It can only initiate replication. The replication role of the bucket's rules
 * reads the objects and writes the replicas.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html
 */
export function createJobRole(scope: Construct, bucketName: string, account: string, store: JobStore): iam.Role {
  const role = new iam.Role(scope, 'JobRole', {
    assumedBy: new iam.ServicePrincipal(BATCH_OPERATIONS, {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
    description: `Starts the replication of existing and failed objects of ${bucketName}`,
  });
  allow(role, ['s3:InitiateReplication'], s3ObjectsArn(bucketName));
  allow(role, ['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'], s3BucketArn(bucketName));
  store.grantJob(role);
  return role;
}

export interface JobGrantProps {
  readonly role: iam.IRole;
  readonly tag: string;
  /** Whether to grant permission to cancel jobs. */
  readonly cancel?: boolean;
}

/**
 * Grants permission to create replication jobs with the given tag and role, to describe these jobs, and to list all jobs.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function grantJobs(grantee: iam.IGrantable, stack: Stack, { role, tag, cancel }: JobGrantProps): void {
  // A job has no ARN before it is created.
  allow(grantee, ['s3:CreateJob'], '*', {
    StringEquals: { 's3:RequestJobOperation': JOB_OPERATION, [`aws:RequestTag/${JOB_TAG_KEY}`]: tag },
  });
  // ListJobs supports neither resources nor conditions of its own: it returns all jobs of the account in the region.
  allow(grantee, ['s3:ListJobs'], '*', { StringEquals: { 'aws:RequestedRegion': stack.region } });
  allow(
    grantee,
    cancel ? ['s3:DescribeJob', 's3:UpdateJobStatus'] : ['s3:DescribeJob'],
    stack.formatArn({ service: 's3', resource: 'job', resourceName: '*' }),
    { StringEquals: { [`aws:ResourceTag/${JOB_TAG_KEY}`]: tag } },
  );
  allow(grantee, ['iam:PassRole'], role.roleArn, { StringEquals: { 'iam:PassedToService': BATCH_OPERATIONS } });
}

/** Grants permission to read what a backfill depends on: lifecycle rules, replication rules, and existing versions. */
export function grantReadSource(grantee: iam.IGrantable, bucketName: string): void {
  const actions = ['s3:GetLifecycleConfiguration', 's3:GetReplicationConfiguration', 's3:ListBucketVersions'];
  allow(grantee, actions, s3BucketArn(bucketName));
}

/** Grants permission to read the lifecycle rules, which the worker needs if it starts a backfill. */
export function grantReadLifecycle(grantee: iam.IGrantable, bucketName: string): void {
  allow(grantee, ['s3:GetLifecycleConfiguration'], s3BucketArn(bucketName));
}
