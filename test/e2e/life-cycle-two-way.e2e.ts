import { lifeOfEachTest } from './support/media-life';

const lifeOf = lifeOfEachTest();

test('failures of what a replica sends back are listed and repaired', async () => {
  const life = lifeOf();
  const replicas = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];
  await life.change({ props: { replicas, writeToReplicas: true } });
  const sydney = life.bucketIn('ap-southeast-2');
  sydney.versioning = 'Suspended';
  life.work('eu-west-1');
  await life.expectNothingLost();
  expect(await life.failures()).toHaveLength(5);
  sydney.versioning = 'Enabled';
  await life.repair();
  await life.expectComplete();
});
