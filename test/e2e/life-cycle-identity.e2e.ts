import { lifeOfEachTest, MediaLife } from './support/media-life';

const REPLICAS = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }];

const lifeOf = lifeOfEachTest();
let life: MediaLife;
beforeEach(() => {
  life = lifeOf();
});

/** Three deployments, with backfills of every copy, take a minute on a busy machine. */
const DEPLOYMENTS_MS = 180_000;

test.each([{}, { writeToReplicas: true }])(
  'a construct with an identity keeps its buckets when it is moved (%j)',
  async (options) => {
    const props = { replicas: REPLICAS, ...options };
    await life.change({ props });
    const buckets = ['us-east-1', 'eu-west-1', 'ap-southeast-2'].map((region) => life.bucketIn(region));
    const [identity] = buckets[0].name.split('-111111111111-');
    await life.change({ props: { ...props, identity } });
    await life.change({ props: { ...props, identity }, id: 'Archive' });
    expect(['us-east-1', 'eu-west-1', 'ap-southeast-2'].map((region) => life.bucketIn(region))).toEqual(buckets);
    expect(life.refused).toEqual([]);
    buckets.forEach((bucket) => expect(life.bucketIn(bucket.region)).toBe(bucket));
  },
  DEPLOYMENTS_MS,
);

test('a loss is found when a construct without an identity is moved', async () => {
  const props = { replicas: REPLICAS };
  await life.change({ props });
  await expect(life.change({ props, id: 'Archive' }, { quiet: true })).rejects.toThrow(
    'us-east-1: films/1.mp4 is missing',
  );
});
