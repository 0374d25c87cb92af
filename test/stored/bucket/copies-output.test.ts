import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  IReplicatedMediaBucket,
  MediaMonitoring,
  MediaReplica,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicatedMediaBucketProps,
  ReplicationCanary,
} from '../../../src';
import { ACCOUNT, KeyWorld } from '../../support/key-world';
import { REPLICA_REGIONS } from '../../support/replica-regions';
import { asText, newApp, synthesise, templateOf } from '../../support/synth';

const US = { account: ACCOUNT, region: 'us-east-1' };

/** An app with media, and the value that its output has after the deployment. */
function producer(props: Partial<ReplicatedMediaBucketProps> = {}, env: object = US, at = newApp()) {
  const stack = new Stack(at, 'Producer', { env });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1' }],
    replicateExisting: false,
    ...props,
  });
  const outputs = Object.entries<any>(asText(templateOf(stack).toJSON().Outputs));
  const [, { Value }] = outputs.find(([id]) => id.startsWith('MediaCopies'))!;
  const json: string = Value.replace(/\$\{AWS::AccountId\}/g, ACCOUNT).replace(/\$\{AWS::Partition\}/g, 'aws');
  expect(json).not.toContain('$');
  return { stack, media, json };
}

function consumer(json: string, region = 'ap-south-1'): { stack: Stack; media: IReplicatedMediaBucket } {
  const stack = new Stack(newApp(), 'Consumer', { env: { account: ACCOUNT, region } });
  return { stack, media: ReplicatedMediaBucket.fromCopies(stack, 'Media', json) };
}

const roleIn = (stack: Stack, roleName: string) =>
  new iam.Role(stack, roleName, { roleName, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });

const settingsOf = ({ stack, bucket, proxy, ...settings }: MediaReplica) => ({
  ...settings,
  proxyUrl: proxy?.url,
  proxyPrimaryUrl: proxy?.primaryUrl,
});

describe('ReplicatedMediaBucket.fromCopies', () => {
  test.each<[string, Partial<ReplicatedMediaBucketProps>]>([
    ['the defaults', {}],
    [
      'every setting of a replica',
      {
        lifecycleRules: [
          { prefix: 'proxies/', expiration: Duration.days(400) },
          { expiration: Duration.days(1), enabled: false },
        ],
        replicas: [
          {
            region: 'eu-west-1',
            prefix: 'video/',
            tags: { tier: 'hot' },
            deleteMarkerReplication: false,
            storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
            replicationTimeControl: false,
            proxy: {
              domainName: 'media.eu.example.com',
              primary: { domainName: 'media-primary.eu.example.com' },
              clientCidrs: ['10.20.0.0/16'],
              isolation: {},
            },
          },
          {
            region: 'eu-north-1',
            replicationMetrics: false,
            lifecycleRules: [
              { expiration: Duration.days(500) },
              { transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) }] },
              {
                transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) }],
              },
            ],
          },
        ],
      },
    ],
  ])('reads the output with %s', (_, props) => {
    const { media: original, json } = producer(props);
    const { stack, media } = consumer(json);
    expect(media.replicas.map(settingsOf)).toEqual(original.replicas.map(settingsOf));
    const [primary, ...replicas] = [JSON.parse(json).primary, ...JSON.parse(json).replicas];
    expect([media.primary, ...media.replicas.map(({ bucket }) => bucket)].map(({ bucketName }) => bucketName)).toEqual(
      [primary, ...replicas].map(({ bucketName }) => bucketName),
    );
    expect(media.primary.env).toMatchObject(US);
    expect(stack.resolve(media.metricReplicationLatency('eu-west-1').dimensions)).toMatchObject({
      RuleId: original.replicas[0].ruleId,
    });
  });

  test('contains the time for which a replica keeps every object, but no default', () => {
    const lifetimes = (lifecycleRules: s3.LifecycleRule[]) => {
      const { replicas } = producer({ lifecycleRules }).media;
      return replicas[0].objectLifetime?.toDays();
    };
    expect(lifetimes([])).toBeUndefined();
    expect(lifetimes([{ expiration: Duration.days(30), enabled: false }])).toBeUndefined();
    expect(lifetimes([{ noncurrentVersionExpiration: Duration.days(1) }])).toBeUndefined();
    expect(lifetimes([{ expiration: Duration.days(30) }, { expirationDate: new Date('2030-01-01') }])).toBe(0);
    expect(Object.keys(JSON.parse(producer().json).replicas[0])).toEqual([
      'bucketName',
      'region',
      'account',
      'encryptionKey',
      'ruleId',
    ]);
  });

  test.each<[string, (stack: Stack) => Partial<ReplicatedMediaBucketProps>]>([
    ['created keys', () => ({})],
    ['created keys of an account-agnostic app', () => ({})],
    ['S3 managed keys', () => ({ encryption: s3.BucketEncryption.S3_MANAGED })],
    [
      'keys by ARN and by alias',
      (stack) => ({
        encryptionKey: kms.Key.fromKeyArn(stack, 'Own', `arn:aws:kms:us-east-1:${ACCOUNT}:key/own`),
        replicas: [{ region: 'eu-west-1', encryptionKey: kms.Alias.fromAliasName(stack, 'Eu', 'alias/eu') }],
      }),
    ],
  ])('grants access in the policies of the importing app, with %s', (kind, props) => {
    const app = newApp();
    const scope = new Stack(app, 'Keys', { env: { ...US, region: 'eu-west-1' } });
    const aliased =
      kind.includes('alias') &&
      new kms.Alias(scope, 'Alias', { aliasName: 'alias/eu', targetKey: new kms.Key(scope, 'Key') });
    const world = new KeyWorld();
    const { json } = producer(props(scope), kind.includes('agnostic') ? { region: 'us-east-1' } : US, app);
    const { stack, media } = consumer(json);
    media.grantRead(roleIn(stack, 'reader'));
    media.grantPut(roleIn(stack, 'writer'));
    for (const root of [app, stack.node.root as App]) {
      for (const artifact of synthesise(root).stacks.filter(({ stackName }) => aliased || stackName !== 'Keys')) {
        world.deploy(artifact);
      }
    }
    expect(world.upload('film', 'us-east-1')).toEqual({ 'eu-west-1': 'replicated' });
    expect(world.objects).toHaveLength(2);
    expect(world.objects.filter(({ key }) => key)).toHaveLength(kind.startsWith('S3') ? 0 : 2);
    expect(world.unreadable('reader')).toEqual([]);
    expect(world.canUpload('writer', 'us-east-1')).toBe(true);
    expect(world.canUpload('reader', 'us-east-1')).toBe(kind.startsWith('S3'));
  });

  test('grants access to keys of the account and the region of their copy, for a principal in another account', () => {
    const { media: original, json } = producer();
    const partner = '222222222222';
    const stack = new Stack(newApp(), 'Consumer', { env: { account: partner, region: 'ap-south-1' } });
    ReplicatedMediaBucket.fromCopies(stack, 'Media', json).grantRead(roleIn(stack, 'reader'));
    const alias = original.replicas[0].ruleId.replace(/-eu-west-1$/, '');
    const [{ Properties }] = Object.values<any>(templateOf(stack).findResources('AWS::IAM::Policy'));
    const statements: any[] = asText(Properties.PolicyDocument.Statement);
    expect(statements.filter(({ Action }) => Action === 'kms:Decrypt')).toEqual(
      ['us-east-1', 'eu-west-1'].map((region) => ({
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: `arn:\${AWS::Partition}:kms:${region}:${ACCOUNT}:key/*`,
        Condition: {
          StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${alias}` },
        },
      })),
    );
    for (const { Condition } of statements.filter(({ Action }) => !String(Action).startsWith('kms'))) {
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': ACCOUNT } });
    }
  });

  test('grants reading with former keys', () => {
    const scope = new Stack(newApp(), 'Keys', { env: US });
    const formerArn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/former`;
    const { json } = producer({ formerEncryptionKeys: [kms.Key.fromKeyArn(scope, 'Former', formerArn)] });
    const { stack, media } = consumer(json);
    media.grantReadWrite(roleIn(stack, 'app'));
    templateOf(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt', Resource: formerArn })]),
      },
    });
  });

  test.each([[true], [false]])('grants uploads to every copy with writeToReplicas: %s', (writeToReplicas) => {
    const { stack, media } = consumer(producer({ writeToReplicas }).json);
    media.grantPut(roleIn(stack, 'app'));
    const text = JSON.stringify(templateOf(stack).toJSON());
    expect(text.match(/s3:PutObject"/g)).toHaveLength(writeToReplicas ? 2 : 1);
  });

  test('is enough for a router, a canary and monitoring', () => {
    const proxy = { domainName: 'media.eu.example.com', primary: { domainName: 'media-primary.eu.example.com' } };
    const proxied = [{ region: 'eu-west-1', proxy }];
    const { stack, media } = consumer(producer({ replicas: proxied }).json);
    const router = new MediaRouter(stack, 'Router', { media });
    const canary = new ReplicationCanary(stack, 'Canary', { media });
    new MediaMonitoring(stack, 'Monitoring', { media, router, canary });
    expect(JSON.stringify(templateOf(stack).toJSON())).toContain('https://media.eu.example.com');
  });

  test('stays readable with 20 replicas', () => {
    const replicas = REPLICA_REGIONS.map((region) => ({
      region,
      proxy: { domainName: `media.${region}.streaming.departments.example.com` },
    }));
    const { json } = producer({ replicas });
    // CloudFormation documents no limit for outputs without an export. The parameter store accepts 8 KB.
    expect(json.length).toBeLessThan(8 * 1024);
    expect(consumer(json).media.replicas).toHaveLength(20);
  });

  describe('fails when', () => {
    const message = (json: string) => {
      try {
        consumer(json);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };

    test('the value is known only at deployment', () => {
      expect(message(new Stack().account)).toBe(
        '[Consumer/Media] json: got "a value that is known only at deployment", expected the value of the output `Copies` of a ' +
          'ReplicatedMediaBucket as a literal, because policies and names are derived from it at synthesis. Save the value ' +
          'with `aws cloudformation describe-stacks` in a file of this app or in the context in cdk.json.',
      );
    });

    test.each(['dummy-value-for-/studio/media', '{}', 'null', '{"primary":{}}'])('the value is %s', (json) => {
      expect(message(json)).toBe(
        `[Consumer/Media] json: got ${JSON.stringify(json)}, expected the value of the output \`Copies\` of a ` +
          'ReplicatedMediaBucket. Read it with `aws cloudformation describe-stacks`. A lookup of an SSM parameter returns ' +
          'another value at first: specify a default value and test for it.',
      );
    });

    test.each([
      [2, '2'],
      [undefined, 'nothing'],
    ])('the version is %s', (version, shown) => {
      expect(message(JSON.stringify({ ...JSON.parse(producer().json), version }))).toBe(
        `[Consumer/Media] json.version: got ${shown}, expected 1, the format of this version of cdk-media-replication. Use the ` +
          'same version of cdk-media-replication in both apps, deploy the app that creates the buckets, and read its output again.',
      );
    });
  });
});
