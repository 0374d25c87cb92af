import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DirectConnect,
  HttpAuthorizer,
  LinkAccess,
  MediaRouter,
  MeetingStartPolicy,
  ReadinessMode,
  ReadPreference,
  ReplicatedMediaBucket,
  ReplicatedMeetingService,
  VideoResolution,
} from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'Studio', { env: { region: 'us-east-1' } });
const tokens = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });

// Ireland has every object, and a proxy for the office there. Sydney has the finished films only.
const media = new ReplicatedMediaBucket(stack, 'Media', {
  replicas: [
    {
      region: 'eu-west-1',
      proxy: {
        domainName: 'media.eu.example.com',
        directConnect: DirectConnect.gateway('11111111-2222-3333-4444-555555555555'),
        clientCidrs: ['10.20.0.0/16'],
      },
    },
    {
      region: 'ap-southeast-2',
      prefix: 'films/',
      tags: { state: 'finished', rights: 'cleared' },
      deleteMarkerReplication: false, // which S3 can't combine with tags
      storageClass: s3.StorageClass.INFREQUENT_ACCESS,
    },
  ],
  corsOrigins: ['https://studio.example.com'],
  noncurrentVersionExpiration: Duration.days(30),
});

const router = new MediaRouter(stack, 'Router', {
  media,
  defaultPreference: ReadPreference.AUTO,
  readiness: ReadinessMode.EXACT,
  ipRanges: [
    { cidr: '203.0.113.0/24', region: 'eu-west-1' },
    { cidr: '198.51.100.0/24', region: 'ap-southeast-2' },
  ],
  regionWeights: { 'eu-west-1': 100, 'ap-southeast-2': 50 },
  linkLifetime: Duration.minutes(30),
  httpApi: { authorizer: tokens, allowOrigins: ['https://studio.example.com'] },
  access: LinkAccess.byClaim('custom:studio', 'studios/{claim}/'),
});

const meetings = new ReplicatedMeetingService(stack, 'Meetings', {
  httpApi: { authorizer: tokens, hostScopes: ['meetings/host'] },
});
const townHall = meetings.addMeeting('TownHall', {
  mediaRegion: 'us-east-1',
  replicas: [{ mediaRegion: 'eu-west-1', count: 2 }, { mediaRegion: 'ap-southeast-2' }],
  presenters: ['ceo', 'moderator'],
  features: { videoMaxResolution: VideoResolution.FHD },
  startPolicy: MeetingStartPolicy.BY_HOST,
  seatGrace: Duration.minutes(10),
});

const web = new iam.Role(stack, 'Web', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
media.grantReadWrite(web);
router.grantInvoke(web);
meetings.grantJoin(web);
meetings.addAlarms();

new CfnOutput(stack, 'BucketInIreland', { value: media.replica('eu-west-1').bucket.bucketName });
new CfnOutput(stack, 'SeatsInTownHall', { value: `${townHall.capacity}` });

app.synth();
