import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { lifeOfEachTest, MediaLife } from './support/media-life';
import { MediaCopyProps } from '../../src';

const IRELAND = { region: 'eu-west-1' };
const SYDNEY = { region: 'ap-southeast-2' };

const lifeOf = lifeOfEachTest();
let life: MediaLife;
/** The alias of the keys that the construct creates, which is the same in every region. */
let alias: string;

beforeEach(async () => {
  life = lifeOf();
  await life.change({ props: { replicas: [IRELAND], replicateExisting: true } });
  const [arn] = life.cloud.s3.keys.aliasesOf(life.bucketIn().encryption!.key!);
  alias = arn.split(':')[5];
});

type KeyProps = Pick<MediaCopyProps, 'encryptionKey' | 'formerEncryptionKeys'>;

/** Changes the keys of the primary and of Ireland. */
const withKeys = (of: (scope: Construct, region: string) => KeyProps, encryption?: s3.BucketEncryption) =>
  life.change({
    props: (scope) => ({
      ...of(scope, 'us-east-1'),
      replicas: [{ ...IRELAND, ...of(scope, IRELAND.region) }],
      replicateExisting: true,
      encryption,
    }),
  });

const created = (scope: Construct, region: string) => kms.Alias.fromAliasName(scope, `Created-${region}`, alias);

/** The steps of docs/migration.md. Editors may use both keys only after the deployment, so some uploads are refused. */
test('no object becomes unreadable when the key changes', async () => {
  const keys: Record<string, string> = {
    'us-east-1': life.createKey('us-east-1'),
    'eu-west-1': life.createKey('eu-west-1'),
  };
  const own = (scope: Construct, region: string) => kms.Key.fromKeyArn(scope, `Own-${region}`, keys[region]);
  await withKeys((scope, region) => ({ formerEncryptionKeys: [own(scope, region)] }));
  expect(life.refused).toEqual([]);
  await withKeys((scope, region) => ({
    encryptionKey: own(scope, region),
    formerEncryptionKeys: [created(scope, region)],
  }));
  for (const region of Object.keys(keys)) {
    expect(life.bucketIn(region).encryption!.key).toBe(keys[region]);
    expect(new Set(life.bucketIn(region).versions.map(({ keyArn }) => keyArn)).size).toBeGreaterThan(1);
  }
  // The key and its alias are still there, and the steps in the other direction are the same.
  await withKeys((scope, region) => ({ formerEncryptionKeys: [own(scope, region)] }));
});

test('no object becomes unreadable when S3 manages the keys, also in a region that is added later', async () => {
  const S3_MANAGED = s3.BucketEncryption.S3_MANAGED;
  await withKeys((scope, region) => ({ formerEncryptionKeys: [created(scope, region)] }), S3_MANAGED);
  expect(life.bucketIn().encryption!.key).toBeUndefined();
  await life.change({
    props: (scope) => ({
      encryption: S3_MANAGED,
      formerEncryptionKeys: [created(scope, 'us-east-1')],
      replicas: [IRELAND, SYDNEY].map((replica) => ({
        ...replica,
        formerEncryptionKeys: [created(scope, replica.region)],
      })),
    }),
  });
});

test('a loss is found when former keys are not specified', async () => {
  const key = life.createKey('us-east-1');
  const change = life.change({
    props: (scope) => ({ encryptionKey: kms.Key.fromKeyArn(scope, 'Own', key), replicas: [IRELAND] }),
  });
  await expect(change).rejects.toThrow('us-east-1: films/1.mp4 is not readable for Reader');
});
