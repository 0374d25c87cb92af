import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DirectConnect,
  MediaRouter,
  ReadinessMode,
  ReadPreference,
  ReplicatedMediaBucket,
} from 'cdk-media-replication';

const app = new App();
const stack = new Stack(app, 'PrivateStudio', { env: { account: '111111111111', region: 'us-east-1' } });

// Years of media. A backfill replicates them, and until it is complete, they are read from this bucket.
const media = new ReplicatedMediaBucket(stack, 'Media', {
  bucket: s3.Bucket.fromBucketName(stack, 'Existing', 'studio-archive'),
  enableVersioning: true,
  replicas: [
    {
      region: 'eu-west-1',
      // The studio reaches S3 through Direct Connect only. The proxy serves both copies, so that no link leaves it.
      proxy: {
        domainName: 'media.eu.example.com',
        primary: { domainName: 'media-primary.eu.example.com' },
        clientCidrs: ['10.20.0.0/16'],
        directConnect: DirectConnect.gateway('11112222-3333-4444-5555-666677778888', { amazonSideAsn: 64512 }),
        isolation: {},
      },
    },
  ],
});

// All users read from the primary, unless they choose otherwise: `PutPreference` stores no, yes or auto for each of them.
const router = new MediaRouter(stack, 'Router', {
  media,
  defaultPreference: ReadPreference.NO,
  userPreferences: {},
  readiness: ReadinessMode.EXACT,
  ipRanges: [{ cidr: '10.20.0.0/16', region: 'eu-west-1' }],
  uploads: true,
});

// The web application requests the links of a page, with the user and the user's address in the studio as `clientIp`.
const web = new iam.Role(stack, 'Web', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
router.grantInvoke(web);

app.synth();
