import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { Markdown } from '../../support/markdown';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const RULES = 'Custom::MediaReplicationRules';

function mediaOf(props: Partial<ReplicatedMediaBucketProps> = {}, stack: Stack = primaryStack()) {
  const bucket = props.bucket ?? s3.Bucket.fromBucketName(stack, 'Existing', 'years-of-media');
  return {
    stack,
    media: new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1' }],
      replicateExisting: false,
      ...props,
      bucket,
    }),
  };
}

const rulesIn = (stack: Stack) =>
  Object.values(templateOf(stack).findResources(RULES))
    .map(asText)
    .map(({ Properties, ...rest }: any) => ({ ...rest, ...Properties, Rules: JSON.parse(Properties.Rules) }));
const statements = (stack: Stack, role: RegExp) =>
  Object.values(templateOf(stack).findResources('AWS::IAM::Policy'))
    .map(asText)
    .filter(({ Properties }: any) => role.test(JSON.stringify(Properties.Roles)))
    .flatMap(({ Properties }: any) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }: any) => ({
      actions: [Action].flat(),
      resources: [Resource].flat(),
      condition: JSON.stringify(Condition ?? {}),
    }));

describe('ReplicatedMediaBucket with an imported bucket', () => {
  test('uses it as the primary', () => {
    const { stack, media } = mediaOf();
    expect(media.primary.bucketName).toBe('years-of-media');
    templateOf(stack).resourceCountIs('AWS::S3::Bucket', 0);
    templateOf(media.replica('eu-west-1').stack).resourceCountIs('AWS::S3::Bucket', 1);
  });

  test('tells the backfill which replicas are existing buckets', () => {
    const stack = primaryStack();
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Old', { bucketName: 'old-media', region: 'eu-west-1' });
    const replicas = [{ region: 'eu-west-1', bucket }, { region: 'eu-north-1' }];
    mediaOf({ replicas, replicateExisting: true, encryption: s3.BucketEncryption.S3_MANAGED }, stack);
    templateOf(stack).hasResourceProperties('Custom::MediaBackfill', {
      Replicas: ['old-media', Match.anyValue()],
      ExistingReplicas: ['old-media'],
      ExistingBucket: 'true',
    });
  });

  test('creates rules with a custom resource, in the format of the S3 API', () => {
    const [{ Rules, ...properties }] = rulesIn(mediaOf({ encryptionKey: undefined }).stack);
    expect(properties).toMatchObject({
      BucketName: 'years-of-media',
      Region: 'us-east-1',
      Account: '${AWS::AccountId}',
      Role: expect.stringMatching(/^\$\{MediaReplicationRole/),
      RoleIsManaged: 'true',
      EnableVersioning: 'false',
    });
    expect(Rules).toEqual([
      {
        ID: expect.stringMatching(/^media-[0-9a-f]{8}-eu-west-1$/),
        Status: 'Enabled',
        Filter: { Prefix: '' },
        DeleteMarkerReplication: { Status: 'Enabled' },
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: {
          Bucket: expect.stringMatching(/^arn:\$\{AWS::Partition\}:s3:::media-/),
          EncryptionConfiguration: { ReplicaKmsKeyID: expect.stringMatching(/:alias\//) },
          Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
          ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
        },
      },
    ]);
  });

  test('allows the function to modify the rules of this bucket, and to pass this role to S3', () => {
    const { stack } = mediaOf();
    const [pass, rules] = statements(stack, /RulesFunctionRole/).filter(
      ({ actions }) => !actions[0].startsWith('logs'),
    );
    expect(pass).toEqual({
      actions: ['iam:PassRole'],
      resources: [expect.stringMatching(/^\$\{MediaReplicationRole\w+\.Arn\}$/)],
      condition: '{"StringEquals":{"iam:PassedToService":"s3.amazonaws.com"}}',
    });
    expect(rules).toEqual({
      actions: [
        's3:GetBucketPolicy',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetReplicationConfiguration',
        's3:PutReplicationConfiguration',
        's3:GetBucketObjectLockConfiguration',
      ],
      resources: ['arn:${AWS::Partition}:s3:::years-of-media'],
      condition: '{"StringEquals":{"aws:ResourceAccount":"${AWS::AccountId}"}}',
    });
    const withVersioning = statements(mediaOf({ enableVersioning: true }).stack, /RulesFunctionRole/);
    expect(withVersioning.flatMap(({ actions }) => actions)).toContain('s3:PutBucketVersioning');
  });

  test('gives the function only permissions that docs/security.md explains, and all of them', () => {
    const { stack, media } = mediaOf({ enableVersioning: true });
    void media.replicationEvents;
    const granted = statements(stack, /RulesFunctionRole/).flatMap(({ actions }) => actions);
    const { tables } = new Markdown(readFileSync(join(__dirname, '../../../docs/security.md'), 'utf8'));
    const table = tables.find((rows) => rows.some(([action]) => action.includes('s3:PutBucketNotification')))!;
    const explained = table.flatMap(([action]) => [...action.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(granted.sort()).toEqual(explained.sort());
  });

  test('removes the rules before the permissions that this requires', () => {
    const { stack } = mediaOf();
    const [{ DependsOn }] = rulesIn(stack);
    for (const role of [/^MediaReplicationRoleDefaultPolicy/, /^MediaRulesFunctionRoleDefaultPolicy/]) {
      expect(DependsOn).toContainEqual(expect.stringMatching(role));
    }
  });

  test('allows the replication role to decrypt with the specified key', () => {
    const stack = primaryStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY);
    mediaOf({ encryptionKey }, stack);
    const decrypt = statements(stack, /ReplicationRole/).find(({ resources }) => resources[0] === KEY)!;
    expect(decrypt.actions).toEqual(['kms:Decrypt']);
    expect(decrypt.condition).toContain('years-of-media');
    expect(rulesIn(stack)[0].EncryptionKey).toBe(KEY);
  });

  test.each<[Partial<ReplicatedMediaBucketProps>, string | undefined]>([
    [{}, 'Disabled'],
    [{ writeToReplicas: true }, 'Disabled'],
    [{ objectLockEnabled: true }, undefined], // a locked copy of a bucket without locks
    [{ objectLockEnabled: true, writeToReplicas: true }, 'Enabled'],
  ])('expects the Object Lock that replication requires, with %j', (props, expected) => {
    const encryption = s3.BucketEncryption.S3_MANAGED;
    const [primary, ...replicas] = rulesIn(mediaOf({ encryption, ...props }).stack);
    expect(primary.ObjectLock).toBe(expected);
    for (const { ObjectLock } of replicas) expect(ObjectLock).toBeUndefined(); // new buckets
  });

  test('can use the role of existing rules, which is not deleted with the stack', () => {
    const stack = primaryStack();
    const replicationRole = iam.Role.fromRoleArn(stack, 'ExistingRole', 'arn:aws:iam::111111111111:role/existing');
    mediaOf({ replicationRole }, stack);
    expect(rulesIn(stack)[0]).toMatchObject({
      Role: 'arn:aws:iam::111111111111:role/existing',
      RoleIsManaged: 'false',
    });
  });

  test('supports grants and metrics', () => {
    const { stack, media } = mediaOf();
    media.grantReadWrite(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
    const actions = statements(stack, /"\$\{Web/)
      .filter(({ resources }) => resources[0].includes('years-of-media'))
      .flatMap((statement) => statement.actions);
    expect(actions).toEqual(expect.arrayContaining(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']));
    expect(media.metricOperationsFailedReplication('eu-west-1').dimensions).toMatchObject({
      SourceBucket: 'years-of-media',
    });
  });
});

describe('ReplicatedMediaBucket with a bucket of the same stack', () => {
  const existing = (props: s3.BucketProps = {}) => {
    const stack = primaryStack();
    const bucket = new s3.Bucket(stack, 'Existing', { bucketName: 'years-of-media', versioned: true, ...props });
    return { stack, bucket };
  };

  test('configures it in place, after the permissions of the role', () => {
    const { stack, bucket } = existing();
    const { media } = mediaOf({ bucket }, stack);
    const template = templateOf(stack);
    template.resourceCountIs(RULES, 0);
    const { Properties, DependsOn } = only(template, 'AWS::S3::Bucket');
    expect(Properties.ReplicationConfiguration).toMatchObject({
      Role: expect.stringMatching(/^\$\{MediaReplicationRole/),
      Rules: [{ Id: media.replica('eu-west-1').ruleId, Priority: 1 }],
    });
    expect(DependsOn).toEqual([expect.stringMatching(/^MediaReplicationRoleDefaultPolicy/)]);
  });

  test('enables versioning and informs about it', () => {
    const { stack, bucket } = existing({ versioned: false });
    mediaOf({ bucket }, stack);
    Annotations.fromStack(stack).hasInfo(
      '/MediaStack/Media',
      Match.stringLikeRegexp('^Enabled versioning on MediaStack/Existing'),
    );
    expect(only(templateOf(stack), 'AWS::S3::Bucket').Properties.VersioningConfiguration).toEqual({
      Status: 'Enabled',
    });
  });
});

describe('ReplicatedMediaBucket with two-way replication', () => {
  const replicas = [{ region: 'eu-west-1' }, { region: 'ap-southeast-2', prefix: 'video/' }];
  const twoWay = (props: Partial<ReplicatedMediaBucketProps>) => {
    const stack = primaryStack();
    return {
      stack,
      media: new ReplicatedMediaBucket(stack, 'Media', { replicas, replicateExisting: false, ...props }),
    };
  };

  test('creates rules from each replica to every other copy, after the primary', () => {
    const { stack } = twoWay({ writeToReplicas: true });
    const [eu, ap] = rulesIn(stack);
    const ids = (rules: any[]) => rules.map(({ ID }) => ID.replace(/^media-[0-9a-f]{8}-/, ''));
    expect(ids(eu.Rules)).toEqual(['eu-west-1-to-us-east-1', 'eu-west-1-to-ap-southeast-2']);
    expect(ids(ap.Rules)).toEqual(['ap-southeast-2-to-us-east-1', 'ap-southeast-2-to-eu-west-1']);
    expect([eu.Region, ap.Region]).toEqual(['eu-west-1', 'ap-southeast-2']);
    expect(ap.Rules[0]).toMatchObject({
      Filter: { Prefix: 'video/' },
      Destination: { Bucket: expect.stringContaining('us-east-1') },
    });
    expect(eu.DependsOn).toContainEqual(expect.stringMatching(/^MediaPrimaryBucket/));
    expect(JSON.stringify(eu.Rules)).not.toContain('ReplicaModifications');
  });

  test('replicates metadata changes in both directions with replicaModificationSync', () => {
    const { stack } = twoWay({ replicaModificationSync: true });
    const { Properties } = only(templateOf(stack), 'AWS::S3::Bucket');
    for (const { SourceSelectionCriteria } of Properties.ReplicationConfiguration.Rules) {
      expect(SourceSelectionCriteria.ReplicaModifications).toEqual({ Status: 'Enabled' });
    }
    for (const { Rules } of rulesIn(stack)) {
      for (const rule of Rules) {
        expect(rule.SourceSelectionCriteria).toEqual({
          SseKmsEncryptedObjects: { Status: 'Enabled' },
          ReplicaModifications: { Status: 'Enabled' },
        });
      }
    }
  });

  test('allows the role to read from and replicate to every copy', () => {
    const { stack } = twoWay({ writeToReplicas: true });
    const on = (action: string) =>
      statements(stack, /MediaReplicationRole/)
        .filter(({ actions }) => actions.includes(action))
        .flatMap(({ resources }) => resources)
        .map((arn) => /(us-east-1|eu-west-1|ap-southeast-2)/.exec(arn)![1])
        .sort();
    const all = ['ap-southeast-2', 'eu-west-1', 'us-east-1'];
    expect(on('s3:ReplicateObject')).toEqual(all);
    expect(on('s3:GetObjectVersionForReplication')).toEqual(all);
  });

  test('grants write access to every copy with writeToReplicas only', () => {
    const putsOf = (props: Partial<ReplicatedMediaBucketProps>) => {
      const { stack, media } = twoWay(props);
      media.grantPut(new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() }));
      return statements(stack, /"\$\{Web/).filter(({ actions }) => actions.includes('s3:PutObject')).length;
    };
    expect(putsOf({ writeToReplicas: true })).toBe(3);
    expect(putsOf({ replicaModificationSync: true })).toBe(1);
  });

  test('monitors failures of reverse rules in the region of the replica', () => {
    const { stack, media } = twoWay({ writeToReplicas: true });
    templateOf(stack);
    templateOf(media.replica('eu-west-1').stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'OperationsFailedReplication',
      Dimensions: Match.arrayWith([{ Name: 'RuleId', Value: Match.stringLikeRegexp('eu-west-1-to-us-east-1$') }]),
    });
  });

  test('works with an imported primary too', () => {
    const { stack } = mediaOf({ writeToReplicas: true, encryption: s3.BucketEncryption.S3_MANAGED });
    expect(rulesIn(stack).map(({ BucketName }) => BucketName)).toEqual([
      'years-of-media',
      expect.stringMatching(/eu-west-1/),
    ]);
    templateOf(stack).resourceCountIs('AWS::Lambda::Function', 1);
  });
});

describe('ReplicatedMediaBucket with an existing primary fails when', () => {
  const bucketIn = (region: string, app: App = newApp()) =>
    new s3.Bucket(new Stack(app, 'Other', { env: { region } }), 'B', { bucketName: 'existing-media', versioned: true });

  test.each<[string, () => Partial<ReplicatedMediaBucketProps>, RegExp]>([
    [
      'the bucket is in another region',
      () => ({ bucket: bucketIn('eu-west-1') }),
      /bucket: got "a bucket in eu-west-1", expected a bucket in us-east-1/,
    ],
    [
      'the bucket is in another stack',
      () => ({ bucket: bucketIn('us-east-1') }),
      /bucket: got "Other\/B in the stack Other", expected a bucket in MediaStack/,
    ],
    [
      'bucketName is specified',
      () => ({ bucketName: 'another-name' }),
      /bucketName: got "another-name", expected no value with `bucket`/,
    ],
    [
      'serverAccessLogsBucket is specified',
      () => ({ serverAccessLogsBucket: bucketIn('us-east-1') }),
      /serverAccessLogsBucket: got "a value", expected no value with `bucket`/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => mediaOf(props())).toThrow(message);
    expect(() => mediaOf(props())).toThrow(/^\[MediaStack\/Media\] /);
  });

  test('the name of the bucket is generated', () => {
    const stack = primaryStack();
    const bucket = new s3.Bucket(stack, 'Existing', { versioned: true });
    expect(() => mediaOf({ bucket }, stack)).toThrow(
      /whose name is known only at deployment.*Import a deployed bucket by its name/,
    );
  });

  test('the bucket has Object Lock, but the replicas would not', () => {
    const stack = primaryStack();
    const bucket = new s3.Bucket(stack, 'Existing', { bucketName: 'locked-media', objectLockEnabled: true });
    expect(() => mediaOf({ bucket }, stack)).toThrow(
      new Error(
        '[MediaStack/Media] objectLockEnabled: got nothing, expected true, because MediaStack/Existing has Object Lock, and ' +
          'S3 replicates from it only to buckets with Object Lock. Set `objectLockEnabled: true`.',
      ),
    );
  });

  test('the bucket has no Object Lock, but replicas that replicate to it would', () => {
    const stack = primaryStack();
    const bucket = new s3.Bucket(stack, 'Existing', { bucketName: 'existing-media', versioned: true });
    const encryption = s3.BucketEncryption.S3_MANAGED;
    expect(() => mediaOf({ bucket, encryption, objectLockEnabled: true, writeToReplicas: true }, stack)).toThrow(
      new Error(
        '[MediaStack/Media] bucket: got "MediaStack/Existing, which has no Object Lock", expected a bucket with Object ' +
          'Lock, because S3 replicates to it from replicas that have it. Set `objectLockEnabled: true` on the bucket.',
      ),
    );
  });

  test('the template of the bucket contains replication rules', () => {
    const stack = primaryStack();
    const bucket = new s3.Bucket(stack, 'Existing', { bucketName: 'existing-media', versioned: true });
    (bucket.node.defaultChild as s3.CfnBucket).replicationConfiguration = { role: 'arn', rules: [] };
    expect(() => mediaOf({ bucket }, stack)).toThrow(/which has replication rules/);
  });

  test('enableVersioning is specified without an imported bucket', () => {
    const stack = primaryStack();
    const make = () =>
      new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }], enableVersioning: true });
    expect(make).toThrow(/enableVersioning: got true, expected an imported `bucket`/);
  });

  test('a replica in another account is writable', () => {
    const stack = primaryStack(newApp(), { account: '111111111111', region: 'us-east-1' });
    const replicas = [{ region: 'eu-west-1', account: '222222222222' }];
    expect(() => new ReplicatedMediaBucket(stack, 'Media', { replicas, writeToReplicas: true })).toThrow(
      /writeToReplicas: got true, expected all copies to be in one account, but replicas\[0\] is in another/,
    );
  });
});
