import { App, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { HttpAuthorizer, MeetingStartPolicy, ReplicatedMeetingService, VideoResolution } from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'LiveStudio', { env: { region: 'eu-central-1' } });

const service = new ReplicatedMeetingService(stack, 'Meetings', {
  httpApi: {
    authorizer: HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] }),
    hostScopes: ['meetings/host'],
  },
});

// A town hall with presenters in Frankfurt. The audience joins the nearest replica, and asks questions from the stage.
service.addMeeting('TownHall', {
  mediaRegion: 'eu-central-1',
  replicas: [{ mediaRegion: 'eu-west-1', count: 2 }, { mediaRegion: 'us-east-1' }],
  presenters: ['ceo', 'moderator'],
  stageSlots: 5,
  startsAt: '2030-01-31T12:00:00Z',
});

// A review of dailies in full HD for a small group, which a host starts.
service.addMeeting('Dailies', {
  meetingName: 'dailies',
  mediaRegion: 'eu-west-2',
  features: { videoMaxResolution: VideoResolution.FHD },
  startPolicy: MeetingStartPolicy.BY_HOST,
  seatGrace: Duration.minutes(10),
});

const web = new iam.Role(stack, 'Web', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const control = new iam.Role(stack, 'ControlRoom', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
service.grantJoin(web);
service.grantHost(control);
service.addAlarms();

app.synth();
