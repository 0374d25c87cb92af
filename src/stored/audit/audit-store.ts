import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { REPORTS_FOLDER, RESULTS_FOLDER } from './contract';

/** Athena's results and the reports contain keys of media. They are of no use after a run, but help to explain it. */
const RESULTS_KEPT = Duration.days(7);

/** The bucket of reports, of Athena's results, and of the state between two invocations. */
export function createReportsBucket(
  scope: Construct,
  id: string,
  { expiration, removalPolicy }: { expiration: Duration; removalPolicy: RemovalPolicy },
): s3.Bucket {
  return new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      { prefix: `${REPORTS_FOLDER}/`, expiration },
      { prefix: `${RESULTS_FOLDER}/`, expiration: RESULTS_KEPT },
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy,
  });
}
