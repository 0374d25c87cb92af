import { App } from 'aws-cdk-lib';
import { MediaReplicationStack } from 'cdk-media-replication';
import { PRIMARY, REPLICA_REGIONS, SIZE } from './platform-layout';

const app = new App();

new MediaReplicationStack(app, 'Media', {
  env: PRIMARY,
  media: {
    replicas: REPLICA_REGIONS.slice(0, SIZE).map((region) => ({
      region,
      proxy: { domainName: `media.${region}.example.com` },
    })),
  },
  meetings: {
    rooms: [
      { meetingName: 'town-hall', mediaRegion: PRIMARY.region, replicas: [{ mediaRegion: 'eu-west-1', count: 4 }] },
    ],
  },
});

app.synth();
