import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { HttpAuthorizer, MediaRouter, ReplicatedMediaBucket } from '../../../src';
import { Acceptance, expectNagClean } from '../../support/nag';
import { ALARMS, FUNCTIONS } from '../../support/nag-acceptances';
import { newApp, primaryStack } from '../../support/synth';

const ROUTER: Acceptance[] = [
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::media-(us|eu)\/\*\]$/,
    path: /\/Router\/FunctionRole\/DefaultPolicy\//,
    reason: 'Callers can request links to any object, so the function that signs them needs to read every object.',
  },
];

test('MediaRouter passes cdk-nag', () => {
  const app = newApp();
  const stack = primaryStack(app, { account: '111111111111', region: 'us-east-1' });
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media-us', region: 'us-east-1', encryption: BucketEncryption.S3_MANAGED },
    replicas: [
      { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: BucketEncryption.S3_MANAGED },
    ],
  });
  new MediaRouter(stack, 'Router', { media, httpApi: { authorizer: HttpAuthorizer.iam() } }).addAlarms();
  expectNagClean(app, [...ROUTER, ...FUNCTIONS, ...ALARMS]);
});
