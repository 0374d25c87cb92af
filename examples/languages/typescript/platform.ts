import { App, Duration } from 'aws-cdk-lib';
import { HttpAuthorizer, MediaReplicationStack, ReadPreference } from 'cdk-media-replication';

const app = new App();

const platform = new MediaReplicationStack(app, 'Platform', {
  env: { region: 'us-east-1' },
  media: {
    replicas: [{ region: 'eu-west-1', prefix: 'films/' }],
    corsOrigins: ['https://studio.example.com'],
  },
  router: {
    defaultPreference: ReadPreference.AUTO,
    ipRanges: [{ cidr: '10.20.0.0/16', region: 'eu-west-1' }],
  },
  meetings: {
    httpApi: { authorizer: HttpAuthorizer.iam() },
    rooms: [
      {
        meetingName: 'town-hall',
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-west-1', count: 2 }],
      },
    ],
  },
  canary: { interval: Duration.minutes(30) },
  monitoring: {
    alarmEmails: ['media-oncall@example.com'],
    latencyThreshold: Duration.minutes(10),
  },
});

platform.canary!.addAlarms({ failedRuns: 2 });

app.synth();
