import { App, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicatedMediaBucket, ReplicationCanary } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'StudioCanary', { env: { region: 'us-east-1' } });

const media = new ReplicatedMediaBucket(stack, 'Media', {
  replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2', prefix: 'published/' }],
});

// Tests replication every 30 minutes. The test object has the prefix `published/`, so that the second rule applies.
const canary = new ReplicationCanary(stack, 'Canary', { media, interval: Duration.minutes(30) });

const operators = new sns.Topic(stack, 'Operators');
canary.addAlarms({
  actions: [new SnsAction(operators)],
  replicationTimeThreshold: Duration.minutes(2),
  failedRuns: 2,
});

app.synth();
