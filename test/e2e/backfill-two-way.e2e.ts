import { Stack } from 'aws-cdk-lib';
import { BackfillWorld, MEDIA, REGION } from './support/backfill-world';
import { ReplicatedMediaBucket } from '../../src';

const REPLICA_REGION = 'eu-west-1';

let world: BackfillWorld;

// The functions of the replica: `MEDIA` is the replica's bucket.
beforeAll(async () => {
  world = await BackfillWorld.start((app) => {
    const stack = new Stack(app, 'Live', { env: { region: REGION } });
    new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: REPLICA_REGION, bucketName: MEDIA }],
      writeToReplicas: true,
    });
  }, REPLICA_REGION);
});

afterAll(() => world.stop());

async function listFailures(): Promise<object[]> {
  const all = [];
  let nextToken: string | undefined;
  do {
    const page = await world.ask('ListFailures', { nextToken });
    all.push(...page.failures);
    nextToken = page.nextToken;
  } while (nextToken);
  return all;
}

test('an object that a replica failed to send back is listed, repaired in its region, and removed from the list', async () => {
  await world.deploy('Create', { replicas: [], replicateExisting: false });
  expect(world.jobs()).toEqual([]);
  const versionId = await world.put('uploads/abroad.mp4');
  world.sendEvents([
    { key: 'uploads/abroad.mp4', versionId, reason: 'DstKmsKeyInvalidState' },
    { key: 'uploads/other.mp4', versionId, bucket: 'the-primary' },
  ]);
  await world.work({ dailyRepair: true });

  expect(await listFailures()).toMatchObject([
    { key: 'uploads/abroad.mp4', versionId, reason: 'DstKmsKeyInvalidState', retried: true },
  ]);
  const { bucket, failures } = await world.ask('DescribeReplication');
  expect([bucket, failures.outstanding]).toEqual([MEDIA, 1]);
  const [{ jobId, request, tags }] = world.jobs();
  expect(request.Operation).toEqual({ S3ReplicateObject: {} });
  expect(tags).toEqual({ MediaReplicationJobs: expect.stringMatching(/^media-[0-9a-f]{8}-eu-west-1$/) });
  const manifest = await world.read(request.Manifest!.Location!.ObjectArn!.replace('arn:aws:s3:::reports/', ''));
  expect(manifest).toBe(`${MEDIA},uploads/abroad.mp4,${versionId}\n`);

  world.control
    .job(jobId)
    .complete([{ key: 'uploads/abroad.mp4', versionId, status: 'succeeded' }])
    .finish();
  await world.report(jobId);
  await world.work();
  expect(await world.rows('failure')).toEqual([]);
});
