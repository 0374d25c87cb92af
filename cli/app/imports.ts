import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Imports existing resources, by the name of their definition in the schema. */
export const IMPORTS: Record<string, (scope: Construct, id: string, value: any, region: string) => unknown> = {
  CertificateArn: (scope, id, arn) => Certificate.fromCertificateArn(scope, id, arn),
  ExistingBucket: (scope, id, bucketName, region) => s3.Bucket.fromBucketAttributes(scope, id, { bucketName, region }),
  ExistingTable: (scope, id, tableName) => Table.fromTableName(scope, id, tableName),
  HostedZone: (scope, id, zone) => HostedZone.fromHostedZoneAttributes(scope, id, zone),
  KeyArn: importKey,
  RepositoryArn: (scope, id, arn) => ecr.Repository.fromRepositoryArn(scope, id, arn),
  RoleArn: (scope, id, arn) => iam.Role.fromRoleArn(scope, id, arn),
  TopicArn: (scope, id, arn) => sns.Topic.fromTopicArn(scope, id, arn),
};

/** An alias is imported by name: from its ARN, aws-cdk-lib would derive the ARN of a key. */
function importKey(scope: Construct, id: string, arn: string): kms.IKey {
  const alias = /:(alias\/.+)$/.exec(arn)?.[1];
  return alias === undefined ? kms.Key.fromKeyArn(scope, id, arn) : kms.Alias.fromAliasName(scope, id, alias);
}
