import { Aws, CfnParameter, Duration, Lazy, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { InvalidInput, Problems } from '../../../src/private/problems';
import { newApp, templateOf } from '../../support/synth';

type Props = Omit<ReplicatedMediaBucketProps, 'replicas'> & Partial<Pick<ReplicatedMediaBucketProps, 'replicas'>>;

/** Creates the construct in a stack in us-east-1. The props may refer to that stack and to one in eu-west-1. */
function build(props: (stack: Stack, europe: Stack) => Props, env: object = { account: '111111111111' }): Stack {
  const app = newApp();
  const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1', ...env } });
  new sqs.Queue(europe, 'Other'); // CloudFormation rejects a stack without resources
  const stack = new Stack(app, 'MediaStack', { env: { region: 'us-east-1', ...env } });
  new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }], ...props(stack, europe) });
  return stack;
}

function errorOf(...args: Parameters<typeof build>): InvalidInput {
  try {
    build(...args);
  } catch (error) {
    return error as InvalidInput;
  }
  throw new Error('No error was thrown.');
}

const replica = { region: 'eu-west-1' };
const keyIn = (stack: Stack, region: string) =>
  kms.Key.fromKeyArn(stack, 'K', `arn:aws:kms:${region}:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab`);
const move = (storageClass: s3.StorageClass, rest: Partial<s3.Transition> = {}) => [
  { transitions: [{ storageClass, ...rest }] },
];

/** S3 would skip the objects without reporting a failure. */
const NO_REPLICA_KEY = (source: string) =>
  `formerEncryptionKeys: got nothing, expected a KMS key for this copy, because objects of ${source} are encrypted with KMS, and S3 skips them without a key for their replicas. Specify a key of this copy: as \`encryptionKey\` if new objects are encrypted with it, otherwise in \`formerEncryptionKeys\`.`;

describe('ReplicatedMediaBucket fails when', () => {
  test.each<[string, (stack: Stack, europe: Stack) => Props, string]>([
    [
      'replicas is empty',
      () => ({ replicas: [] }),
      "replicas: got [], expected at least one replica. Add a replica: `replicas: [{ region: 'eu-west-1' }]`. Without replication, use s3.Bucket.",
    ],
    [
      "a replica is in the primary's region",
      () => ({ replicas: [{ region: 'us-east-1' }] }),
      'replicas[0].region: got "us-east-1", expected another region, because the stack of the primary, MediaStack, is in this one. Specify another region, or remove this replica.',
    ],
    [
      'two replicas are in one region',
      () => ({ replicas: [replica, { region: 'eu-north-1' }, replica] }),
      'replicas[2].region: got "eu-west-1", expected a region without another replica, but replicas[0] is in it. Remove one of the two replicas.',
    ],
    [
      'a region does not exist',
      () => ({ replicas: [{ region: 'eu-west-9' }] }),
      'replicas[0].region: got "eu-west-9", expected a region that aws-cdk-lib knows. Check the spelling. If the region is new, update aws-cdk-lib.',
    ],
    [
      'a region is in another partition',
      () => ({ replicas: [{ region: 'cn-north-1' }] }),
      'replicas[0].region: got "cn-north-1", expected a region in the primary\'s partition, aws, but it is in aws-cn. S3 does not replicate between partitions. Specify a region in the same partition.',
    ],
    [
      'a region is known only at deployment',
      () => ({ replicas: [{ region: Aws.REGION }] }),
      'replicas[0].region: got "a value that is known only at deployment", expected a literal, because the replica needs a stack in this region. Specify the region as a string.',
    ],
    [
      'an existing replica is not versioned',
      (_stack, europe) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "Europe/B, which is not versioned", expected a versioned bucket, because S3 replication requires versioning. Set `versioned: true` on the bucket.',
    ],
    [
      'the name of an existing replica is generated',
      (_stack, europe) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { versioned: true }) }],
      }),
      'replicas[0].bucket: got "Europe/B, whose name is generated during deployment", expected a bucket with a name that other regions can refer to. Set `bucketName` on the bucket, for example to PhysicalName.GENERATE_IF_NEEDED.',
    ],
    [
      'an existing replica is in another region',
      (stack) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [{ ...replica, bucket: new s3.Bucket(stack, 'B', { versioned: true, bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "a bucket in us-east-1", expected a bucket in eu-west-1, the region of this copy. Specify a bucket in eu-west-1, or remove the property.',
    ],
    [
      'an existing replica has no Object Lock, but the primary has',
      (_stack, europe) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        objectLockEnabled: true,
        replicas: [{ ...replica, bucket: new s3.Bucket(europe, 'B', { versioned: true, bucketName: 'media-eu' }) }],
      }),
      'replicas[0].bucket: got "Europe/B, which has no Object Lock", expected a bucket with Object Lock, which is enabled on the primary. Set `objectLockEnabled: true` on the bucket.',
    ],
    [
      'the key of an existing replica is unknown',
      (stack) => ({ replicas: [{ ...replica, bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu') }] }),
      'replicas[0].encryptionKey: got nothing, expected the key of the existing bucket, because the media are encrypted with KMS. Specify the key for the replicated objects, or set `encryption: BucketEncryption.S3_MANAGED`.',
    ],
    [
      'the ARN of the key of an existing replica is generated',
      (stack, europe) => ({
        replicas: [
          {
            ...replica,
            bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'),
            encryptionKey: new kms.Key(europe, 'K'),
          },
        ],
      }),
      'replicas[0].encryptionKey: got "a key whose ARN is known only at deployment", expected a key that other regions can refer to. Specify an alias of the key (`key.addAlias(\'alias/…\')`), or import it with Key.fromKeyArn.',
    ],
    [
      'bucketName is specified with an existing replica',
      (stack) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [{ ...replica, bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'), bucketName: 'media-eu' }],
      }),
      'replicas[0].bucketName: got "media-eu", expected no value with `bucket`, because an existing bucket is not modified. Configure the bucket where it is created, and remove `bucketName`.',
    ],
    [
      'delete markers are replicated with a tag filter',
      () => ({ replicas: [{ ...replica, tags: { a: 'b' }, deleteMarkerReplication: true }] }),
      'replicas[0].deleteMarkerReplication: got true, expected false with `tags`, because S3 does not replicate delete markers for tag-based rules. Set `deleteMarkerReplication: false` to keep objects in this replica that are deleted in the primary, or filter by `prefix`.',
    ],
    [
      'delete markers are replicated by default with a tag filter',
      () => ({ replicas: [{ ...replica, tags: { a: 'b' } }] }),
      'replicas[0].deleteMarkerReplication: got nothing, expected false with `tags`, because S3 does not replicate delete markers for tag-based rules. Set `deleteMarkerReplication: false` to keep objects in this replica that are deleted in the primary, or filter by `prefix`.',
    ],
    [
      'Replication Time Control is enabled without metrics',
      () => ({ replicas: [{ ...replica, replicationTimeControl: true, replicationMetrics: false }] }),
      'replicas[0].replicationTimeControl: got true, expected false with `replicationMetrics: false`, because S3 Replication Time Control requires metrics. Remove `replicationMetrics`, or set `replicationTimeControl: false`.',
    ],
    [
      'a name has more than 63 characters',
      () => ({ bucketName: 'm'.repeat(64) }),
      `bucketName: got "${'m'.repeat(64)}", expected 3 to 63 lowercase letters, digits, hyphens and dots, starting and ending with a letter or digit. Change the name, or remove it to use a derived name.`,
    ],
    [
      'a name has uppercase letters',
      () => ({ replicas: [{ ...replica, bucketName: 'Media' }] }),
      'replicas[0].bucketName: got "Media", expected 3 to 63 lowercase letters, digits, hyphens and dots, starting and ending with a letter or digit. Change the name, or remove it to use a derived name.',
    ],
    [
      'a name is an IP address',
      () => ({ bucketName: '10.0.0.1' }),
      'bucketName: got "10.0.0.1", expected 3 to 63 lowercase letters, digits, hyphens and dots, starting and ending with a letter or digit. Change the name, or remove it to use a derived name.',
    ],
    [
      'a name has two consecutive dots',
      () => ({ bucketName: 'a..b' }),
      'bucketName: got "a..b", expected 3 to 63 lowercase letters, digits, hyphens and dots, starting and ending with a letter or digit. Change the name, or remove it to use a derived name.',
    ],
    [
      'namePrefix is too long',
      () => ({ namePrefix: 'a-very-long-name-prefix' }),
      'namePrefix: got "a-very-long-name-prefix", expected 1 to 20 lowercase letters, digits and hyphens, starting with a letter and not with xn--, sthree-, amzn-s3-demo-, which S3 reserves. Change the prefix, or remove it to use the construct ID.',
    ],
    [
      'namePrefix is reserved',
      () => ({ namePrefix: 'sthree-media' }),
      'namePrefix: got "sthree-media", expected 1 to 20 lowercase letters, digits and hyphens, starting with a letter and not with xn--, sthree-, amzn-s3-demo-, which S3 reserves. Change the prefix, or remove it to use the construct ID.',
    ],
    [
      'namePrefix is a token',
      () => ({ namePrefix: Lazy.string({ produce: () => 'media' }) }),
      'namePrefix: got "a value that is known only at deployment", expected a literal, because stacks of other regions contain the derived names. Specify a string.',
    ],
    [
      'objects are archived on their first day',
      () => ({ lifecycleRules: move(s3.StorageClass.GLACIER, { transitionAfter: Duration.days(0) }) }),
      'lifecycleRules[0].transitions[0]: got "GLACIER after 0 days", expected objects to be replicated before they transition to a class that S3 does not replicate from. Set `transitionAfter` to one day or more, or use GLACIER_INSTANT_RETRIEVAL.',
    ],
    [
      'objects are archived immediately by default',
      () => ({ replicas: [{ ...replica, lifecycleRules: move(s3.StorageClass.DEEP_ARCHIVE) }] }),
      'replicas[0].lifecycleRules[0].transitions[0]: got "DEEP_ARCHIVE after 0 days", expected objects to be replicated before they transition to a class that S3 does not replicate from. Set `transitionAfter` to one day or more, or use GLACIER_INSTANT_RETRIEVAL.',
    ],
    [
      'objects are archived from a date on',
      () => ({ lifecycleRules: move(s3.StorageClass.GLACIER, { transitionDate: new Date('2030-01-01') }) }),
      'lifecycleRules[0].transitions[0]: got "GLACIER on 2030-01-01T00:00:00.000Z", expected objects to be replicated before they transition to a class that S3 does not replicate from. Set `transitionAfter` to one day or more, or use GLACIER_INSTANT_RETRIEVAL.',
    ],
    [
      'noncurrent versions are archived immediately',
      () => ({
        lifecycleRules: [
          {
            noncurrentVersionTransitions: [
              { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(0) },
            ],
          },
        ],
      }),
      'lifecycleRules[0].noncurrentVersionTransitions[0]: got "GLACIER after 0 days", expected objects to be replicated before they transition to a class that S3 does not replicate from. Set `transitionAfter` to one day or more, or use GLACIER_INSTANT_RETRIEVAL.',
    ],
    [
      'objects expire on the day of a transition',
      () => ({
        lifecycleRules: [
          {
            expiration: Duration.days(30),
            transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(30) }],
          },
        ],
      }),
      'lifecycleRules[0].expiration: got "30 days", expected more than 30 days, the time of `transitions[0]`. Increase `expiration`, or remove the transition.',
    ],
    [
      'noncurrent versions expire before a transition',
      () => ({
        lifecycleRules: [
          {
            noncurrentVersionExpiration: Duration.days(7),
            noncurrentVersionTransitions: [
              { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(30) },
            ],
          },
        ],
      }),
      'lifecycleRules[0].noncurrentVersionExpiration: got "7 days", expected more than 30 days, the time of `noncurrentVersionTransitions[0]`. Increase `noncurrentVersionExpiration`, or remove the transition.',
    ],
    [
      'objects move to STANDARD_IA before 30 days',
      () => ({ lifecycleRules: move(s3.StorageClass.INFREQUENT_ACCESS, { transitionAfter: Duration.days(29) }) }),
      'lifecycleRules[0].transitions[0]: got "STANDARD_IA after 29 days", expected at least 30 days before a transition to STANDARD_IA. Set `transitionAfter` to 30 days or more, or use INTELLIGENT_TIERING or GLACIER_INSTANT_RETRIEVAL.',
    ],
    [
      'the key of the primary is in another region',
      (stack) => ({ encryptionKey: keyIn(stack, 'eu-west-1') }),
      'encryptionKey: got "a key in eu-west-1", expected a key in us-east-1, the region of this copy. Specify a key in us-east-1, or remove the property.',
    ],
    [
      'the key of a replica is in another region',
      (stack) => ({ replicas: [{ ...replica, encryptionKey: keyIn(stack, 'us-east-1') }] }),
      'replicas[0].encryptionKey: got "a key in us-east-1", expected a key in eu-west-1, the region of this copy. Specify a key in eu-west-1, or remove the property.',
    ],
    [
      'the key of a replica is created in a stack of another region',
      (stack) => ({ replicas: [{ ...replica, encryptionKey: new kms.Key(stack, 'K') }] }),
      'replicas[0].encryptionKey: got "a key in us-east-1", expected a key in eu-west-1, the region of this copy. Specify a key in eu-west-1, or remove the property.',
    ],
    [
      'the log bucket is in another region',
      (stack) => ({ replicas: [{ ...replica, serverAccessLogsBucket: new s3.Bucket(stack, 'L') }] }),
      'replicas[0].serverAccessLogsBucket: got "a bucket in us-east-1", expected a bucket in eu-west-1, the region of this copy. Specify a bucket in eu-west-1, or remove the property.',
    ],
    [
      'the stack of a replica is in another region',
      (stack) => ({ replicas: [{ ...replica, stack }] }),
      'replicas[0].stack: got "MediaStack in us-east-1", expected a stack in eu-west-1. Set `env: { region: \'eu-west-1\' }` on the stack, or remove `stack` to create one.',
    ],
    [
      'the stack of a replica is in another account',
      (_stack, europe) => ({ replicas: [{ ...replica, stack: europe, account: '222222222222' }] }),
      'replicas[0].stack: got "Europe in account 111111111111", expected a stack in account 222222222222. Set `account: \'111111111111\'` on the replica, or specify another stack.',
    ],
    [
      'an account ID is invalid',
      () => ({ replicas: [{ ...replica, account: '1234' }] }),
      'replicas[0].account: got "1234", expected an account ID of 12 digits. Specify the ID as a string, or remove it to use the primary\'s account.',
    ],
    [
      'an existing role for cross-account replication has no explicit name',
      (stack) => ({
        replicationRole: new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') }),
        replicas: [{ ...replica, account: '222222222222' }],
      }),
      'replicationRole: got "MediaStack/R, whose name is generated during deployment", expected a role that policies in account 222222222222 can name before it exists. Set `roleName` on the role.',
    ],
    [
      'the encryption is not supported',
      () => ({ encryption: s3.BucketEncryption.KMS_MANAGED }),
      'encryption: got "KMS_MANAGED", expected BucketEncryption.KMS or BucketEncryption.S3_MANAGED. Remove `encryption` to use a customer managed key in each region.',
    ],
    [
      'the name of an alias is known only at deployment',
      (stack) => ({ encryptionKey: kms.Alias.fromAliasName(stack, 'A', new CfnParameter(stack, 'P').valueAsString) }),
      'encryptionKey: got "an alias whose name is known only at deployment", expected an alias with a literal name, because policies of other stacks contain it. Specify the name as a string, or import the key with Key.fromKeyArn.',
    ],
    [
      'a former key is in another region',
      (stack) => ({ formerEncryptionKeys: [keyIn(stack, 'eu-west-1')] }),
      'formerEncryptionKeys[0]: got "a key in eu-west-1", expected a key in us-east-1, the region of this copy. Specify a key in us-east-1, or remove the property.',
    ],
    [
      'the ARN of a former key of an existing replica is generated',
      (stack, europe) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [
          {
            ...replica,
            bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'),
            formerEncryptionKeys: [new kms.Key(europe, 'K')],
          },
        ],
      }),
      'replicas[0].formerEncryptionKeys[0]: got "a key whose ARN is known only at deployment", expected a key that other regions can refer to. Specify an alias of the key (`key.addAlias(\'alias/…\')`), or import it with Key.fromKeyArn.',
    ],
    [
      'objects of the primary have a former key, and the replica has no key for their replicas',
      (stack) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        formerEncryptionKeys: [keyIn(stack, 'us-east-1')],
      }),
      `replicas[0].${NO_REPLICA_KEY('the primary')}`,
    ],
    [
      'an existing primary has a key, and the replica has none',
      (stack) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        bucket: s3.Bucket.fromBucketAttributes(stack, 'B', {
          bucketName: 'media',
          encryptionKey: keyIn(stack, 'us-east-1'),
        }),
      }),
      `replicas[0].${NO_REPLICA_KEY('the primary')}`,
    ],
    [
      'replicas that are uploaded to have a key, and the existing primary has none',
      (stack) => ({ bucket: s3.Bucket.fromBucketName(stack, 'B', 'media'), writeToReplicas: true }),
      NO_REPLICA_KEY('replicas[0]'),
    ],
    [
      'a key is specified with S3 managed encryption',
      (stack) => ({ encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey: keyIn(stack, 'us-east-1') }),
      'encryptionKey: got "a key", expected no key with `encryption: BucketEncryption.S3_MANAGED`. Remove `encryption` to use the key.',
    ],
    [
      'autoDeleteObjects is enabled for retained buckets',
      () => ({ autoDeleteObjects: true }),
      'autoDeleteObjects: got true, expected `removalPolicy: RemovalPolicy.DESTROY`, but it is not set. Set `removalPolicy: RemovalPolicy.DESTROY` if the media may be deleted with the stack, or remove `autoDeleteObjects`.',
    ],
    [
      'autoDeleteObjects is enabled with Object Lock',
      () => ({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY, objectLockEnabled: true }),
      'autoDeleteObjects: got true, expected false with Object Lock, because locked objects cannot be deleted. Remove `autoDeleteObjects`.',
    ],
    [
      'a retention is specified without Object Lock',
      () => ({
        objectLockEnabled: false,
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
      }),
      'objectLockDefaultRetention: got "a retention", expected no retention with `objectLockEnabled: false`. Remove `objectLockEnabled`.',
    ],
  ])('%s', (_what, props, message) => {
    const error = errorOf(props);
    expect(error.message).toBe(`[MediaStack/Media] ${message}`);
    expect(error.problems).toHaveLength(1);
  });

  test('a replica is in another account, but the account of the primary is unknown', () => {
    const error = errorOf(() => ({ replicas: [{ ...replica, account: '222222222222' }] }), {});
    expect(error.message).toBe(
      `[MediaStack/Media] replicas[0].account: got "222222222222", expected a primary in a concrete account, because the replica's policies must name it. Set \`env: { account: '…' }\` on the stack MediaStack.`,
    );
    expect(error.problems).toHaveLength(1);
  });
});

describe('ReplicatedMediaBucket reports one problem for one mistake, even if other checks depend on it:', () => {
  test.each<[string, (stack: Stack, europe: Stack) => Props, string]>([
    [
      'a misspelled region of a replica with resources in that region',
      (_stack, europe) => ({
        replicas: [
          {
            region: 'eu-wst-1',
            stack: europe,
            encryptionKey: new kms.Key(europe, 'K'),
            serverAccessLogsBucket: new s3.Bucket(europe, 'L'),
          },
        ],
      }),
      'replicas[0].region',
    ],
    [
      'an existing replica in another region, with a proxy',
      (stack) => ({
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [
          { ...replica, proxy: {}, bucket: new s3.Bucket(stack, 'B', { versioned: true, bucketName: 'media-eu' }) },
        ],
      }),
      'replicas[0].bucket',
    ],
    [
      'a new key of another region for an existing replica',
      (stack) => ({
        replicas: [
          {
            ...replica,
            bucket: s3.Bucket.fromBucketName(stack, 'B', 'media-eu'),
            encryptionKey: new kms.Key(stack, 'K'),
          },
        ],
      }),
      'replicas[0].encryptionKey',
    ],
    [
      'an existing primary in a stack of another region',
      (_stack, europe) => ({ bucket: new s3.Bucket(europe, 'B', { bucketName: 'media-eu' }) }),
      'bucket',
    ],
    [
      'autoDeleteObjects with Object Lock, without a removal policy',
      () => ({ autoDeleteObjects: true, objectLockEnabled: true }),
      'autoDeleteObjects',
    ],
    [
      'an invalid account of a replica with a stack',
      (_stack, europe) => ({ replicas: [{ ...replica, stack: europe, account: '2222' }] }),
      'replicas[0].account',
    ],
  ])('%s', (_what, props, property) => {
    expect(errorOf(props).problems.map((problem) => problem.property)).toEqual([property]);
  });
});

test('ReplicatedMediaBucket reports all problems in one error, as data', () => {
  const props = (): Props => ({
    namePrefix: 'Studio',
    bucketName: 'Media',
    autoDeleteObjects: true,
    writeToReplicas: true,
    lifecycleRules: move(s3.StorageClass.GLACIER),
    repair: { maxAttempts: 0 },
    replicas: [
      { region: 'us-east-1', proxy: { redirectHttp: true } },
      { ...replica, account: '222222222222', tags: { tier: 'hot' } },
      { region: 'eu-north-1', replicationTimeControl: true, replicationMetrics: false },
    ],
  });
  const { problems, message } = errorOf(props);
  expect(problems.map(({ property, got }) => [property, got])).toEqual([
    ['namePrefix', 'Studio'],
    ['autoDeleteObjects', true],
    ['bucketName', 'Media'],
    ['lifecycleRules[0].transitions[0]', 'GLACIER after 0 days'],
    ['writeToReplicas', true],
    ['repair.maxAttempts', 0],
    ['replicas[0].region', 'us-east-1'],
    ['replicas[0].proxy.redirectHttp', expect.anything()],
    ['replicas[1].deleteMarkerReplication', undefined],
    ['replicas[2].replicationTimeControl', true],
  ]);
  expect(message.split('\n')).toHaveLength(problems.length);
  for (const { construct, expected, fix } of problems) {
    expect({ construct, complete: expected !== '' && /^[A-Z].*\.$/.test(fix) }).toEqual({
      construct: 'MediaStack/Media',
      complete: true,
    });
  }
});

test.each<[string, (stack: Stack) => Props, string]>([
  ['a parameter', (stack) => ({ bucketName: new CfnParameter(stack, 'Name').valueAsString }), 'bucketName'],
  ['the region', () => ({ bucketName: `media-${Aws.REGION}` }), 'bucketName'],
  ['lazy', () => ({ bucketName: Lazy.string({ produce: () => 'media' }) }), 'bucketName'],
  ['generated', () => ({ bucketName: PhysicalName.GENERATE_IF_NEEDED }), 'bucketName'],
  [
    'a parameter, for a replica',
    (stack) => ({ replicas: [{ ...replica, bucketName: new CfnParameter(stack, 'Name').valueAsString }] }),
    'replicas[0].bucketName',
  ],
  [
    'the account, for a replica in another account',
    () => ({ replicas: [{ ...replica, account: '222222222222', bucketName: `media-${Aws.ACCOUNT_ID}` }] }),
    'replicas[0].bucketName',
  ],
])('ReplicatedMediaBucket fails when a bucket name is a token: %s', (_what, props, property) => {
  expect(errorOf(props).problems).toEqual([
    {
      construct: 'MediaStack/Media',
      property,
      got: 'a value that is known only at deployment',
      expected: expect.stringContaining('stacks of other regions contain the name'),
      fix: expect.stringContaining('Aws.ACCOUNT_ID'),
    },
  ]);
});

test('ReplicatedMediaBucket can be validated before it is created, within the props of another construct', () => {
  const stack = new Stack(newApp(), 'MediaStack', { env: { region: 'us-east-1' } });
  const problems = new Problems(stack);
  ReplicatedMediaBucket._validate(problems.within('media'), { replicas: [{ region: 'us-east-1' }] }, stack);
  expect(problems.all).toMatchObject([{ construct: 'MediaStack', property: 'media.replicas[0].region' }]);
  expect(stack.node.children).toEqual([]);
});

describe('ReplicatedMediaBucket accepts', () => {
  test.each<[string, (stack: Stack, europe: Stack) => Props]>([
    ['a bucket name that contains the account as a token', () => ({ bucketName: `media-${Aws.ACCOUNT_ID}` })],
    ['the same for a replica', () => ({ replicas: [{ ...replica, bucketName: `media-${Aws.ACCOUNT_ID}-eu` }] })],
    [
      'an existing replica that is versioned by a raw override',
      (_stack, europe) => {
        const bucket = new s3.Bucket(europe, 'B', { bucketName: 'media-eu' });
        (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('VersioningConfiguration.Status', 'Enabled');
        return { encryption: s3.BucketEncryption.S3_MANAGED, replicas: [{ ...replica, bucket }] };
      },
    ],
    [
      'an existing replica whose name is generated if needed',
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
      'an archive class after one day, and immediately one that S3 replicates from',
      () => ({
        replicateExisting: false, // these rules race with a backfill
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
