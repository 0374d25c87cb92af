import { lifeOfEachTest, MediaLife } from './support/media-life';
import { MediaReplicaProps } from '../../src';

const IRELAND = { region: 'eu-west-1' };
const SYDNEY = { region: 'ap-southeast-2' };
const paused = (replica: MediaReplicaProps): MediaReplicaProps => ({ ...replica, enabled: false });

const lifeOf = lifeOfEachTest();
let life: MediaLife;
beforeEach(() => {
  life = lifeOf();
});
afterEach(() => expect(life.refused).toEqual([]));

const change = (...replicas: MediaReplicaProps[]) => life.change({ props: { replicas, replicateExisting: true } });

test.each([
  ['the only replica', [IRELAND], [paused(IRELAND)]],
  ['one of two replicas', [IRELAND, SYDNEY], [paused(IRELAND), SYDNEY]],
])('what arrives while %s is paused is replicated afterwards', async (_, replicas, pausing) => {
  await change(...replicas);
  const ireland = life.bucketIn('eu-west-1');
  await change(...pausing);
  const { length } = ireland.versions;
  life.work();
  await life.settle();
  expect(ireland.versions).toHaveLength(length);
  await change(...replicas);
  await change(...pausing);
  await change(...replicas);
});

test('a replica can be added while it is paused', async () => {
  await change(IRELAND);
  await change(IRELAND, paused(SYDNEY));
  await change(IRELAND, SYDNEY);
});
