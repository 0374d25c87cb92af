import { Aws, Duration, Lazy, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { newApp, templateOf } from '../../support/synth';

type Props = Omit<ReplicatedMediaBucketProps, 'replicas'> & Partial<Pick<ReplicatedMediaBucketProps, 'replicas'>>;

/** The construct in a stack of us-east-1, with props that may need that stack or one of eu-west-1. */
function build(props: (stack: Stack, europe: Stack) => Props, env: object = { account: '111111111111' }): Stack {
  const app = newApp();
  const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1', ...env } });
  new sqs.Queue(europe, 'Other'); // CloudFormation takes no stack without a resource
  const stack = new Stack(app, 'MediaStack', { env: { region: 'us-east-1', ...env } });
  new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }], ...props(stack, europe) });
  return stack;
}

const replica = { region: 'eu-west-1' };
const keyIn = (stack: Stack, region: string) =>
  kms.Key.fromKeyArn(stack, 'K', `arn:aws:kms:${region}:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
const move = (storageClass: s3.StorageClass, rest: Partial<s3.Transition> = {}) => [
  { transitions: [{ storageClass, ...rest }] },
];

describe('ReplicatedMediaBucket fails when', () => {
  test.each<[string, (stack: Stack, europe: Stack) => Props, string]>([
    ['there is no replica', () => ({ replicas: [] }), 'replicas: got [], expected at least one replica.'],
    [
      "a replica is in the primary's region",
      () => ({ replicas: [{ region: 'us-east-1' }] }),
      'replicas[0].region: got "us-east-1", expected another region than the primary\'s. The stack MediaStack is in us-east-1 already',
    ],
    [
      'a region comes twice',
      () => ({ replicas: [replica, { region: 'eu-north-1' }, replica] }),
      'replicas[2].region: got "eu-west-1", expected a region that no other replica has, but replicas[0] has it.',
    ],
    [
      'a region does not exist',
      () => ({ replicas: [{ region: 'eu-west-9' }] }),
      'replicas[0].region: got "eu-west-9", expected a region that aws-cdk-lib knows. Check the spelling',
    ],
    [
      'a region lies in another partition',
      () => ({ replicas: [{ region: 'cn-north-1' }] }),
      'replicas[0].region: got "cn-north-1 (partition aws-cn)", expected a region of the primary\'s partition, aws.',
    ],
    [
      'a region is known only at deployment',
      () => ({ replicas: [{ region: Aws.REGION }] }),
      'replicas[0].region: got "a value known only at deployment", expected a literal',
    ],
    [
      'a brought bucket is not versioned',
      (_stack, europe) => ({
        replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "Europe/B, which is not versioned", expected a versioned bucket',
    ],
    [
      'a brought bucket has no name that another region could know',
      (_stack, europe) => ({ replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { versioned: true }) }] }),
      'replicas[0].bucket: got "Europe/B, which has no name of its own"',
    ],
    [
      'a brought bucket is in another region',
      (stack) => ({
        replicas: [{ ...replica, bucket: new s3.Bucket(stack, 'B', { versioned: true, bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "a bucket in us-east-1", expected a bucket in eu-west-1',
    ],
    [
      'a brought bucket has no Object Lock, but the primary has',
      (_stack, europe) => ({
        objectLockEnabled: true,
        replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { versioned: true, bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "Europe/B, which has no Object Lock"',
    ],
    [
      'the key of a brought bucket is not known',
      (stack) => ({ replicas: [{ ...replica, bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu') }] }),
      'replicas[0].encryptionKey: got nothing, expected the key of the brought bucket',
    ],
    [
      'the key of a brought bucket has no name that another region could know',
      (stack, europe) => ({
        replicas: [
          {
            ...replica,
            bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'),
            encryptionKey: new kms.Key(europe, 'K'),
          },
        ],
      }),
      'replicas[0].encryptionKey: got "a key whose ARN is known only at deployment"',
    ],
    [
      'a brought bucket is also told its name',
      (stack) => ({
        replicas: [{ ...replica, bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'), bucketName: 'media-eu' }],
      }),
      'replicas[0].bucketName: got "a value together with replicas[0].bucket", expected one of the two',
    ],
    [
      'tags are to be filtered, and delete markers replicated',
      () => ({ replicas: [{ ...replica, tags: { a: 'b' }, deleteMarkerReplication: true }] }),
      'replicas[0].deleteMarkerReplication: got "true together with tags", expected false',
    ],
    [
      'tags are to be filtered, and nothing is said of delete markers',
      () => ({ replicas: [{ ...replica, tags: { a: 'b' } }] }),
      'replicas[0].deleteMarkerReplication: got "nothing, which means true, together with tags", expected false',
    ],
    [
      'Replication Time Control has no metrics',
      () => ({ replicas: [{ ...replica, replicationTimeControl: true, replicationMetrics: false }] }),
      'replicas[0].replicationTimeControl: got "true with replicationMetrics false", expected metrics',
    ],
    [
      'a name is over 63 characters',
      () => ({ bucketName: 'm'.repeat(64) }),
      `bucketName: got "${'m'.repeat(64)} (64 characters)", expected 3 to 63 lower-case letters`,
    ],
    [
      'a name has capitals',
      () => ({ replicas: [{ ...replica, bucketName: 'Media' }] }),
      'replicas[0].bucketName: got "Media (5 characters)", expected 3 to 63 lower-case letters',
    ],
    ['a name is an address', () => ({ bucketName: '10.0.0.1' }), 'bucketName: got "10.0.0.1 (8 characters)"'],
    ['a name has two dots in a row', () => ({ bucketName: 'a..b' }), 'bucketName: got "a..b (4 characters)"'],
    [
      'the prefix of names is too long',
      () => ({ namePrefix: 'a-very-long-name-prefix' }),
      'namePrefix: got "a-very-long-name-prefix", expected 1 to 20 lower-case letters',
    ],
    ['the prefix of names is reserved', () => ({ namePrefix: 'sthree-media' }), 'namePrefix: got "sthree-media"'],
    [
      'the prefix of names is known only at deployment',
      () => ({ namePrefix: Lazy.string({ produce: () => 'media' }) }),
      'namePrefix: got "a value known only at deployment"',
    ],
    [
      'objects are archived on their first day',
      () => ({ lifecycleRules: move(s3.StorageClass.GLACIER, { transitionAfter: Duration.days(0) }) }),
      'lifecycleRules[0].transitions[0]: got "GLACIER after 0 days", expected objects to be replicated before',
    ],
    [
      'objects are archived at once, because nothing is said of when',
      () => ({ replicas: [{ ...replica, lifecycleRules: move(s3.StorageClass.DEEP_ARCHIVE) }] }),
      'replicas[0].lifecycleRules[0].transitions[0]: got "DEEP_ARCHIVE after 0 days"',
    ],
    [
      'objects are archived from a date on, however new they are',
      () => ({ lifecycleRules: move(s3.StorageClass.GLACIER, { transitionDate: new Date('2030-01-01') }) }),
      'lifecycleRules[0].transitions[0]: got "GLACIER on 2030-01-01T00:00:00.000Z"',
    ],
    [
      'old versions are archived at once',
      () => ({
        lifecycleRules: [
          {
            noncurrentVersionTransitions: [
              { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(0) },
            ],
          },
        ],
      }),
      'lifecycleRules[0].noncurrentVersionTransitions[0]: got "GLACIER after 0 days"',
    ],
    [
      'the key of the primary is of another region',
      (stack) => ({ encryptionKey: keyIn(stack, 'eu-west-1') }),
      'encryptionKey: got "a key in eu-west-1", expected a key in us-east-1, the region of this copy.',
    ],
    [
      'the key of a replica is of another region',
      (stack) => ({ replicas: [{ ...replica, encryptionKey: keyIn(stack, 'us-east-1') }] }),
      'replicas[0].encryptionKey: got "a key in us-east-1", expected a key in eu-west-1',
    ],
    [
      'the key of a replica is made in a stack of another region',
      (stack) => ({ replicas: [{ ...replica, encryptionKey: new kms.Key(stack, 'K') }] }),
      'replicas[0].encryptionKey: got "a key in us-east-1", expected a key in eu-west-1',
    ],
    [
      'the log bucket is of another region',
      (stack) => ({ replicas: [{ ...replica, serverAccessLogsBucket: new s3.Bucket(stack, 'L') }] }),
      'replicas[0].serverAccessLogsBucket: got "a bucket in us-east-1", expected a bucket in eu-west-1',
    ],
    [
      'the stack of a replica is of another region',
      (stack) => ({ replicas: [{ ...replica, stack }] }),
      'replicas[0].stack: got "MediaStack in us-east-1", expected a stack in eu-west-1.',
    ],
    [
      'the stack of a replica is of another account',
      (_stack, europe) => ({ replicas: [{ ...replica, stack: europe, account: '222222222222' }] }),
      'replicas[0].stack: got "Europe in account 111111111111", expected a stack in account 222222222222.',
    ],
    [
      'an account is none',
      () => ({ replicas: [{ ...replica, account: '1234' }] }),
      'replicas[0].account: got "1234", expected an account id of 12 digits.',
    ],
    [
      'the name of a brought role is not known to another account',
      (stack) => ({
        replicationRole: new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
        replicas: [{ ...replica, account: '222222222222' }],
      }),
      'replicationRole: got "MediaStack/R, which has no name of its own", expected a role whose ARN the account',
    ],
    [
      'the encryption is one that does not replicate well',
      () => ({ encryption: s3.BucketEncryption.KMS_MANAGED }),
      'encryption: got "KMS_MANAGED", expected BucketEncryption.KMS or BucketEncryption.S3_MANAGED.',
    ],
    [
      'a key is given and not to be used',
      (stack) => ({ encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey: keyIn(stack, 'us-east-1') }),
      'encryptionKey: got "a key together with encryption S3_MANAGED", expected one of the two.',
    ],
    [
      'objects are to be deleted with a bucket that is kept',
      () => ({ autoDeleteObjects: true }),
      'autoDeleteObjects: got "true with removalPolicy left out", expected removalPolicy to be DESTROY.',
    ],
    [
      'locked objects are to be deleted',
      () => ({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY, objectLockEnabled: true }),
      'autoDeleteObjects: got "true with Object Lock", expected one of the two',
    ],
    [
      'a retention is given without Object Lock',
      () => ({
        objectLockEnabled: false,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      }),
      'objectLockDefaultRetention: got "a retention with objectLockEnabled false"',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => build(props)).toThrow(`[MediaStack/Media] ${message}`);
  });

  test('a replica is of another account, while that of the primary is not known', () => {
    expect(() => build(() => ({ replicas: [{ ...replica, account: '222222222222' }] }), {})).toThrow(
      '[MediaStack/Media] replicas[0].account: got "222222222222, while the account of the primary\'s stack is not known"',
    );
  });
});

describe('ReplicatedMediaBucket does not judge', () => {
  test.each<[string, (stack: Stack, europe: Stack) => Props]>([
    ['a name that is a token', () => ({ bucketName: `media-${Aws.STACK_NAME}` })],
    [
      'a bucket whose versioning is a raw override',
      (_stack, europe) => {
        const bucket = new s3.Bucket(europe, 'B', { bucketName: 'media-eu' });
        (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('VersioningConfiguration.Status', 'Enabled');
        return { encryption: s3.BucketEncryption.S3_MANAGED, replicas: [{ ...replica, bucket }] };
      },
    ],
    [
      'a bucket whose name is generated if needed',
      (_stack, europe) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [
          {
            ...replica,
            bucket: new s3.Bucket(europe, 'B', { bucketName: PhysicalName.GENERATE_IF_NEEDED, versioned: true }),
          },
        ],
      }),
    ],
    [
      'an archive class after a day, or one that replicates',
      () => ({
        lifecycleRules: [
          ...move(s3.StorageClass.DEEP_ARCHIVE, { transitionAfter: Duration.days(1) }),
          ...move(s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, { transitionAfter: Duration.days(0) }),
        ],
      }),
    ],
  ])('%s', (_what, props) => {
    expect(() => templateOf(build(props))).not.toThrow();
  });
});
