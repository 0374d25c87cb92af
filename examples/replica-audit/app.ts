import { App, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicaAudit, ReplicatedMediaBucket } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'StudioAudit', { env: { region: 'us-east-1' } });

const media = new ReplicatedMediaBucket(stack, 'Media', {
  replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2', prefix: 'published/' }],
});

// Compares all copies on Mondays and Thursdays. Inventories of both days are complete by the morning.
const audit = new ReplicaAudit(stack, 'Audit', {
  media,
  schedule: events.Schedule.cron({ weekDay: 'MON,THU', hour: '6', minute: '0' }),
});

const operators = new sns.Topic(stack, 'Operators');
audit.addAlarms({ actions: [new SnsAction(operators)], overdueThreshold: Duration.days(7) });

app.synth();
