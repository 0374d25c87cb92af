import { App, DefaultStackSynthesizer, Duration, NestedStack, RemovalPolicy, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ReplicatedMediaBucket } from '../../../src';
import { asText, newApp, only, primaryStack, synthesise, templateOf } from '../../support/synth';

const BUCKET = 'AWS::S3::Bucket';

describe('ReplicatedMediaBucket', () => {
  describe('copies', () => {
    test('are a primary in the stack, and replicas in stacks of their regions that are deployed first', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }],
        replicateExisting: false,
      });

      const assembly = synthesise(stack.node.root as App);
      const order = assembly.stacks.map(({ environment }) => environment.region);
      expect(order.slice(0, 2).sort()).toEqual(['ap-southeast-2', 'eu-west-1']);
      expect(order[2]).toBe('us-east-1');
      expect(media.replicas.map(({ region }) => region)).toEqual(['eu-west-1', 'ap-southeast-2']);
      for (const { stack: replicaStack, region } of media.replicas) {
        expect(replicaStack.region).toBe(region);
        templateOf(replicaStack).resourceCountIs(BUCKET, 1);
      }
      templateOf(stack).resourceCountIs(BUCKET, 1);
    });

    test('need no cross-region references: no export, parameter or custom resource', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        replicateExisting: false,
      });
      media.grantReadWrite(new iam.Role(stack, 'App', { assumedBy: new iam.AccountRootPrincipal() }));
      for (const each of [stack, media.replicas[0].stack]) {
        const text = JSON.stringify(templateOf(each).toJSON());
        expect(text).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput|Custom::|AWS::SSM::Parameter"|"Export"/);
      }
    });

    test('are versioned, private, owner-enforced, TLS-only, and retained', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        replicateExisting: false,
      });
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.hasResource(BUCKET, {
          Properties: {
            VersioningConfiguration: { Status: 'Enabled' },
            PublicAccessBlockConfiguration: {
              BlockPublicAcls: true,
              BlockPublicPolicy: true,
              IgnorePublicAcls: true,
              RestrictPublicBuckets: true,
            },
            OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
            LifecycleConfiguration: {
              Rules: [
                {
                  Id: 'housekeeping',
                  Status: 'Enabled',
                  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
                  NoncurrentVersionExpiration: { NoncurrentDays: 90 },
                },
              ],
            },
          },
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        });
        const { PolicyDocument } = only(template, 'AWS::S3::BucketPolicy').Properties;
        expect(PolicyDocument.Statement).toEqual([
          expect.objectContaining({
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]);
      }
    });

    test('share CORS, lifecycle rules, and the expiration of noncurrent versions and incomplete uploads', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }, { region: 'eu-north-1', lifecycleRules: [] }],
        replicateExisting: false,
        noncurrentVersionExpiration: Duration.days(10),
        abortIncompleteMultipartUploadAfter: Duration.days(2),
        corsOrigins: ['https://app.example.com'],
        lifecycleRules: [{ id: 'proxies', prefix: 'proxies/', expiration: Duration.days(400) }],
      });
      const rulesOf = (each: Stack) => only(templateOf(each), BUCKET).Properties.LifecycleConfiguration.Rules;
      for (const each of [stack, ...media.replicas.map((replica) => replica.stack)]) {
        expect(rulesOf(each)[0]).toMatchObject({
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
          NoncurrentVersionExpiration: { NoncurrentDays: 10 },
        });
        templateOf(each).hasResourceProperties(BUCKET, {
          CorsConfiguration: {
            CorsRules: [
              {
                AllowedOrigins: ['https://app.example.com'],
                AllowedMethods: ['GET', 'PUT', 'HEAD'],
                AllowedHeaders: ['*'],
                ExposedHeaders: ['ETag'],
                MaxAge: 3000,
              },
            ],
          },
        });
      }
      expect(rulesOf(stack)[1]).toMatchObject({ Id: 'proxies', ExpirationInDays: 400 });
      expect(rulesOf(media.replica('eu-west-1').stack)[1]).toMatchObject({ Id: 'proxies', ExpirationInDays: 400 });
      expect(rulesOf(media.replica('eu-north-1').stack)).toHaveLength(1);
    });

    test('all have Object Lock', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
      });
      for (const each of [stack, media.replicas[0].stack]) {
        templateOf(each).hasResourceProperties(BUCKET, {
          ObjectLockEnabled: true,
          ObjectLockConfiguration: { Rule: { DefaultRetention: { Days: 30, Mode: 'GOVERNANCE' } } },
        });
      }
    });

    test('write access logs to a new bucket in their region, which accepts no other logs', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicateExisting: false,
        replicas: [{ region: 'eu-west-1' }],
        serverAccessLogs: true,
        serverAccessLogsExpiration: Duration.days(30),
      });
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.resourceCountIs(BUCKET, 2);
        const buckets = Object.entries(template.findResources(BUCKET));
        const [logsId] = buckets.find(([, bucket]) => !bucket.Properties.LoggingConfiguration)!;
        const [, copy] = buckets.find(([, bucket]) => bucket.Properties.LoggingConfiguration)!;
        expect(copy.Properties.LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: logsId } });
        const name = asText(copy.Properties.BucketName);
        const policy = Object.values(template.findResources('AWS::S3::BucketPolicy')).map(asText);
        expect(
          policy.find(({ Properties }) => Properties.Bucket === `\${${logsId}}`).Properties.PolicyDocument.Statement[1],
        ).toEqual({
          Sid: 'AccessLogDelivery',
          Effect: 'Allow',
          Principal: { Service: 'logging.s3.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: `\${${logsId}.Arn}/*`,
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:\${AWS::Partition}:s3:::${name}` },
            StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' },
          },
        });
      }
    });

    test('write access logs to an existing bucket, which is not modified', () => {
      const stack = primaryStack();
      const logs = new s3.Bucket(stack, 'Logs');
      new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }], serverAccessLogsBucket: logs });
      const template = templateOf(stack);
      template.hasResourceProperties(BUCKET, {
        LoggingConfiguration: { DestinationBucketName: stack.resolve(logs.bucketName) },
      });
      expect(
        template.findResources('AWS::S3::BucketPolicy', { Properties: { Bucket: stack.resolve(logs.bucketName) } }),
      ).toEqual({});
    });

    test('are deleted with their objects if both removalPolicy and autoDeleteObjects request it', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        removalPolicy: RemovalPolicy.DESTROY,
        autoDeleteObjects: true,
      });
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.hasResource(BUCKET, { DeletionPolicy: 'Delete' });
        template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
        template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
      }
    });
  });

  describe('encryption', () => {
    test('uses a customer managed key in each region, with rotation and Bucket Keys', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.hasResource('AWS::KMS::Key', {
          Properties: { EnableKeyRotation: true },
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        });
        const [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
        template.hasResourceProperties(BUCKET, {
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              {
                BucketKeyEnabled: true,
                ServerSideEncryptionByDefault: {
                  SSEAlgorithm: 'aws:kms',
                  KMSMasterKeyID: { 'Fn::GetAtt': [keyId, 'Arn'] },
                },
              },
            ],
          },
        });
      }
    });

    test('can use S3 managed keys', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicateExisting: false,
        replicas: [{ region: 'eu-west-1' }],
        encryption: s3.BucketEncryption.S3_MANAGED,
      });
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.resourceCountIs('AWS::KMS::Key', 0);
        template.hasResourceProperties(BUCKET, {
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
        });
      }
      expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/kms/i);
    });
  });

  describe('stacks', () => {
    test('of two constructs in one stack under a stage share no name', () => {
      const app = newApp();
      const stage = new Stage(app, 'Prod', { env: { account: '111111111111', region: 'us-east-1' } });
      const stack = new Stack(stage, 'MediaStack');
      const replicas = [{ region: 'eu-west-1' }, { region: 'eu-central-1' }, { region: 'ap-southeast-2' }];
      const all = ['Dailies', 'Masters'].map(
        (id) => new ReplicatedMediaBucket(stack, id, { replicas, replicateExisting: false }),
      );

      const assembly = synthesise(app);
      const { stacks } = assembly.getNestedAssembly(stage.artifactId);
      expect(stacks).toHaveLength(7);
      expect(new Set(stacks.map(({ stackName }) => stackName)).size).toBe(7);
      for (const type of [BUCKET, 'AWS::KMS::Alias']) {
        const names = stacks.flatMap(({ template, environment }) =>
          Object.values(Template.fromJSON(template).findResources(type)).map(
            ({ Properties }) => `${environment.region} ${asText(Properties.BucketName ?? Properties.AliasName)}`,
          ),
        );
        expect(names).toHaveLength(8);
        expect(new Set(names).size).toBe(8);
      }
      const rules = all.flatMap((media) => media.replicas.map(({ ruleId }) => ruleId));
      expect(new Set(rules).size).toBe(6);
      expect(
        stacks.slice(-1)[0].dependencies.filter(({ manifest }) => manifest.type === 'aws:cloudformation:stack'),
      ).toHaveLength(6);
    });

    test('of the same construct in another stack or region have other names', () => {
      const names = [
        ['MediaStack', 'us-east-1'],
        ['OtherStack', 'us-east-1'],
        ['MediaStack', 'us-west-2'],
      ].map(([stackName, region]) => {
        const stack = new Stack(newApp(), 'Id', { stackName, env: { account: '111111111111', region } });
        return new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] }).replicas[0].bucket
          .bucketName;
      });
      const literal = names.map((name) => new Stack().resolve(name));
      expect(new Set(literal).size).toBe(3);
    });

    test.each([
      ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
      ['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1'],
    ])('work in %s', (_partition, region, replica) => {
      const stack = primaryStack(newApp(), { region });
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: replica }] });
      for (const each of [stack, media.replicas[0].stack]) {
        expect(JSON.stringify(templateOf(each).toJSON())).not.toMatch(/arn:aws/);
      }
    });

    test('name S3 in China with both suffixes, because AWS documents both', () => {
      const stack = primaryStack(newApp(), { region: 'cn-north-1' });
      new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'cn-northwest-1' }] });
      templateOf(stack).hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Condition: Match.objectLike({
                StringEquals: {
                  'kms:ViaService': ['s3.cn-northwest-1.amazonaws.com', 's3.cn-northwest-1.amazonaws.com.cn'],
                },
              }),
            }),
          ]),
        },
      });
    });

    test('work in an account-agnostic app', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        replicateExisting: false,
      });
      expect(asText(only(templateOf(stack), BUCKET).Properties.BucketName)).toMatch(
        /^media-[0-9a-f]{8}-\$\{AWS::AccountId\}-us-east-1-an$/,
      );
      expect(media.replicas[0].stack.region).toBe('eu-west-1');
    });

    test('work in a nested stack', () => {
      const stack = primaryStack();
      const nested = new NestedStack(stack, 'Nested');
      const media = new ReplicatedMediaBucket(nested, 'Media', { replicas: [{ region: 'eu-west-1' }] });
      const assembly = synthesise(stack.node.root as App);
      expect(assembly.stacks.map(({ id }) => id)).toEqual([media.replicas[0].stack.artifactId, stack.artifactId]);
    });

    test('of replicas use their own synthesizer, which several stacks can share', () => {
      const app = newApp();
      const stack = primaryStack(app);
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }, { region: 'eu-north-1' }],
        replicaSynthesizer: new DefaultStackSynthesizer({
          qualifier: 'studio',
          deployRoleArn: 'studio-${AWS::Region}',
        }),
      });
      const assembly = synthesise(app);
      const deployRoles = [stack, ...media.replicas.map((replica) => replica.stack)].map(
        ({ artifactId }) => assembly.getStackArtifact(artifactId).assumeRoleArn,
      );
      expect(deployRoles).toEqual([expect.stringContaining('hnb659fds'), 'studio-eu-west-1', 'studio-eu-north-1']);
    });

    test('of alarms for an imported replica use the synthesizer of replicas too', () => {
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        encryption: s3.BucketEncryption.S3_MANAGED,
        replicas: [{ region: 'eu-west-1', bucket: s3.Bucket.fromBucketName(stack, 'Replica', 'studio-media-eu') }],
        replicaSynthesizer: new DefaultStackSynthesizer({ qualifier: 'studio' }),
      });
      const alarms = media.node.findChild('Operations-eu-west-1') as Stack;
      expect(JSON.stringify(templateOf(alarms).toJSON().Parameters)).toContain('/cdk-bootstrap/studio/version');
    });

    test('of replicas can be specified, and shared', () => {
      const app = newApp();
      const stack = primaryStack(app);
      const europe = new Stack(app, 'Europe', { env: { region: 'eu-west-1' } });
      const all = ['Dailies', 'Masters'].map(
        (id) => new ReplicatedMediaBucket(stack, id, { replicas: [{ region: 'eu-west-1', stack: europe }] }),
      );
      expect(all.map(({ replicas }) => replicas[0].stack)).toEqual([europe, europe]);
      expect(synthesise(app).stacks.map(({ stackName }) => stackName)).toEqual(['Europe', 'MediaStack']);
      templateOf(europe).resourceCountIs(BUCKET, 2);
    });

    test('of replicas inherit tags, termination protection and permissions boundary of the primary', () => {
      const app = newApp();
      const stack = new Stack(app, 'MediaStack', {
        env: { region: 'us-east-1' },
        tags: { team: 'video' },
        terminationProtection: true,
      });
      const boundary = iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary');
      iam.PermissionsBoundary.of(app).apply(boundary);
      Tags.of(app).add('cost', 'media');
      const media = new ReplicatedMediaBucket(stack, 'Media', {
        replicas: [{ region: 'eu-west-1' }],
        removalPolicy: RemovalPolicy.DESTROY,
        autoDeleteObjects: true,
      });
      const replica = media.replicas[0].stack;
      expect(replica.terminationProtection).toBe(true);
      expect(synthesise(app).getStackArtifact(replica.artifactId).tags).toMatchObject({ team: 'video' });
      for (const each of [stack, replica]) {
        const template = templateOf(each);
        template.hasResourceProperties(BUCKET, { Tags: Match.arrayWith([{ Key: 'cost', Value: 'media' }]) });
        const roles = Object.values(template.findResources('AWS::IAM::Role'));
        expect(roles.length).toBeGreaterThan(0);
        for (const role of roles) expect(asText(role.Properties.PermissionsBoundary)).toMatch(/policy\/boundary$/);
      }
    });

    test('stay far below the limits of CloudFormation with many replicas', () => {
      const regions = ['us-west-1', 'us-west-2', 'us-east-2', 'ca-central-1', 'af-south-1', 'sa-east-1', 'eu-west-1']
        .concat(['eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'])
        .concat([
          'ap-south-1',
          'ap-northeast-1',
          'ap-northeast-2',
          'ap-northeast-3',
          'ap-southeast-1',
          'ap-southeast-2',
        ]);
      const stack = primaryStack();
      const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: regions.map((region) => ({ region })) });
      const template = templateOf(stack).toJSON();
      expect(Object.keys(template.Resources).length).toBeLessThan(100); // of 500
      expect(Object.keys(template.Outputs).length).toBeLessThan(60);
      // IAM quotas: 10,240 characters for all inline policies of a role, and 6,144 for a managed policy.
      for (const { Type, Properties } of Object.values<any>(template.Resources)) {
        if (!Properties.PolicyDocument?.Statement) continue;
        const size = JSON.stringify(asText(Properties.PolicyDocument)).length;
        if (Type === 'AWS::IAM::Policy') expect(size).toBeLessThan(10_240);
        if (Type === 'AWS::IAM::ManagedPolicy') expect(size).toBeLessThan(6_144);
      }
      for (const { stack: replicaStack } of media.replicas) {
        expect(Object.keys(templateOf(replicaStack).toJSON().Resources)).toHaveLength(5);
      }
    });
  });
});
