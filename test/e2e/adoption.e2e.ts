import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as s3 from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { TestAuthority } from './support/certificates';
import { CloudFormation, CustomResourceAnswer } from './support/cloudformation';
import { DeployedFunction, fillIn } from './support/deployed-function';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { Minio } from './support/minio';
import { CREDENTIALS } from './support/s3-server';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../src';
import { S3BucketConfiguration } from '../simulators/s3-bucket-configuration';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const MEDIA = 'years-of-media';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/existing`;

const dir = mkdtempSync(join(tmpdir(), 'adoption-'));
const authority = new TestAuthority(dir);
const cloudFormation = new CloudFormation(authority);
const gate = new Gate();
const functions: DeployedFunction[] = [];
const buckets = new S3BucketConfiguration(ACCOUNT);
let endpoint: string;
let client: s3.S3Client;

/** The synthesised app of a stack that uses the existing bucket as its primary. */
class MediaApp {
  readonly assembly: CloudAssembly;

  constructor(
    private readonly stackName: string,
    props: Partial<ReplicatedMediaBucketProps> = {},
    roleArn?: string,
  ) {
    const app = new App({ outdir: mkdtempSync(join(dir, 'cdk-')), analyticsReporting: false });
    const stack = new Stack(app, stackName, { env: { region: REGION } });
    new ReplicatedMediaBucket(stack, 'Media', {
      bucket: Bucket.fromBucketName(stack, 'Existing', MEDIA),
      replicationRole: roleArn ? iam.Role.fromRoleArn(stack, 'Role', roleArn) : undefined,
      replicas: [{ region: 'eu-west-1' }],
      ...props,
    });
    this.assembly = app.synth();
  }

  /** The properties of the custom resource for the rules of a bucket, as CloudFormation passes them. */
  properties(id = 'Primary'): Record<string, string> {
    return this.propertiesOf('Custom::MediaReplicationRules', `MediaRules${id}`);
  }

  /** The properties of the custom resource for the notification of replication events. */
  events(): Record<string, string> {
    return this.propertiesOf('Custom::MediaReplicationEvents', '');
  }

  private propertiesOf(type: string, id: string): Record<string, string> {
    const { Resources } = this.assembly.getStackByName(this.stackName).template;
    const [, { Properties }] = Object.entries<any>(Resources).find(
      ([name, { Type }]) => Type === type && name.startsWith(id),
    )!;
    return fillIn(Properties, REGION, (logicalId, attribute) =>
      attribute === 'Arn' && /Role/.test(logicalId) ? `arn:aws:iam::${ACCOUNT}:role/${this.stackName}` : logicalId,
    );
  }

  async start(env: Record<string, string> = {}): Promise<DeployedFunction> {
    const fn = DeployedFunction.from({
      assembly: this.assembly,
      stackName: this.stackName,
      logicalId: 'MediaRulesFunction',
      env: {
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_MAX_ATTEMPTS: '1', // the SDK must not retry calls that the test interrupts
        NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
        HOSTS: JSON.stringify(cloudFormation.hosts),
        ...env,
      },
    });
    functions.push(fn);
    return fn.start();
  }
}

type Request = 'Create' | 'Update' | 'Delete';
let fn: DeployedFunction;

const send = (
  RequestType: Request,
  ResourceProperties: Record<string, string>,
  OldResourceProperties?: Record<string, string>,
): Promise<CustomResourceAnswer> =>
  cloudFormation.send(fn, {
    RequestType,
    LogicalResourceId: 'Rules',
    PhysicalResourceId: RequestType === 'Create' ? undefined : MEDIA,
    ResourceProperties,
    OldResourceProperties,
  });

const otherRule = (ID: string, more: Partial<s3.ReplicationRule> = {}): s3.ReplicationRule => ({
  ID,
  Priority: 7,
  Status: 'Enabled',
  Filter: { Prefix: 'logs/' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: 'arn:aws:s3:::somewhere-else' },
  ...more,
});

async function configuration(): Promise<s3.ReplicationConfiguration | undefined> {
  try {
    const answer = await client.send(new s3.GetBucketReplicationCommand({ Bucket: MEDIA }));
    return answer.ReplicationConfiguration;
  } catch (error) {
    if ((error as Error).name === 'ReplicationConfigurationNotFoundError') return undefined;
    throw error;
  }
}

const put = (Role: string, ...Rules: s3.ReplicationRule[]) =>
  client.send(new s3.PutBucketReplicationCommand({ Bucket: MEDIA, ReplicationConfiguration: { Role, Rules } }));
const version = (Status: 'Enabled' | 'Suspended') =>
  client.send(new s3.PutBucketVersioningCommand({ Bucket: MEDIA, VersioningConfiguration: { Status } }));
const ids = async () => (await configuration())?.Rules?.map(({ ID }) => ID);
const ruleIds = (properties: Record<string, string>) => JSON.parse(properties.Rules).map(({ ID }: any) => ID);

const library = new MediaApp('Library');
const libraryRules = library.properties();
const [ruleId] = ruleIds(libraryRules);

beforeAll(async () => {
  writeFileSync(join(dir, 'ca.pem'), authority.certificate);
  await cloudFormation.start();
  await buckets.start();
  endpoint = await gate.before(buckets.endpoint);
  client = new s3.S3Client({
    endpoint: buckets.endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  fn = await library.start();
});

afterAll(() => {
  for (const each of functions) each.kill();
  client.destroy();
  gate.stop();
  buckets.stop();
  cloudFormation.stop();
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  buckets.reset();
  await client.send(new s3.CreateBucketCommand({ Bucket: MEDIA }));
  await version('Enabled');
});

describe('an imported bucket', () => {
  test('receives the rules of the construct, and loses them on deletion', async () => {
    expect(await send('Create', libraryRules)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: MEDIA });
    const found = await configuration();
    expect(found!.Role).toBe(`arn:aws:iam::${ACCOUNT}:role/Library`);
    expect(found!.Rules).toHaveLength(1);
    expect(found!.Rules![0]).toMatchObject({
      ID: ruleId,
      Priority: 1,
      Status: 'Enabled',
      DeleteMarkerReplication: { Status: 'Enabled' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: {
        Bucket: expect.stringMatching(/^arn:aws:s3:::media-[0-9a-f]{8}-111111111111-eu-west-1-an$/),
        EncryptionConfiguration: { ReplicaKmsKeyID: expect.stringMatching(/^arn:aws:kms:eu-west-1:.*:alias\//) },
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      },
    });
    expect(await send('Delete', libraryRules)).toMatchObject({ Status: 'SUCCESS' });
    expect(await configuration()).toBeUndefined();
    expect(await send('Delete', libraryRules)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('keeps existing rules, their order and priorities during create, update and delete', async () => {
    const others = [
      otherRule('first', { Priority: 9 }),
      otherRule('second', { Priority: 3, Filter: { Prefix: 'x/' } }),
    ];
    await put(ROLE, ...others);
    const before = (await configuration())!.Rules!;
    const one = new MediaApp('Library', {}, ROLE).properties();
    const two = new MediaApp('Library', { replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }] }, ROLE);

    await send('Create', one);
    expect((await configuration())!.Rules!.slice(0, 2)).toEqual(before);
    expect((await configuration())!.Rules![2]).toMatchObject({ ID: ruleIds(one)[0], Priority: 10 });
    await send('Update', two.properties(), one);
    expect((await configuration())!.Rules!.slice(0, 2)).toEqual(before);
    expect((await configuration())!.Rules!.map(({ Priority }) => Priority)).toEqual([9, 3, 10, 11]);
    await send('Update', one, two.properties());
    expect(await ids()).toEqual(['first', 'second', ruleIds(one)[0]]);
    await send('Delete', one);
    expect(await configuration()).toEqual({ Role: ROLE, Rules: before });
  });

  test('must be versioned, unless enableVersioning is set', async () => {
    await version('Suspended');
    expect(await send('Create', libraryRules)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/years-of-media is not versioned.*enableVersioning: true/),
    });
    expect(await configuration()).toBeUndefined();
    await send('Delete', libraryRules);

    const withVersioning = new MediaApp('Library', { enableVersioning: true }).properties();
    expect(await send('Create', withVersioning)).toMatchObject({ Status: 'SUCCESS' });
    expect(await client.send(new s3.GetBucketVersioningCommand({ Bucket: MEDIA }))).toMatchObject({
      Status: 'Enabled',
    });
  });

  test('must not use a key that is not specified', async () => {
    const encrypt = (KMSMasterKeyID: string) =>
      client.send(
        new s3.PutBucketEncryptionCommand({
          Bucket: MEDIA,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } }],
          },
        }),
      );
    await encrypt(`arn:aws:kms:us-east-1:${ACCOUNT}:key/1234`);
    expect(await send('Create', libraryRules)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/encrypts with .*key\/1234, but `encryptionKey` is not specified.*Key.fromKeyArn/),
    });
    expect(
      await send('Create', { ...libraryRules, EncryptionKey: `arn:aws:kms:us-east-1:${ACCOUNT}:key/5678` }),
    ).toMatchObject({
      Status: 'FAILED',
    });
    expect(
      await send('Create', { ...libraryRules, EncryptionKey: `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234` }),
    ).toMatchObject({
      Status: 'SUCCESS',
    });
    const EncryptionKey = `arn:aws:kms:us-east-1:${ACCOUNT}:key/5678`;
    const FormerEncryptionKeys = JSON.stringify([`arn:aws:kms:us-east-1:${ACCOUNT}:key/1234`]);
    expect(await send('Create', { ...libraryRules, EncryptionKey, FormerEncryptionKeys })).toMatchObject({
      Status: 'SUCCESS',
    });
    await encrypt('arn:aws:kms:us-east-1:111111111111:alias/aws/s3');
    expect(await send('Create', libraryRules)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([undefined, 'arn:aws:kms:us-east-1:111111111111:alias/aws/s3'])(
    'must not use KMS, with the key %s, if S3 would skip its objects',
    async (KMSMasterKeyID) => {
      await client.send(
        new s3.PutBucketEncryptionCommand({
          Bucket: MEDIA,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } }],
          },
        }),
      );
      const withoutKeys = new MediaApp('Library', { encryption: BucketEncryption.S3_MANAGED }).properties();
      expect(await send('Create', withoutKeys)).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringMatching(/years-of-media encrypts with KMS, but the rule .* S3 would skip them silently/),
      });
      expect(await configuration()).toBeUndefined();
    },
  );

  test('must not have a policy that denies replication', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyFromVpc',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${MEDIA}/*`],
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } },
        },
      ],
    });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket: MEDIA, Policy }));
    expect(await send('Create', libraryRules)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/OnlyFromVpc.*denies s3:GetReplicationConfiguration.*Exempt arn:aws:iam/),
    });
    expect(await configuration()).toBeUndefined();
  });

  test('fails the deployment quickly if S3 does not respond', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const answering = fn;
    try {
      fn = await library.start({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
      expect(await send('Create', libraryRules)).toMatchObject({
        Status: 'FAILED',
        Reason: expect.stringContaining(MEDIA),
      });
    } finally {
      fn = answering;
      silent.close();
    }
  });

  test('can be missing when the stack is deleted', async () => {
    await send('Create', libraryRules);
    await client.send(new s3.DeleteBucketCommand({ Bucket: MEDIA }));
    expect(await send('Delete', libraryRules)).toMatchObject({ Status: 'SUCCESS' });
    expect(await send('Create', libraryRules)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: MEDIA });
  });
});

describe('a conflict fails the deployment without changes', () => {
  const expectConflict = async (properties: Record<string, string>, reason: RegExp) => {
    const before = await configuration();
    expect(await send('Create', properties)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(reason),
    });
    expect(await configuration()).toEqual(before);
    await send('Delete', properties);
    expect(await configuration()).toEqual(before);
  };

  test('with the role of existing rules or of another stack', async () => {
    await put(ROLE, otherRule('first'));
    await expectConflict(
      libraryRules,
      /other rules \(first\) with the role arn:aws:iam::111111111111:role\/existing.*Role.fromRoleArn/,
    );
    await client.send(new s3.DeleteBucketReplicationCommand({ Bucket: MEDIA }));
    await send('Create', libraryRules);
    await expectConflict(new MediaApp('Another').properties(), /with the role .*role\/Library/);
  });

  test('with a rule of version 1 of the configuration', async () => {
    await put(ROLE, { ID: 'old', Status: 'Enabled', Prefix: '', Destination: { Bucket: 'arn:aws:s3:::elsewhere' } });
    await expectConflict(
      new MediaApp('Library', {}, ROLE).properties(),
      /The rule old uses version 1 of the replication configuration/,
    );
  });

  test('with a rule for the same objects and destination', async () => {
    const properties = new MediaApp('Library', {}, ROLE).properties();
    const { Destination } = JSON.parse(properties.Rules)[0];
    await put(ROLE, otherRule('same', { Destination, Filter: { Prefix: 'video/' } }));
    await expectConflict(properties, /The rule same replicates the same objects to arn:aws:s3:::media-/);
  });

  test('with rules that use the role to be deleted', async () => {
    await send('Create', libraryRules);
    const { Role, Rules } = (await configuration())!;
    await put(Role!, ...Rules!, otherRule('late', { Priority: 50 }));
    expect(await send('Delete', libraryRules)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/Other rules of years-of-media \(late\) use .*deleted with this stack/),
    });
    expect(await ids()).toEqual(['late']);
    await put(ROLE, otherRule('late', { Priority: 50 }));
    expect(await send('Delete', libraryRules)).toMatchObject({ Status: 'SUCCESS' });
    expect(await ids()).toEqual(['late']);
  });
});

test('two stacks can share one bucket and one role', async () => {
  const [one, two] = ['Library', 'Another'].map((name) => new MediaApp(name, {}, ROLE).properties());
  await send('Create', one);
  await send('Create', two);
  expect(await ids()).toEqual([...ruleIds(one), ...ruleIds(two)]);
  await send('Delete', one);
  expect(await ids()).toEqual(ruleIds(two));
});

test('reverse rules are added to the replicas, and removed on deletion', async () => {
  const twoWay = new MediaApp('Library', {
    encryption: BucketEncryption.S3_MANAGED,
    writeToReplicas: true,
    replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
  });
  const properties = twoWay.properties('Fromeuwest1');
  const replica = { Bucket: properties.BucketName };
  await client.send(new s3.CreateBucketCommand(replica));
  await client.send(new s3.PutBucketVersioningCommand({ ...replica, VersioningConfiguration: { Status: 'Enabled' } }));
  expect(await send('Create', properties)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: replica.Bucket });
  const { ReplicationConfiguration: found } = await client.send(new s3.GetBucketReplicationCommand(replica));
  expect(found!.Rules!.map(({ Destination }) => Destination!.Bucket)).toEqual([
    `arn:aws:s3:::${MEDIA}`,
    expect.stringMatching(/ap-southeast-2-an$/),
  ]);
  expect(await send('Delete', properties)).toMatchObject({ Status: 'SUCCESS' });
  await expect(client.send(new s3.GetBucketReplicationCommand(replica))).rejects.toMatchObject({
    name: 'ReplicationConfigurationNotFoundError',
  });
});

describe('a handler that crashes after any call', () => {
  const one = new MediaApp('Library', { enableVersioning: true }, ROLE).properties();
  const two = new MediaApp(
    'Library',
    { enableVersioning: true, replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }] },
    ROLE,
  ).properties();
  const existing = otherRule('first');

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>, () => string[]]>([
    ['Create', async () => undefined, () => send('Create', one), () => ['first', ...ruleIds(one)]],
    ['Update', () => send('Create', one), () => send('Update', two, one), () => ['first', ...ruleIds(two)]],
    ['Delete', () => send('Create', one), () => send('Delete', one), () => ['first']],
  ])('keeps existing rules, and succeeds when retried: %s', async (_, before, call, expected) => {
    await put(ROLE, existing);
    await before();
    gate.count();
    await call();
    const { calls } = gate;
    expect(calls).toBeGreaterThan(1);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await put(ROLE, existing);
      await before();
      gate.count(stopAt, () => fn.kill());
      await expect(call()).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
      gate.count();
      fn = await library.start();
      expect(await ids()).toContain('first');
      expect(await call()).toMatchObject({ Status: 'SUCCESS' });
      expect(await ids()).toEqual(expected());
      expect((await configuration())!.Rules![0]).toEqual(existing);
    }
  });
});

describe('Object Lock of an imported bucket', () => {
  const locked = (objectLockEnabled: boolean, writeToReplicas = false) =>
    new MediaApp('Library', {
      objectLockEnabled,
      writeToReplicas,
      encryption: BucketEncryption.S3_MANAGED,
    }).properties();
  const lock = () =>
    client.send(
      new s3.PutObjectLockConfigurationCommand({
        Bucket: MEDIA,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
      }),
    );

  test('must be known, so that its replicas have it too', async () => {
    await lock();
    expect(await send('Create', libraryRules)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /years-of-media has Object Lock, but the other copies do not.*objectLockEnabled: true/,
      ),
    });
    expect(await configuration()).toBeUndefined();
    expect(await send('Create', locked(true))).toMatchObject({ Status: 'SUCCESS' });
  });

  test('is required if replicas with Object Lock replicate to the bucket', async () => {
    expect(await send('Create', locked(true))).toMatchObject({ Status: 'SUCCESS' });
    expect(await send('Create', locked(true, true))).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(/years-of-media has no Object Lock, but `objectLockEnabled` is true/),
    });
    await lock();
    expect(await send('Create', locked(true, true))).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('the notifications of an imported bucket', () => {
  const FAILED = 's3:Replication:OperationFailedReplication';
  const events = library.events();
  const withoutTimeControl = new MediaApp('Library', {
    replicas: [{ region: 'eu-west-1', replicationTimeControl: false }],
  }).events();
  const own = ({ Id, TopicArn, Events }: any): s3.TopicConfiguration => ({ Id, TopicArn, Events });
  const others: s3.NotificationConfiguration = {
    TopicConfigurations: [{ Id: 'topic', TopicArn: 'arn:aws:sns:us-east-1:1:t', Events: ['s3:ObjectRemoved:*'] }],
    QueueConfigurations: [
      {
        Id: 'queue',
        QueueArn: 'arn:aws:sqs:us-east-1:1:q',
        Events: ['s3:ObjectCreated:*'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'prefix', Value: 'films/' },
              { Name: 'suffix', Value: '.mp4' },
            ],
          },
        },
      },
    ],
    LambdaFunctionConfigurations: [
      { Id: 'function', LambdaFunctionArn: 'arn:aws:lambda:us-east-1:1:function:f', Events: ['s3:ObjectRestore:*'] },
    ],
    EventBridgeConfiguration: {},
  };
  const putNotifications = (NotificationConfiguration: s3.NotificationConfiguration) =>
    client.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket: MEDIA, NotificationConfiguration }));
  const notifications = async (): Promise<s3.NotificationConfiguration> => {
    const { $metadata: _, ...found } = await client.send(
      new s3.GetBucketNotificationConfigurationCommand({ Bucket: MEDIA }),
    );
    return found;
  };
  const withOwn = (properties: object) => ({
    ...others,
    TopicConfigurations: [...others.TopicConfigurations!, own(properties)],
  });

  test('receive one for replication events, and lose it on deletion', async () => {
    expect(await send('Create', events)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: MEDIA });
    expect((await notifications()).TopicConfigurations).toEqual([own(events)]);
    expect(events.Events).toContain(FAILED);
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual({});
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('of other tools stay as they are during create, update and delete', async () => {
    await putNotifications(others);
    await send('Create', events);
    expect(await notifications()).toEqual(withOwn(events));
    await send('Update', withoutTimeControl, events);
    expect(await notifications()).toEqual(withOwn(withoutTimeControl));
    expect(await send('Update', { ...events, Id: 'renamed' }, withoutTimeControl)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual(withOwn({ ...events, Id: 'renamed' }));
    await send('Delete', { ...events, Id: 'renamed' });
    expect(await notifications()).toEqual(others);
  });

  test('are recognised after the CDK’s function has changed their IDs', async () => {
    await send('Create', events);
    await putNotifications({ TopicConfigurations: [{ ...own(events), Id: 'changed' }] });
    expect(await send('Update', withoutTimeControl, events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual({ TopicConfigurations: [own(withoutTimeControl)] });
    await putNotifications({ TopicConfigurations: [{ ...own(withoutTimeControl), Id: 'changed' }] });
    expect(await send('Delete', withoutTimeControl)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual({});
  });

  test('for the same events fail the deployment without changes', async () => {
    const conflicting: s3.NotificationConfiguration = {
      ...others,
      QueueConfigurations: [
        {
          Id: 'alerts',
          QueueArn: 'arn:aws:sqs:us-east-1:1:alerts',
          Events: ['s3:Replication:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'films/' }] } },
        },
      ],
    };
    await putNotifications(conflicting);
    expect(await send('Create', events)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /years-of-media.*same events: alerts \(s3:Replication:\*\) to arn:aws:sqs:us-east-1:1:alerts.*subscribe the destinations to `replicationEvents`/,
      ),
    });
    expect(await notifications()).toEqual(conflicting);
    // S3 would reject it too.
    await expect(putNotifications({ ...conflicting, TopicConfigurations: [own(events)] })).rejects.toThrow(
      /ambiguously/,
    );
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual(conflicting);
  });

  test('with a missing destination are named, and block neither a rollback nor the deletion', async () => {
    await putNotifications(others);
    buckets.unreachable.add('arn:aws:sqs:us-east-1:1:q');
    expect(await send('Create', events)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /years-of-media.*does not exist, or does not allow S3: .*arn:aws:sqs:us-east-1:1:q/,
      ),
    });
    expect(await notifications()).toEqual(others);
    buckets.unreachable.clear();
    await send('Create', events);
    buckets.unreachable.add('arn:aws:sqs:us-east-1:1:q');
    expect(await send('Update', withoutTimeControl, events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await send('Update', events, withoutTimeControl)).toMatchObject({ Status: 'SUCCESS' });
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual(others);
  });

  test('can be missing with the bucket when the stack is deleted', async () => {
    await send('Create', events);
    await client.send(new s3.DeleteBucketCommand({ Bucket: MEDIA }));
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await send('Create', events)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: MEDIA });
  });

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>, () => s3.NotificationConfiguration]>([
    ['Create', async () => undefined, () => send('Create', events), () => withOwn(events)],
    [
      'Update',
      () => send('Create', events),
      () => send('Update', { ...withoutTimeControl, Id: 'renamed' }, events),
      () => withOwn({ ...withoutTimeControl, Id: 'renamed' }),
    ],
    ['Delete', () => send('Create', events), () => send('Delete', events), () => others],
  ])('survive a handler that crashes after any call: %s', async (_, before, call, expected) => {
    await putNotifications(others);
    await before();
    gate.count();
    await call();
    const { calls } = gate;
    expect(calls).toBeGreaterThan(1);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await putNotifications(others);
      await before();
      gate.count(stopAt, () => fn.kill());
      await expect(call()).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
      gate.count();
      fn = await library.start();
      expect(await notifications()).toMatchObject({ ...others, TopicConfigurations: expect.anything() });
      expect(await call()).toMatchObject({ Status: 'SUCCESS' });
      expect(await notifications()).toEqual(expected());
    }
  });

  test('receive it again if another writer replaces them at the same time', async () => {
    const without = '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>';
    buckets.overwrites.set('notification', without);
    expect(await send('Create', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual({ TopicConfigurations: [own(events)] });

    await putNotifications(others);
    await send('Update', withoutTimeControl, events);
    expect(await notifications()).toEqual(withOwn(withoutTimeControl));
  });

  test('lose it also if another writer adds it again at the same time', async () => {
    await send('Create', events);
    const { Id, TopicArn } = own(events);
    const topic = `<TopicConfiguration><Id>${Id}</Id><Topic>${TopicArn}</Topic><Event>${FAILED}</Event></TopicConfiguration>`;
    buckets.overwrites.set('notification', `<NotificationConfiguration>${topic}</NotificationConfiguration>`);
    expect(await send('Delete', events)).toMatchObject({ Status: 'SUCCESS' });
    expect(await notifications()).toEqual({});
  });
});

test('rules that another writer removes at the same time are added again', async () => {
  let removed = false;
  const remove = async () => {
    for (let time = 0; time < 200 && !removed; time++) {
      if ((await ids())?.includes(ruleId)) {
        removed = true;
        await client.send(new s3.DeleteBucketReplicationCommand({ Bucket: MEDIA }));
      }
    }
  };
  const [answer] = await Promise.all([send('Create', libraryRules), remove()]);
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
});

describe('with servers that replicate', () => {
  const servers = { [REGION]: 9410, 'eu-west-1': 9420 };
  const [primary, replica] = Object.entries(servers).map(([region, port]) => new Minio({ dir, region, port }));
  const twoWay = new MediaApp('Library', {
    encryption: BucketEncryption.S3_MANAGED,
    writeToReplicas: true,
    replicaModificationSync: true,
    replicas: [{ region: 'eu-west-1', prefix: 'video/' }],
  });
  const bucketOf = { primary: MEDIA, replica: twoWay.properties('Fromeuwest1').BucketName };
  const clients = Object.entries(servers).map(
    ([region, port]) =>
      new s3.S3Client({
        endpoint: `http://127.0.0.1:${port}`,
        region,
        forcePathStyle: true,
        credentials: CREDENTIALS,
      }),
  );
  const started: DeployedFunction[] = [];

  /** MinIO has its own ARNs for buckets of other servers, and no roles. */
  const forMinio = (properties: Record<string, string>, arn: string) => ({
    ...properties,
    Role: '',
    RoleIsManaged: 'false',
    Rules: properties.Rules.replace(/arn:aws:s3:::[^"]*/g, arn),
  });
  /** Adds an existing rule, for which the server creates the ARN of the other bucket. */
  const connect = async (index: number, server: Minio, name: string, url: string) => {
    server.admin('replicate', 'add', `here/${name}`, '--remote-bucket', url, '--priority', '5', '--id', 'existing');
    const [rule] = await rulesOf(index, name);
    const Rules = [{ ...rule, Filter: { Prefix: 'health/' } }];
    await clients[index].send(
      new s3.PutBucketReplicationCommand({ Bucket: name, ReplicationConfiguration: { Role: '', Rules } }),
    );
    return rule.Destination!.Bucket!;
  };
  const read = async (index: number, name: string, Key: string) => {
    const answer = await clients[index].send(new s3.GetObjectCommand({ Bucket: name, Key }));
    return answer.Body!.transformToString();
  };
  const rulesOf = async (index: number, name: string) =>
    (await clients[index].send(new s3.GetBucketReplicationCommand({ Bucket: name }))).ReplicationConfiguration!.Rules!;

  beforeAll(async () => {
    await Promise.all([primary.start(), replica.start()]);
    primary.admin('mb', '--with-versioning', `here/${bucketOf.primary}`);
    replica.admin('mb', '--with-versioning', `here/${bucketOf.replica}`);
  });

  afterAll(() => {
    for (const each of [...clients, primary, replica]) 'destroy' in each ? each.destroy() : each.stop();
    for (const each of started) each.kill();
  });

  test('objects replicate in both directions beside existing rules, until the rules are removed', async () => {
    const arns = {
      forward: await connect(0, primary, bucketOf.primary, `${replica.url}/${bucketOf.replica}`),
      reverse: await connect(1, replica, bucketOf.replica, `${primary.url}/${bucketOf.primary}`),
    };
    const forward = forMinio(twoWay.properties(), arns.forward);
    const reverse = forMinio(twoWay.properties('Fromeuwest1'), arns.reverse);
    for (const [properties, port] of [
      [forward, 9410],
      [reverse, 9420],
    ] as const) {
      fn = await twoWay.start({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
      started.push(fn);
      expect(await send('Create', properties)).toMatchObject({ Status: 'SUCCESS' });
    }
    expect((await rulesOf(0, bucketOf.primary)).map(({ ID }) => ID)).toEqual(['existing', ...ruleIds(forward)]);

    await clients[0].send(
      new s3.PutObjectCommand({ Bucket: bucketOf.primary, Key: 'video/from-primary', Body: 'first' }),
    );
    await clients[1].send(
      new s3.PutObjectCommand({ Bucket: bucketOf.replica, Key: 'video/from-replica', Body: 'second' }),
    );
    await eventually(async () => {
      expect(await read(1, bucketOf.replica, 'video/from-primary')).toBe('first');
      expect(await read(0, bucketOf.primary, 'video/from-replica')).toBe('second');
    });

    expect(await send('Delete', reverse)).toMatchObject({ Status: 'SUCCESS' });
    fn = started[0];
    expect(await send('Delete', forward)).toMatchObject({ Status: 'SUCCESS' });
    for (const [index, bucket] of [bucketOf.primary, bucketOf.replica].entries()) {
      expect((await rulesOf(index, bucket)).map(({ ID }) => ID)).toEqual(['existing']);
    }
  });
});
