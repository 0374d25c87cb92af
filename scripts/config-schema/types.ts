import type { Schema } from './definitions';

const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

/** Definitions of types that are neither structs nor enums. */
export const TYPES: Record<string, string> = {
  'aws-cdk-lib.Duration': 'Duration',
  'aws-cdk-lib.PermissionsBoundary': 'PermissionsBoundary',
  'aws-cdk-lib.aws_certificatemanager.ICertificate': 'CertificateArn',
  'aws-cdk-lib.aws_dynamodb.ITable': 'ExistingTable',
  'aws-cdk-lib.aws_ec2.IIpAddresses': 'IpAddresses',
  'aws-cdk-lib.aws_ecr.IRepository': 'RepositoryArn',
  'aws-cdk-lib.aws_events.Schedule': 'Schedule',
  'aws-cdk-lib.aws_iam.IRole': 'RoleArn',
  'aws-cdk-lib.aws_kms.IKey': 'KeyArn',
  'aws-cdk-lib.aws_lambda.Runtime': 'Runtime',
  'aws-cdk-lib.aws_route53.IHostedZone': 'HostedZone',
  'aws-cdk-lib.aws_s3.IBucket': 'ExistingBucket',
  'aws-cdk-lib.aws_s3.ObjectLockRetention': 'ObjectLockRetention',
  'aws-cdk-lib.aws_s3.StorageClass': 'StorageClass',
  'aws-cdk-lib.aws_sns.ITopic': 'TopicArn',
  'cdk-media-replication.DirectConnect': 'DirectConnect',
  'cdk-media-replication.HttpAuthorizer': 'HttpAuthorizer',
  'cdk-media-replication.LinkAccess': 'LinkAccess',
  'cdk-media-replication.MediaEndpoint': 'MediaEndpoint',
};

/** Schemas of strings and numbers by property name. For lists and maps, they apply to the elements. */
export const BY_NAME: Record<string, Schema> = {
  account: ref('AccountId'),
  alarmEmails: ref('Email'),
  allowOrigins: ref('Origin'),
  cidr: ref('Cidr'),
  clientCidrs: ref('Cidr'),
  controlRegion: ref('Region'),
  corsOrigins: ref('Origin'),
  drainedRegions: ref('Region'),
  mediaRegion: ref('Region'),
  region: ref('Region'),
  replicaRegions: ref('Region'),
  count: { type: 'integer', minimum: 1 },
  domainName: {
    title: 'a host name such as media.eu.example.com',
    type: 'string',
    pattern: '^[^\\s/:]+$',
    examples: ['media.eu.example.com'],
  },
  fallbackPercent: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
  maxAttempts: { type: 'integer', minimum: 1, maximum: 10 },
  regionWeights: { type: 'number', minimum: 0, maximum: 100 },
  startsAt: {
    title: 'a time such as 2030-01-31T12:00:00Z',
    type: 'string',
    pattern: '^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)$',
    examples: ['2030-01-31T12:00:00Z'],
  },
  stackName: {
    title: 'a name of letters, digits and hyphens that begins with a letter',
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9-]{0,127}$',
    examples: ['MediaPlatform'],
  },
};

/** Properties that are maps by region. */
export const BY_REGION = ['endpoints', 'inventories', 'regionWeights'];

/** Enums whose values, and not the names of their members, are used in a config: those of requests and documents. */
export const BY_VALUE = ['ReadPreference'];

/** Enum members that the library rejects, or that do not apply to its resources. */
export const NO_MEMBERS: Record<string, string[]> = {
  BucketEncryption: ['UNENCRYPTED', 'KMS_MANAGED', 'DSSE', 'DSSE_MANAGED'],
  RemovalPolicy: ['SNAPSHOT'],
};
