import { App, Stack } from 'aws-cdk-lib';
import { ReplicatedMediaBucket } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'Studio', { env: { region: 'us-east-1' } });

new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });

app.synth();
