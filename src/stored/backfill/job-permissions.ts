import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { JOB_OPERATION, JOB_TAG_KEY } from './contract';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';
import { statement } from '../../private/policy-statements';

const BATCH_OPERATIONS = 'batchoperations.s3.amazonaws.com';

/**
 * The role that S3 assumes for the jobs. It can only initiate replication. The replication role of the bucket's rules
 * reads the objects and writes the replicas.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html
 */
export function createJobRole(scope: Construct, bucketName: string, account: string): iam.Role {
  return new iam.Role(scope, 'JobRole', {
    assumedBy: new iam.ServicePrincipal(BATCH_OPERATIONS, {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
    description: `Starts the replication of existing and failed objects of ${bucketName}`,
    inlinePolicies: {
      Permissions: new iam.PolicyDocument({
        statements: [
          statement(['s3:InitiateReplication'], s3ObjectsArn(bucketName)),
          statement(['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'], s3BucketArn(bucketName)),
        ],
      }),
    },
  });
}

/**
 * Permissions to create replication jobs with the given tag and role, to describe and cancel these jobs, and to list all
 * jobs.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function jobStatements(stack: Stack, role: iam.IRole, tag: string): iam.PolicyStatement[] {
  return [
    // A job has no ARN before it is created.
    statement(['s3:CreateJob'], '*', {
      StringEquals: { 's3:RequestJobOperation': JOB_OPERATION, [`aws:RequestTag/${JOB_TAG_KEY}`]: tag },
    }),
    // ListJobs supports neither resources nor conditions of its own: it returns all jobs of the account in the region.
    statement(['s3:ListJobs'], '*', { StringEquals: { 'aws:RequestedRegion': stack.region } }),
    statement(
      ['s3:DescribeJob', 's3:UpdateJobStatus'],
      stack.formatArn({ service: 's3', resource: 'job', resourceName: '*' }),
      { StringEquals: { [`aws:ResourceTag/${JOB_TAG_KEY}`]: tag } },
    ),
    statement(['iam:PassRole'], role.roleArn, { StringEquals: { 'iam:PassedToService': BATCH_OPERATIONS } }),
  ];
}

/** Permission to read what a backfill depends on: lifecycle rules, replication rules, and existing versions. */
export function sourceStatement(bucketName: string): iam.PolicyStatement {
  const actions = ['s3:GetLifecycleConfiguration', 's3:GetReplicationConfiguration', 's3:ListBucketVersions'];
  return statement(actions, s3BucketArn(bucketName));
}
