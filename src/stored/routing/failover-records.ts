import * as iam from 'aws-cdk-lib/aws-iam';
import { FAILOVER_KEY, FailoverSettings } from './contract';
import { s3BucketArn, s3ObjectsArn } from '../../private/arns';
import { allow } from '../../private/policy-statements';

/** The bucket with the records of failovers, described so that stacks of any region can refer to it. */
export class FailoverRecords {
  constructor(
    private readonly region: string,
    readonly bucketName: string,
    private readonly account: string,
  ) {}

  get location(): FailoverSettings {
    return [this.region, this.bucketName];
  }

  /** Grants read access to the record of an active failover. `ListBucket` makes S3 answer 404 if there is none. */
  grantRead(grantee: iam.IGrantable): void {
    const owner = { StringEquals: { 'aws:ResourceAccount': this.account } };
    allow(grantee, ['s3:GetObject'], s3ObjectsArn(this.bucketName, FAILOVER_KEY), owner);
    allow(grantee, ['s3:ListBucket'], s3BucketArn(this.bucketName), owner);
  }
}
