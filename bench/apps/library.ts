import { App, Stack } from 'aws-cdk-lib';
import { ReplicatedMediaBucket } from 'cdk-media-replication';
import { forEachPrimaryStack, PRIMARY, REPLICA, SIZE } from './layout';

/** With `shared`, the replicas of a primary stack share a stack, as in the hand-written app. Otherwise each has its own. */
const shared = process.argv[3] === 'shared';
const app = new App();

forEachPrimaryStack(SIZE, (group, indexes) => {
  const replicaStack = shared ? new Stack(app, `Replica${group}`, { env: REPLICA }) : undefined;
  const stack = new Stack(app, `Primary${group}`, { env: PRIMARY });
  for (const index of indexes) {
    new ReplicatedMediaBucket(stack, `Media${index}`, { replicas: [{ region: REPLICA.region, stack: replicaStack }] });
  }
});

app.synth();
