import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  MediaEndpoint,
  MediaRouter,
  ReadinessMode,
  ReadPreference,
  ReplicatedMediaBucket,
} from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'StudioLinks', { env: { region: 'us-east-1' } });

const media = new ReplicatedMediaBucket(stack, 'Media', {
  replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
});

// Studios read from the nearest copy, which the router finds by their IP address. All other viewers read from the primary.
const router = new MediaRouter(stack, 'Router', {
  media,
  defaultPreference: ReadPreference.AUTO,
  readiness: ReadinessMode.EXACT,
  endpoints: { 'eu-west-1': MediaEndpoint.proxy('https://media.eu.example.com') },
  ipRanges: [
    { cidr: '10.20.0.0/16', region: 'eu-west-1' },
    { cidr: '10.20.30.0/24', region: 'ap-southeast-2' },
  ],
});

// The web application requests the links of a page, with the viewer's address as `clientIp`.
const web = new iam.Role(stack, 'Web', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
router.grantInvoke(web);

app.synth();
