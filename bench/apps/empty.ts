/** The same number of empty stacks: the time that aws-cdk-lib itself needs. */
import { App, Stack } from 'aws-cdk-lib';
import { PRIMARY, REPLICA_REGIONS, SIZE } from './platform-layout';

const app = new App();
const { account } = PRIMARY;
const regions = [PRIMARY.region, ...REPLICA_REGIONS.slice(0, SIZE)];
regions.forEach((region) => new Stack(app, `Empty-${region}`, { env: { account, region } }));
app.synth();
