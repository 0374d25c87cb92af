import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { JOB_OPERATION, JOB_TAG_KEY } from './contract';
import { JobStore } from './job-store';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';

const BATCH_OPERATIONS = 'batchoperations.s3.amazonaws.com';

/**
 * The role that S3 works on jobs with. It initiates replication, and no more: the objects, their keys and the replicas
 * are for the replication role of the rules.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html
 */
export function createJobRole(scope: Construct, bucketName: string, account: string, store: JobStore): iam.Role {
  const role = new iam.Role(scope, 'JobRole', {
    assumedBy: new iam.ServicePrincipal(BATCH_OPERATIONS, {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
    description: `Starts the replication of objects of ${bucketName} that were there before, or have failed`,
  });
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['s3:InitiateReplication'], resources: [s3ObjectsArn(bucketName)] }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'],
      resources: [s3BucketArn(bucketName)],
    }),
  );
  store.grantJob(role);
  return role;
}

export interface JobGrantProps {
  readonly role: iam.IRole;
  readonly tag: string;
  /** Whether jobs may be cancelled too. */
  readonly cancel?: boolean;
}

/**
 * Lets a function start replication jobs that bear our tag and run with our role, look at those, and find one among all.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function grantJobs(grantee: iam.IGrantable, stack: Stack, { role, tag, cancel }: JobGrantProps): void {
  const add = (actions: string[], resource: string, conditions?: iam.Conditions) =>
    grantee.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions, resources: [resource], conditions }),
    );
  // A job that is not there yet has no ARN.
  add(['s3:CreateJob'], '*', {
    StringEquals: { 's3:RequestJobOperation': JOB_OPERATION, [`aws:RequestTag/${JOB_TAG_KEY}`]: tag },
  });
  // Has no resource and no condition of its own: it shows the descriptions of the account's jobs in the region.
  add(['s3:ListJobs'], '*', { StringEquals: { 'aws:RequestedRegion': stack.region } });
  add(
    cancel ? ['s3:DescribeJob', 's3:UpdateJobStatus'] : ['s3:DescribeJob'],
    stack.formatArn({ service: 's3', resource: 'job', resourceName: '*' }),
    { StringEquals: { [`aws:ResourceTag/${JOB_TAG_KEY}`]: tag } },
  );
  add(['iam:PassRole'], role.roleArn, { StringEquals: { 'iam:PassedToService': BATCH_OPERATIONS } });
}

/** What is looked at before a backfill. */
export function grantLook(grantee: iam.IGrantable, bucketName: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['s3:GetLifecycleConfiguration', 's3:GetReplicationConfiguration', 's3:ListBucketVersions'],
      resources: [s3BucketArn(bucketName)],
    }),
  );
}

/** The worker starts backfills too, if the deployment could not. */
export function grantLookAtLifecycle(grantee: iam.IGrantable, bucketName: string): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['s3:GetLifecycleConfiguration'], resources: [s3BucketArn(bucketName)] }),
  );
}
