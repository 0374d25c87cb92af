import { App, Stack } from 'aws-cdk-lib';
import { ReplicatedMediaBucket } from 'cdk-media-replication';
import { forEachPrimaryStack, PRIMARY, REPLICA, SIZE } from './layout';

/** With `shared`, replicas go into one stack for each primary stack, as in the hand-written app; else each has its own. */
const shared = process.argv[3] === 'shared';
const app = new App();

forEachPrimaryStack(SIZE, (group, indexes) => {
  const there = shared ? new Stack(app, `Replica${group}`, { env: REPLICA }) : undefined;
  const here = new Stack(app, `Primary${group}`, { env: PRIMARY });
  for (const index of indexes) {
    new ReplicatedMediaBucket(here, `Media${index}`, { replicas: [{ region: REPLICA.region, stack: there }] });
  }
});

app.synth();
