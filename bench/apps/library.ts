import { App, Stack } from 'aws-cdk-lib';
import { ReplicatedMediaBucket } from 'cdk-media-replication';
import { forEachPrimaryStack, PRIMARY, REPLICA, SHARED, SIZE } from './layout';

const replicateExisting = process.argv.includes('backfill');
const app = new App();

forEachPrimaryStack(SIZE, (group, indexes) => {
  const stack = SHARED ? new Stack(app, `Replica${group}`, { env: REPLICA }) : undefined;
  const primaryStack = new Stack(app, `Primary${group}`, { env: PRIMARY });
  for (const index of indexes) {
    const replicas = [{ region: REPLICA.region, stack }];
    new ReplicatedMediaBucket(primaryStack, `Media${index}`, { replicas, replicateExisting });
  }
});

app.synth();
