import { App, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { HttpAuthorizer, LinkAccess, MediaReplicationStack, ReadPreference } from 'cdk-media-replication';

const app = new App();

// Media and meetings of a studio in three regions, with one dashboard and one topic for alarms.
const authorizer = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });
const allowOrigins = ['https://studio.example.com'];

const platform = new MediaReplicationStack(app, 'MediaPlatform', {
  env: { region: 'us-east-1' },
  media: {
    replicas: [{ region: 'eu-central-1' }, { region: 'ap-southeast-2' }],
    corsOrigins: allowOrigins,
  },
  router: {
    defaultPreference: ReadPreference.AUTO,
    ipRanges: [
      { cidr: '203.0.113.0/24', region: 'eu-central-1' },
      { cidr: '198.51.100.0/24', region: 'ap-southeast-2' },
    ],
    httpApi: { authorizer, allowOrigins },
    access: LinkAccess.all(), // every member of the studio may see everything
  },
  meetings: {
    httpApi: { authorizer, allowOrigins, hostScopes: ['meetings/host'] },
    rooms: [
      {
        meetingName: 'town-hall',
        mediaRegion: 'us-east-1',
        replicas: [{ mediaRegion: 'eu-central-1', count: 2 }, { mediaRegion: 'ap-southeast-2' }],
        presenters: ['ceo', 'moderator'],
      },
      { meetingName: 'dailies', mediaRegion: 'eu-central-1', attendeesPerSession: 25 },
    ],
  },
  monitoring: { alarmEmails: ['media-oncall@example.com'], latencyThreshold: Duration.minutes(10) },
});

// Permissions are granted by the constructs: the ingest can upload media, and nothing else.
const ingest = new iam.Role(platform, 'Ingest', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
platform.media.grantPut(ingest);

app.synth();
