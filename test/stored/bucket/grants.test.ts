import { App, PhysicalName, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket } from '../../../src';
import { asText, newApp, only, templateOf } from '../../support/synth';

const ACCOUNT = '111111111111';
const OTHER_ACCOUNT = '222222222222';
const US = { account: ACCOUNT, region: 'us-east-1' };

interface Fixture {
  readonly app: App;
  readonly stack: Stack;
  readonly media: ReplicatedMediaBucket;
}

function fixture(replicaAccount?: string): Fixture {
  const app = newApp();
  const stack = new Stack(app, 'MediaStack', { env: US });
  const media = new ReplicatedMediaBucket(stack, 'Media', {
    replicas: [{ region: 'eu-west-1', account: replicaAccount }, { region: 'sa-east-1' }],
    replicateExisting: false,
  });
  return { app, stack, media };
}

function roleIn(stack: Stack, roleName?: string): iam.Role {
  return new iam.Role(stack, 'App', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), roleName });
}

/** The statements of the role's own policy, as text. */
function granted(role: iam.Role): any[] {
  const policies = templateOf(Stack.of(role)).findResources('AWS::IAM::Policy', {
    Properties: { Roles: [Stack.of(role).resolve(role.roleName)] },
  });
  return Object.values(policies).flatMap(({ Properties }) => asText(Properties.PolicyDocument.Statement));
}

/** The statements of the bucket policy and the key policy of a copy, without the default ones. */
function resourceStatements(stack: Stack): { bucket: any[]; key: any[] } {
  const template: Template = templateOf(stack);
  return {
    bucket: only(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement.slice(1),
    key: only(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement.slice(1),
  };
}

const owner = { StringEquals: { 'aws:ResourceAccount': ACCOUNT } };

describe('ReplicatedMediaBucket grants', () => {
  test('grantRead covers every copy and every key', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    expect(media.grantRead(role).success).toBe(true);
    const statements = granted(role);
    const regions = ['us-east-1', 'eu-west-1', 'sa-east-1'];
    for (const region of regions) {
      const arn = expect.stringMatching(`:s3:::media-[0-9a-f]{8}-${ACCOUNT}-${region}-an$`);
      const objects = expect.stringMatching(`:s3:::media-[0-9a-f]{8}-${ACCOUNT}-${region}-an/\\*$`);
      expect(statements).toContainEqual({
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket'],
        Resource: arn,
        Condition: owner,
      });
      expect(statements).toContainEqual({
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: objects,
        Condition: owner,
      });
    }
    const keys = statements.filter(({ Action }) => Action === 'kms:Decrypt');
    expect(keys.map(({ Condition }) => Condition.StringEquals['kms:ViaService'])).toEqual(
      regions.map((region) => `s3.${region}.amazonaws.com`),
    );
    expect(keys[0].Resource).toMatch(/^\$\{MediaPrimaryKey\w+\.Arn\}$/);
    for (const { Resource, Condition } of keys.slice(1)) {
      expect(Resource).toMatch(new RegExp(`:kms:(eu-west-1|sa-east-1):${ACCOUNT}:key/\\*$`));
      expect(Condition['ForAnyValue:StringEquals']['kms:ResourceAliases']).toMatch(/^alias\/media-[0-9a-f]{8}$/);
    }
    expect(statements).toHaveLength(9);
  });

  test('grantPut and grantDelete cover the primary only', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    media.grantPut(role);
    media.grantDelete(role);
    const primary = expect.stringMatching(`-${ACCOUNT}-us-east-1-an/\\*$`);
    expect(granted(role)).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject', 's3:PutObjectTagging'],
        Resource: primary,
        Condition: owner,
      },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: expect.stringMatching(/^\$\{MediaPrimaryKey\w+\.Arn\}$/),
        Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      },
      { Effect: 'Allow', Action: 's3:DeleteObject', Resource: primary, Condition: owner },
    ]);
  });

  test('grantDeleteVersions covers every copy, restricted to the key pattern', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    media.grantDeleteVersions(role, 'drafts/*');
    const regions = ['us-east-1', 'eu-west-1', 'sa-east-1'];
    expect(granted(role)).toEqual(
      regions.flatMap((region) => [
        {
          Effect: 'Allow',
          Action: 's3:ListBucketVersions',
          Resource: expect.stringMatching(`-${ACCOUNT}-${region}-an$`),
          Condition: { ...owner, StringLike: { 's3:prefix': 'drafts/*' } },
        },
        {
          Effect: 'Allow',
          Action: 's3:DeleteObjectVersion',
          Resource: expect.stringMatching(`-${ACCOUNT}-${region}-an/drafts/\\*$`),
          Condition: owner,
        },
      ]),
    );
  });

  test('grantDeleteVersions without a key pattern allows listing all versions', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    media.grantDeleteVersions(role);
    expect(granted(role)[0]).toMatchObject({ Action: 's3:ListBucketVersions', Condition: owner });
    expect(granted(role)[0].Condition).toEqual(owner);
  });

  test('grantReadWrite allows reading every copy, and writing to the primary only', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    media.grantReadWrite(role);
    const onReplicas = granted(role).filter(({ Resource }) => /eu-west-1|sa-east-1/.test(Resource));
    expect(new Set(onReplicas.flatMap(({ Action }) => Action))).toEqual(
      new Set(['s3:GetBucketLocation', 's3:ListBucket', 's3:GetObject', 's3:GetObjectVersion', 'kms:Decrypt']),
    );
    const actions = granted(role).flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(['s3:PutObject', 's3:DeleteObject', 's3:GetObject']));
  });

  test('can be restricted to a key pattern', () => {
    const { stack, media } = fixture();
    const role = roleIn(stack);
    media.grantRead(role, 'public/*');
    const objects = granted(role).filter(({ Action }) => Action.includes('s3:GetObject'));
    expect(objects).toHaveLength(3);
    for (const { Resource } of objects) expect(Resource).toMatch(/-an\/public\/\*$/);
  });

  test('for a role in any region or stack need no cross-stack reference', () => {
    const { app, media } = fixture();
    const roles = ['us-east-1', 'eu-west-1', 'ap-south-1'].map((region) =>
      roleIn(new Stack(app, `App-${region}`, { env: { account: ACCOUNT, region } })),
    );
    for (const role of roles) media.grantReadWrite(role);
    for (const role of roles) {
      expect(JSON.stringify(templateOf(Stack.of(role)).toJSON())).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
      expect(granted(role).filter(({ Action }) => Action.includes('s3:GetObject'))).toHaveLength(3);
    }
    expect(templateOf(media.replicas[0].stack).toJSON()).not.toHaveProperty('Outputs');
  });

  test('for a role imported by its ARN use a policy of the role', () => {
    const { stack, media } = fixture();
    const role = iam.Role.fromRoleArn(stack, 'Editor', `arn:aws:iam::${ACCOUNT}:role/editor`);
    expect(media.grantRead(role).success).toBe(true);
    const policies = templateOf(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: ['editor'] } });
    expect(Object.keys(policies)).toHaveLength(1);
    expect(resourceStatements(stack)).toEqual({ bucket: [], key: [] });
  });

  test('for an imported role of another account use the policies of every bucket and key', () => {
    const { stack, media } = fixture();
    const arn = `arn:aws:iam::${OTHER_ACCOUNT}:role/partner`;
    expect(media.grantRead(iam.Role.fromRoleArn(stack, 'Partner', arn)).success).toBe(true);
    for (const each of [stack, ...media.replicas.map((replica) => replica.stack)]) {
      const { bucket, key } = resourceStatements(each);
      const principal = { AWS: `arn:\${AWS::Partition}:iam::${OTHER_ACCOUNT}:root` };
      expect(bucket.map(({ Action }) => Action)).toEqual([
        ['s3:GetBucketLocation', 's3:ListBucket'],
        ['s3:GetObject', 's3:GetObjectVersion'],
      ]);
      expect(key.map(({ Action }) => Action)).toEqual(['kms:Decrypt']);
      for (const { Principal, Condition } of [...bucket, ...key]) {
        expect(Principal).toEqual(principal);
        expect(Condition.ArnEquals).toEqual({ 'aws:PrincipalArn': arn });
      }
      expect(key[0].Resource).toBe('*');
    }
  });

  test('for a service principal use the policies of every bucket and key', () => {
    const { stack, media } = fixture();
    media.grantRead(new iam.ServicePrincipal('mediaconvert.amazonaws.com'));
    for (const each of [stack, ...media.replicas.map((replica) => replica.stack)]) {
      const { bucket, key } = resourceStatements(each);
      expect(bucket).toHaveLength(2);
      for (const { Principal } of [...bucket, ...key]) {
        expect(Principal).toEqual({ Service: 'mediaconvert.amazonaws.com' });
      }
    }
  });

  test('on a replica in another account use both policies, which do not require the role to exist', () => {
    const { stack, media } = fixture(OTHER_ACCOUNT);
    const role = roleIn(stack, 'app');
    media.grantRead(role);
    expect(granted(role)).toContainEqual({
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: expect.stringMatching(`-${OTHER_ACCOUNT}-eu-west-1-an/\\*$`),
      Condition: { StringEquals: { 'aws:ResourceAccount': OTHER_ACCOUNT } },
    });
    const { bucket, key } = resourceStatements(media.replica('eu-west-1').stack);
    const arn = `arn:\${AWS::Partition}:iam::${ACCOUNT}:role/app`;
    const forRole = [...bucket, ...key].filter(({ Condition }) => Condition.ArnEquals['aws:PrincipalArn'] === arn);
    expect(forRole.map(({ Action }) => Action)).toEqual([
      ['s3:GetBucketLocation', 's3:ListBucket'],
      ['s3:GetObject', 's3:GetObjectVersion'],
      'kms:Decrypt',
    ]);
    for (const { Principal } of forRole) {
      expect(Principal).toEqual({ AWS: `arn:\${AWS::Partition}:iam::${ACCOUNT}:root` });
    }
    expect(resourceStatements(media.replica('sa-east-1').stack)).toEqual({ bucket: [], key: [] });
  });
});

describe('ReplicatedMediaBucket grants on keys', () => {
  const decrypts = (role: iam.Role) => granted(role).filter(({ Action }) => Action === 'kms:Decrypt');

  test('include reading with former keys, but not encrypting', () => {
    const stack = new Stack(newApp(), 'MediaStack', { env: US });
    const formerArn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/former`;
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1' }],
      formerEncryptionKeys: [kms.Key.fromKeyArn(stack, 'Former', formerArn)],
    });
    const role = roleIn(stack);
    media.grantReadWrite(role);
    expect(granted(role).filter(({ Resource }) => Resource === formerArn)).toEqual([
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: formerArn,
        Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      },
    ]);
  });

  // A condition on an unknown alias would disappear from the template, and every key of the account would be allowed.
  test('name the key of an existing bucket without an alias by its ARN, in other stacks too', () => {
    const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
    const stack = new Stack(app, 'MediaStack', { env: US });
    const key = new kms.Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Bucket', { bucketName: 'media-us', versioned: true, encryptionKey: key });
    const media = new ReplicatedMediaBucket(stack, 'Media', { bucket, replicas: [{ region: 'eu-west-1' }] });
    const role = roleIn(new Stack(app, 'Other', { env: US }));
    media.grantRead(role);
    const [ofPrimary] = decrypts(role);
    expect(JSON.stringify(ofPrimary.Resource)).toMatch(/Fn::ImportValue/);
    expect(ofPrimary.Condition).toEqual({ StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } });
  });

  // The alias is deleted when another key replaces this one, but the key remains with the last version of its policy.
  test('do not refer to the alias in the policy of the key', () => {
    const { app, stack, media } = fixture(OTHER_ACCOUNT);
    media.grantRead(roleIn(new Stack(app, 'Other', { env: { ...US, region: 'eu-central-1' } }), 'app'));
    media.grantRead(new iam.ServicePrincipal('mediaconvert.amazonaws.com'));
    for (const each of [stack, media.replica('eu-west-1').stack]) {
      const { key } = resourceStatements(each);
      expect(key.length).toBeGreaterThan(0);
      expect(JSON.stringify(key)).not.toContain('ResourceAliases');
    }
  });
});

describe('ReplicatedMediaBucket grants fail when the grantee has no name that a bucket policy can contain:', () => {
  const message = (path: string, region: string, account: string) =>
    `[MediaStack/Media] grantee: got "${path}, whose name is generated during deployment", ` +
    `expected a name that the policies of the copy in ${region} (account ${account}) can contain. ` +
    'Set `roleName` on the role, for example to PhysicalName.GENERATE_IF_NEEDED, or keep it and all copies in one account.';
  const partnerStack = (app: App) =>
    new Stack(app, 'Partner', { env: { account: OTHER_ACCOUNT, region: 'us-east-1' } });

  test('a role, with a replica in another account', () => {
    const { stack, media } = fixture(OTHER_ACCOUNT);
    expect(() => media.grantRead(roleIn(stack))).toThrow(message('MediaStack/App', 'eu-west-1', OTHER_ACCOUNT));
  });

  test('the role of a function, with a replica in another account', () => {
    const { stack, media } = fixture(OTHER_ACCOUNT);
    const grantee = new lambda.Function(stack, 'Function', {
      runtime: new lambda.Runtime('python3.13', lambda.RuntimeFamily.PYTHON, { supportsInlineCode: true }),
      handler: 'index.handler',
      code: lambda.Code.fromInline('handler = print'),
    });
    expect(() => media.grantRead(grantee)).toThrow(
      message('MediaStack/Function/ServiceRole', 'eu-west-1', OTHER_ACCOUNT),
    );
  });

  test.each(['grantRead', 'grantPut', 'grantDelete', 'grantDeleteVersions', 'grantReadWrite'] as const)(
    'a role in another account: %s',
    (grant) => {
      const { app, media } = fixture();
      const role = roleIn(partnerStack(app));
      expect(() => media[grant](role)).toThrow(message('Partner/App', 'us-east-1', ACCOUNT));
    },
  );

  test('a principal that is the ARN of a role in another region', () => {
    const { stack, media } = fixture();
    const grantee = new iam.ArnPrincipal(roleIn(stack).roleArn);
    expect(() => media.grantRead(grantee)).toThrow(message('a principal', 'eu-west-1', ACCOUNT));
  });

  test('but not with PhysicalName.GENERATE_IF_NEEDED', () => {
    const { stack, media } = fixture(OTHER_ACCOUNT);
    media.grantRead(roleIn(stack, PhysicalName.GENERATE_IF_NEEDED));
    expect(resourceStatements(media.replica('eu-west-1').stack).bucket).toHaveLength(4);
  });

  test('but not for imported media, whose policies cannot be modified', () => {
    const { app, stack } = fixture();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Imported', {
      primary: { bucketName: 'media-us', region: 'us-east-1' },
      replicas: [],
    });
    expect(media.grantRead(roleIn(partnerStack(app))).success).toBe(true);
  });
});

describe('ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes', () => {
  test('supports grants and metrics', () => {
    const stack = new Stack(newApp(), 'Other', { env: US });
    const replicaKey = kms.Alias.fromAliasName(stack, 'ReplicaKey', 'alias/media');
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
      replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'to-eu', encryptionKey: replicaKey }],
    });
    expect(media.primary.bucketName).toBe('media-us');
    expect(media.replica('eu-west-1')).toMatchObject({ region: 'eu-west-1', account: ACCOUNT, ruleId: 'to-eu', stack });
    expect(stack.resolve(media.metricReplicationLatency('eu-west-1').dimensions)).toEqual({
      SourceBucket: 'media-us',
      DestinationBucket: 'media-eu',
      RuleId: 'to-eu',
    });
    const role = roleIn(stack);
    media.grantReadWrite(role);
    const statements = granted(role);
    expect(statements.flatMap(({ Resource }) => Resource)).toEqual(
      expect.arrayContaining([
        'arn:${AWS::Partition}:s3:::media-us/*',
        'arn:${AWS::Partition}:s3:::media-eu/*',
        `arn:\${AWS::Partition}:kms:eu-west-1:${ACCOUNT}:key/*`,
      ]),
    );
    expect(statements.filter(({ Action }) => Action.includes('s3:PutObject'))).toHaveLength(1);
  });

  test('warns about grants without a key, unless the encryption is known', () => {
    const stack = new Stack(newApp(), 'Other', { env: US });
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.KMS },
      replicas: [
        { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'to-eu' },
        { bucketName: 'media-br', region: 'sa-east-1', ruleId: 'to-br', encryption: s3.BucketEncryption.S3_MANAGED },
      ],
    });
    const warnings = () => Annotations.fromStack(stack).findWarning('/Other/Media', Match.anyValue());
    media.grantDelete(roleIn(stack)); // needs no key
    expect(warnings()).toEqual([]);
    media.grantReadWrite(roleIn(new Stack(stack.node.root as App, 'Readers', { env: US })));
    const texts = warnings().map(({ entry }) => entry.data as string);
    expect(texts.map((text) => /copy in (\S+)/.exec(text)![1])).toEqual(['us-east-1', 'eu-west-1']);
    expect(texts[0]).toBe(
      'Grants on the imported copy in us-east-1 include no KMS key. If objects are encrypted with KMS, requests for them ' +
        'are denied. Specify `encryptionKey`, or `encryption: BucketEncryption.S3_MANAGED` if there is none.',
    );
  });

  test('fails when a key is specified with S3 managed encryption', () => {
    const stack = new Stack(newApp(), 'Other', { env: US });
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Key', 'alias/media');
    const encryption = s3.BucketEncryption.S3_MANAGED;
    const replica = { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'to-eu', encryption, encryptionKey };
    expect(() =>
      ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
        primary: { bucketName: 'media-us', region: 'us-east-1' },
        replicas: [replica],
      }),
    ).toThrow(
      '[Other/Media] replicas[0].encryptionKey: got "a key", expected no key with `encryption: BucketEncryption.S3_MANAGED`. ' +
        'Remove `encryption`, or specify a key that only older objects are encrypted with in `formerEncryptionKeys`.',
    );
  });

  test('fails when no replica is in the region', () => {
    const stack = new Stack(newApp(), 'Other', { env: US });
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1' },
      replicas: [{ bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'to-eu' }],
    });
    expect(() => media.replica('eu-west-2')).toThrow(
      '[Other/Media] region: got "eu-west-2", expected the region of a replica (eu-west-1).',
    );
  });
});

test('stacks of any region can refer to the buckets by name', () => {
  const { app, media } = fixture();
  const elsewhere = new Stack(app, 'Elsewhere', { env: { account: ACCOUNT, region: 'ap-south-1' } });
  const names = elsewhere.resolve(
    [media.primary, media.replicas[0].bucket].map((bucket: s3.IBucket) => bucket.bucketName),
  );
  expect(names.every((name: unknown) => typeof name === 'string')).toBe(true);
  expect(asText(elsewhere.resolve(media.replicas[0].bucket.bucketArn))).toBe(`arn:\${AWS::Partition}:s3:::${names[1]}`);
});
