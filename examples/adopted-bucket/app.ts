import { App, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'StudioArchive', { env: { account: '111111111111', region: 'us-east-1' } });

// Years of media, in a bucket that this app did not create.
const existing = s3.Bucket.fromBucketName(stack, 'Existing', 'studio-archive');
const key = kms.Key.fromKeyArn(
  stack,
  'ExistingKey',
  'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab',
);

const media = new ReplicatedMediaBucket(stack, 'Archive', {
  bucket: existing,
  encryptionKey: key,
  enableVersioning: true,
  replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
  noncurrentVersionExpiration: Duration.days(30),
  // While us-east-1 is unavailable, users upload to the other regions. S3 replicates their objects later.
  writeToReplicas: true,
  replicaModificationSync: true,
});

const studio = new iam.Role(stack, 'Studio', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
media.grantReadWrite(studio);

app.synth();
