import { Aws } from 'aws-cdk-lib';

/** The ARN of a bucket, built from its name to avoid a reference between stacks. */
export function s3BucketArn(bucketName: string): string {
  return `arn:${Aws.PARTITION}:s3:::${bucketName}`;
}

export function s3ObjectsArn(bucketName: string, keyPattern: string = '*'): string {
  return `${s3BucketArn(bucketName)}/${keyPattern}`;
}
