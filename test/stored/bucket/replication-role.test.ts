import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MediaReplicaProps, ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const ACCOUNT = '111111111111';
const OTHER_ACCOUNT = '222222222222';
const IRELAND: MediaReplicaProps = { region: 'eu-west-1' };

function mediaIn(stack: Stack, props: Partial<ReplicatedMediaBucketProps> = {}): ReplicatedMediaBucket {
  return new ReplicatedMediaBucket(stack, 'Media', { replicas: [IRELAND], replicateExisting: false, ...props });
}

function concreteStack(): Stack {
  return new Stack(newApp(), 'MediaStack', { env: { account: ACCOUNT, region: 'us-east-1' } });
}

/** The statements of the only IAM policy in a template, as text. */
function statements(template: Template): any[] {
  return only(template, 'AWS::IAM::Policy').Properties.PolicyDocument.Statement;
}

describe('ReplicatedMediaBucket role', () => {
  test('has exactly the permissions that S3 replication needs', () => {
    const stack = concreteStack();
    mediaIn(stack, { namePrefix: 'tv' });
    const template = templateOf(stack);

    const name = only(template, 'AWS::S3::Bucket').Properties.BucketName;
    const [, base] = /^(tv-[0-9a-f]{8})-111111111111-us-east-1-an$/.exec(name)!;
    const source = `arn:\${AWS::Partition}:s3:::${name}`;
    const destination = `arn:\${AWS::Partition}:s3:::${base}-${ACCOUNT}-eu-west-1-an`;
    const [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
    expect(statements(template)).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        Resource: source,
      },
      {
        Effect: 'Allow',
        Action: [
          's3:GetObjectVersionForReplication',
          's3:GetObjectVersionAcl',
          's3:GetObjectVersionTagging',
          's3:GetObjectVersionAnnotationForReplication',
        ],
        Resource: `${source}/*`,
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: `\${${keyId}.Arn}`,
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [source, `${source}/*`] },
        },
      },
      {
        Effect: 'Allow',
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        Resource: `${destination}/*`,
        Condition: { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
      },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        Resource: `arn:\${AWS::Partition}:kms:eu-west-1:${ACCOUNT}:key/*`,
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${base}` },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [destination, `${destination}/*`] },
        },
      },
    ]);
    const role = only(template, 'AWS::IAM::Role').Properties;
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 's3.amazonaws.com' } },
    ]);
    expect(role.RoleName).toBeUndefined();
    expect(role.ManagedPolicyArns).toBeUndefined();
  });

  test('has no key permissions with S3 managed encryption', () => {
    const stack = primaryStack();
    mediaIn(stack, { encryption: s3.BucketEncryption.S3_MANAGED });
    expect(statements(templateOf(stack)).flatMap(({ Action }) => Action)).toEqual([
      's3:GetReplicationConfiguration',
      's3:ListBucket',
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionTagging',
      's3:GetObjectVersionAnnotationForReplication',
      's3:ReplicateObject',
      's3:ReplicateDelete',
      's3:ReplicateTags',
    ]);
  });

  test('can read retention and legal hold with Object Lock only', () => {
    const stack = primaryStack();
    mediaIn(stack, { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(1)) });
    expect(statements(templateOf(stack))[1].Action).toEqual([
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionTagging',
      's3:GetObjectVersionAnnotationForReplication',
      's3:GetObjectRetention',
      's3:GetObjectLegalHold',
    ]);
  });

  test('has its permissions before the rules exist', () => {
    const stack = primaryStack();
    mediaIn(stack);
    const template = templateOf(stack);
    const [policyId] = Object.keys(template.findResources('AWS::IAM::Policy'));
    expect(only(template, 'AWS::S3::Bucket').DependsOn).toContain(policyId);
  });

  test('can be an existing role, which receives the same permissions', () => {
    const other = primaryStack();
    mediaIn(other);
    const stack = primaryStack();
    const role = new iam.Role(stack, 'Existing', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    const media = mediaIn(stack, { replicationRole: role });
    expect(media.replicationRole).toBe(role);
    const template = templateOf(stack);
    expect(statements(template)).toEqual(statements(templateOf(other)));
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: { Role: stack.resolve(role.roleArn) },
    });
  });

  test('can be in another stack, which names the keys by alias', () => {
    const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
    const security = new Stack(app, 'Security', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const role = new iam.Role(security, 'Existing', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    const stack = new Stack(app, 'MediaStack', { env: { account: ACCOUNT, region: 'us-east-1' } });
    mediaIn(stack, { replicationRole: role });
    expect(statements(templateOf(security))[2]).toMatchObject({
      Action: 'kms:Decrypt',
      Resource: `arn:\${AWS::Partition}:kms:us-east-1:${ACCOUNT}:key/*`,
      Condition: {
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': expect.stringMatching(/^alias\/media-[0-9a-f]{8}$/) },
      },
    });
  });
});

describe('ReplicatedMediaBucket with existing keys', () => {
  const keyArn = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

  test('uses the ARN of a key imported by ARN', () => {
    const stack = concreteStack();
    const media = mediaIn(stack, {
      replicas: [{ ...IRELAND, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) }],
    });
    const template = templateOf(stack);
    expect(statements(template)[4].Resource).toBe(keyArn);
    template.hasResourceProperties('AWS::S3::Bucket', {
      ReplicationConfiguration: {
        Rules: [{ Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: keyArn } } }],
      },
    });
    const replica = templateOf(media.replicas[0].stack);
    replica.resourceCountIs('AWS::KMS::Key', 0);
    replica.resourceCountIs('AWS::KMS::Alias', 0);
    expect(JSON.stringify(replica.toJSON())).toContain(keyArn);
  });

  test('uses the alias of a key imported by alias, in the region of the replica', () => {
    const stack = concreteStack();
    const media = mediaIn(stack, {
      replicas: [{ ...IRELAND, encryptionKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/studio') }],
    });
    const aliasArn = `arn:\${AWS::Partition}:kms:eu-west-1:${ACCOUNT}:alias/studio`;
    const template = templateOf(stack);
    const [rule] = only(template, 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
    expect(rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID).toBe(aliasArn);
    expect(statements(template)[4].Condition['ForAnyValue:StringEquals']).toEqual({
      'kms:ResourceAliases': 'alias/studio',
    });
    const replica = only(templateOf(media.replicas[0].stack), 'AWS::S3::Bucket').Properties;
    const [encryption] = replica.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(encryption.ServerSideEncryptionByDefault.KMSMasterKeyID).toBe(aliasArn);
  });

  test('uses the literal name of an alias of this app', () => {
    const app = newApp();
    const europe = new Stack(app, 'Europe', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const stack = new Stack(app, 'MediaStack', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const encryptionKey = new kms.Key(europe, 'Key').addAlias('alias/studio');
    mediaIn(stack, { replicas: [{ ...IRELAND, encryptionKey }] });
    expect(statements(templateOf(stack))[4].Condition['ForAnyValue:StringEquals']).toEqual({
      'kms:ResourceAliases': 'alias/studio',
    });
  });

  test('creates an alias for a key of this app, so that the primary can name it', () => {
    const app = newApp();
    const europe = new Stack(app, 'Europe', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const stack = new Stack(app, 'MediaStack', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const media = mediaIn(stack, {
      replicas: [{ ...IRELAND, stack: europe, encryptionKey: new kms.Key(europe, 'Key') }],
    });
    const template = templateOf(europe);
    template.resourceCountIs('AWS::KMS::Key', 1);
    const { AliasName } = only(template, 'AWS::KMS::Alias').Properties;
    const [rule] = only(templateOf(stack), 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
    expect(rule.Destination.EncryptionConfiguration.ReplicaKmsKeyID).toMatch(new RegExp(`:${AliasName}$`));
    expect(media.replicas[0].stack).toBe(europe);
  });

  test('encrypts a replica of media with S3 managed encryption', () => {
    const stack = concreteStack();
    mediaIn(stack, {
      encryption: s3.BucketEncryption.S3_MANAGED,
      replicas: [{ ...IRELAND, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) }],
    });
    expect(statements(templateOf(stack))[3]).toMatchObject({
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: keyArn,
    });
  });

  test('uses a key of this app for the primary', () => {
    const stack = concreteStack();
    const key = new kms.Key(stack, 'Key');
    mediaIn(stack, { encryptionKey: key });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    expect(statements(template)[2].Resource).toBe(asText(stack.resolve(key.keyArn)));
  });
});

describe('ReplicatedMediaBucket replicas in another account', () => {
  function crossAccountMedia(props: Partial<ReplicatedMediaBucketProps> = {}) {
    const stack = concreteStack();
    const media = mediaIn(stack, { replicas: [{ ...IRELAND, account: OTHER_ACCOUNT }], ...props });
    return { stack, media, replicaStack: media.replicas[0].stack };
  }

  test('are in a stack of that account, which owns the objects', () => {
    const { stack, replicaStack, media } = crossAccountMedia();
    expect(replicaStack.account).toBe(OTHER_ACCOUNT);
    expect(media.replicas[0].account).toBe(OTHER_ACCOUNT);
    const [rule] = only(templateOf(stack), 'AWS::S3::Bucket').Properties.ReplicationConfiguration.Rules;
    expect(rule.Destination).toMatchObject({
      Account: OTHER_ACCOUNT,
      AccessControlTranslation: { Owner: 'Destination' },
      Bucket: expect.stringMatching(/:::media-[0-9a-f]{8}-222222222222-eu-west-1-an$/),
      EncryptionConfiguration: {
        ReplicaKmsKeyID: expect.stringMatching(/:kms:eu-west-1:222222222222:alias\/media-[0-9a-f]{8}$/),
      },
    });
    expect(statements(templateOf(stack))[3]).toMatchObject({
      Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
      Condition: { StringEquals: { 'aws:ResourceAccount': OTHER_ACCOUNT } },
    });
  });

  test('allow the role in policies that can be deployed before it exists', () => {
    const { stack, replicaStack } = crossAccountMedia();
    const roleName: string = only(templateOf(stack), 'AWS::IAM::Role').Properties.RoleName;
    expect(roleName).toMatch(/^media-[0-9a-f]{8}-replication$/);

    const statement = {
      Effect: 'Allow',
      Principal: { AWS: `arn:\${AWS::Partition}:iam::${ACCOUNT}:root` },
    };
    const roleCondition = { 'aws:PrincipalArn': `arn:\${AWS::Partition}:iam::${ACCOUNT}:role/${roleName}` };
    const template = templateOf(replicaStack);
    const [bucketId] = Object.keys(template.findResources('AWS::S3::Bucket'));
    const name = only(template, 'AWS::S3::Bucket').Properties.BucketName;
    expect(only(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement.slice(1)).toEqual([
      {
        ...statement,
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
        Resource: `arn:\${AWS::Partition}:s3:::${name}/*`,
        Condition: { ArnEquals: roleCondition },
      },
      {
        ...statement,
        Action: ['s3:GetBucketVersioning', 's3:PutBucketVersioning', 's3:List*'],
        Resource: `arn:\${AWS::Partition}:s3:::${name}`,
        Condition: { ArnEquals: roleCondition },
      },
    ]);
    expect(only(template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement.slice(1)).toEqual([
      {
        ...statement,
        Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
        Resource: '*',
        Condition: {
          ArnEquals: roleCondition,
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
        },
      },
    ]);
    expect(bucketId).toBeDefined();
  });

  test('allow an imported role by its ARN', () => {
    const stack = concreteStack();
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/replicator`;
    const media = mediaIn(stack, {
      replicas: [{ ...IRELAND, account: OTHER_ACCOUNT }],
      replicationRole: iam.Role.fromRoleArn(stack, 'Role', roleArn),
    });
    templateOf(media.replicas[0].stack).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn } } })]),
      },
    });
  });

  test('have their latency alarm in the account of the primary, where S3 publishes the metric', () => {
    const { stack, media, replicaStack } = crossAccountMedia();
    templateOf(replicaStack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    const alarms = stack.node.findChild('Media').node.findChild('Operations-eu-west-1') as Stack;
    expect([alarms.account, alarms.region]).toEqual([ACCOUNT, 'eu-west-1']);
    templateOf(alarms).hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ReplicationLatency' });
    expect(media.addReplicationAlarms()).toHaveLength(2);
  });
});
