import { Aws } from 'aws-cdk-lib';

/** A bucket's ARN from its name, so that no stack needs a reference to another. */
export function s3BucketArn(bucketName: string): string {
  return `arn:${Aws.PARTITION}:s3:::${bucketName}`;
}

export function s3ObjectsArn(bucketName: string, keyPattern: string = '*'): string {
  return `${s3BucketArn(bucketName)}/${keyPattern}`;
}
