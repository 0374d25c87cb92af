import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { HttpAuthorizer, LinkAccess, MediaRouter, ReplicatedMediaBucket } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const ROUTER: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-(us|eu)\/\*\]$/,
    path: /\/(Router|ByClaim|Twin)\/FunctionRole\/DefaultPolicy\/|\/Twin\/Standby\/Router\/FunctionRole\/DefaultPolicy\//,
    reason: 'Callers can request links to any object, so the function that signs them needs to read every object.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-(us|eu)\/tenants\/\*\/\*\]$/,
    path: /\/ByClaim\/LinkRole\/DefaultPolicy\//,
    reason: 'The objects of all tenants. The policy of each session limits it to the prefix of one.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-DynamoDBInBackupPlan$/,
    path: /\/Router\/UserPreferences\/Table\/Resource$/,
    reason: 'Point-in-time recovery covers the last 35 days, and a lost preference only restores the default.',
  },
  {
    rule: /^(AwsSolutions-S1|NIST\.800\.53\.R[45]-S3Bucket(DefaultLock|Logging|Replication)Enabled|NIST\.800\.53\.R5-S3DefaultEncryptionKMS)$/,
    path: /\/Standby\/Router\/Records\/Resource$/,
    reason: 'A few records of each failover, in the region that survives it. They contain object keys, and no media.',
  },
];

test('MediaRouter passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    writeToReplicas: true,
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: BucketEncryption.S3_MANAGED },
    replicas: [
      { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: BucketEncryption.S3_MANAGED },
    ],
  });
  const httpApi = { authorizer: HttpAuthorizer.iam() };
  new MediaRouter(stack, 'Router', { media, httpApi, access: LinkAccess.all(), userPreferences: {} }).addAlarms();
  new MediaRouter(stack, 'ByClaim', { media, access: LinkAccess.byClaim('tenant', 'tenants/{claim}/') }).addAlarms();
  const twin = new MediaRouter(stack, 'Twin', { media, uploads: true, standby: { region: 'eu-west-1' } });
  [twin, twin.standby!].forEach((router) => router.addAlarms());
  expectNagClean(app, [...ROUTER, ...FUNCTIONS, ...ALARMS]);
});
