import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { lifeOfEachTest, mediaApp, MediaAppOptions, MediaLife } from './support/media-life';
import { MediaReplicaProps, ReplicatedMediaBucketProps } from '../../src';

const IRELAND = { region: 'eu-west-1' };
const FRANKFURT = { region: 'eu-central-1' };
const SYDNEY = { region: 'ap-southeast-2' };

const lifeOf = lifeOfEachTest();
let life: MediaLife;
beforeEach(() => {
  life = lifeOf();
});
afterEach(() => expect(life.refused).toEqual([]));

const deployed = (props: ReplicatedMediaBucketProps) => life.change({ props });

describe('no object is lost', () => {
  beforeEach(async () => {
    await life.deploy(mediaApp({ props: { replicas: [IRELAND] } }));
    expect(await life.jobs()).toEqual([]); // an empty bucket needs none
    life.work();
    await life.expectComplete();
  });

  test('with one replica', async () => {
    life.work();
    await life.expectComplete();
  });

  test('when a region is added', () => deployed({ replicas: [IRELAND, SYDNEY] }));

  test('when a region is added that has a part of the objects', async () => {
    await deployed({ replicas: [IRELAND, { ...SYDNEY, prefix: 'films/' }] });
    expect(life.bucketIn('ap-southeast-2').versions.filter(({ key }) => !key.startsWith('films/'))).toEqual([]);
  });

  test('when a region in another account is added', () =>
    deployed({ replicas: [IRELAND, { ...SYDNEY, account: '222222222222' }] }));

  test('when a region is swapped for another', async () => {
    await deployed({ replicas: [SYDNEY] });
    await deployed({ replicas: [IRELAND] }); // whose stack and bucket were left
  });

  test('when a region is removed, and its stack is deleted', async () => {
    await deployed({ replicas: [IRELAND, SYDNEY] });
    const ireland = life.bucketIn('eu-west-1');
    const { length } = ireland.versions;
    await deployed({ replicas: [SYDNEY] });
    expect(ireland.versions).toHaveLength(length);
    await life.deployments.destroy(life.stackIn('eu-west-1'));
    await deployed({ replicas: [SYDNEY] });
    expect(life.cloud.s3.buckets.get(ireland.name)).toBe(ireland); // retained
    await expect(deployed({ replicas: [SYDNEY, IRELAND] })).rejects.toThrow('already exists');
  });

  test('when replicas become writable, and a region is added later', async () => {
    await deployed({ replicas: [IRELAND], writeToReplicas: true });
    life.work('eu-west-1');
    await life.expectComplete();
    await deployed({ replicas: [IRELAND, SYDNEY], writeToReplicas: true });
    life.work('ap-southeast-2');
    life.work('eu-west-1');
    await life.expectComplete();
  });

  test('when a replica takes over, gets a new replica, and later the former primary', async () => {
    life.work();
    await life.expectComplete(); // what S3 had not replicated when the region failed would be lost
    const ireland = life.bucketIn('eu-west-1');
    const virginia = life.bucketIn('us-east-1');
    const former = (scope: Construct): MediaReplicaProps => ({
      region: virginia.region,
      bucket: s3.Bucket.fromBucketAttributes(scope, 'Former', { bucketName: virginia.name, region: virginia.region }),
      encryptionKey: kms.Key.fromKeyArn(scope, 'FormerKey', virginia.encryption!.key!),
    });
    const adopted = (replicas: (scope: Construct) => MediaReplicaProps[]): MediaAppOptions => ({
      stackName: 'StudioInIreland',
      region: 'eu-west-1',
      props: (scope) => ({
        bucket: s3.Bucket.fromBucketName(scope, 'Adopted', ireland.name),
        encryptionKey: kms.Key.fromKeyArn(scope, 'AdoptedKey', ireland.encryption!.key!),
        replicas: replicas(scope),
      }),
    });
    const isolated = { quiet: true }; // users cannot reach the former primary
    await life.change(
      adopted(() => [FRANKFURT]),
      isolated,
    );
    expect(await life.jobs()).toContainEqual(expect.objectContaining({ cause: 'bucket-adopted', outcome: 'complete' }));
    await life.change(adopted((scope) => [FRANKFURT, former(scope)]));
  });
});

/** The judge itself: what is broken on purpose is found. */
describe('a loss is found', () => {
  const isLost = (finding: string) => expect(life.expectNothingLost()).rejects.toThrow(finding);

  test('of existing objects, without a backfill', async () => {
    await life.deploy(mediaApp({ props: { replicas: [IRELAND] } }));
    life.work();
    await life.deploy(mediaApp({ props: { replicas: [IRELAND, SYDNEY], replicateExisting: false } }));
    await isLost('ap-southeast-2: films/1.mp4 is missing');
  });

  test('of failed objects, if nothing lists them', async () => {
    await life.deploy(mediaApp({ props: { replicas: [IRELAND], replicateExisting: false } }));
    life.work();
    life.cloud.s3.buckets.get(life.bucketIn('eu-west-1').name).versioning = 'Suspended';
    await isLost('eu-west-1: films/1.mp4 is missing');
  });

  test('of objects that a reader cannot decrypt', async () => {
    await life.deploy(mediaApp({ props: { replicas: [IRELAND] } }));
    life.work();
    await life.expectComplete();
    const { keys } = life.cloud.s3;
    for (const alias of keys.aliasesOf(life.bucketIn('eu-west-1').encryption!.key!)) keys.deleteAlias(alias);
    await isLost('eu-west-1: films/1.mp4 is not readable for Reader');
  });
});

test('failed objects are listed with their reason, and repaired when the cause is removed', async () => {
  await life.deploy(mediaApp({ props: { replicas: [IRELAND] } }));
  const ireland = life.bucketIn('eu-west-1');
  ireland.versioning = 'Suspended';
  life.work();
  await life.expectNothingLost();
  const failures = await life.failures();
  expect(failures).toHaveLength(5);
  expect(new Set(failures.map(({ reason }) => reason))).toEqual(new Set(['DstBucketUnversioned']));
  await expect(life.expectComplete()).rejects.toThrow('is missing');
  ireland.versioning = 'Enabled';
  await life.repair();
  await life.expectComplete();
});
