import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ReplicatedMediaBucket } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'Studio', { env: { region: 'us-east-1' } });

const media = new ReplicatedMediaBucket(stack, 'Media', {
  replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
  corsOrigins: ['https://studio.example.com'],
  serverAccessLogs: true,
});

// The application reads every copy, and writes to the primary.
const application = new iam.Role(stack, 'Application', {
  assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
});
media.grantReadWrite(application);

app.synth();
