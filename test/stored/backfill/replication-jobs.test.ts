import { App, CfnParameter, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicationJobs, ReplicationJobsProps } from '../../../src/stored/backfill';
import { NEW_COPIES } from '../../support/jobs-props';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const REPLICAS = ['media-eu', 'media-ap'];
const DAILY = events.Schedule.rate(Duration.days(1));

function setUp(props: Partial<ReplicationJobsProps> = {}, stack: Stack = primaryStack()) {
  const jobs = new ReplicationJobs(stack, 'Jobs', { bucketName: 'media', replicas: REPLICAS, ...NEW_COPIES, ...props });
  return { stack, jobs };
}

const resources = (template: Template, type: string): [string, any][] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => [id, asText(resource)]);

const linesOf = (statements: any[]) =>
  statements.flatMap(({ Action, Resource, Condition = {} }: any) =>
    [Action].flat().flatMap((action: string) =>
      [Resource].flat().map((resource: string) => {
        const target = resource
          .replace(/\$\{Jobs(\w+?)[0-9A-F]{8}(\.Arn)?\}/, '<$1>')
          .replace('${AWS::Partition}', 'aws');
        const keys = Object.values<object>(Condition).flatMap(Object.keys);
        return [action, target, ...keys].join(' ');
      }),
    ),
  );

/** The statements of a role: those of the role itself, and of policies of their own. */
function statementsOf(template: Template, role: string): any[] {
  const policies = resources(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
    JSON.stringify(Properties.Roles).includes(role),
  );
  const roles = resources(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith(role));
  return [
    ...policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement),
    ...roles.flatMap(([, { Properties }]) =>
      (Properties.Policies ?? []).flatMap((policy: any) => policy.PolicyDocument.Statement),
    ),
  ];
}

/** The permissions of a role, as lines of action, resource and condition keys. */
function permissions(template: Template, role: string): string[] {
  return linesOf(statementsOf(template, role))
    .filter((line) => !line.startsWith('logs:'))
    .sort();
}

describe('ReplicationJobs', () => {
  test('creates two functions from one bundle, each with its own role, and one log group', () => {
    const functions = resources(templateOf(setUp().stack), 'AWS::Lambda::Function').map(([, each]) => each.Properties);
    expect(functions.map(({ Handler, Timeout }) => [Handler, Timeout])).toEqual([
      ['index.jobs', 900],
      ['index.status', 29],
    ]);
    for (const { Runtime, Architectures, MemorySize, Environment } of functions) {
      expect([Runtime, Architectures, MemorySize]).toEqual(['nodejs24.x', ['arm64'], 1024]);
      expect(Environment.Variables).toEqual({
        REPLICATION_TABLE: expect.stringMatching(/^\$\{JobsStoreTable/),
        REPLICATION_BUCKET: 'media',
        REPLICATION_ACCOUNT: '${AWS::AccountId}',
        REPLICATION_PARTITION: '${AWS::Partition}',
        REPLICATION_REPORTS_BUCKET: expect.stringMatching(/^\$\{JobsStoreReports/),
        REPLICATION_JOB_ROLE: expect.stringMatching(/^\$\{JobsJobRole\w+\.Arn\}$/),
        REPLICATION_FAILURE_QUEUE: expect.stringMatching(/^\$\{JobsFailuresQueue/),
        REPLICATION_JOB_TAG: 'media-1a2b3c4d',
        REPLICATION_MAX_ATTEMPTS: '3',
        POWERTOOLS_SERVICE_NAME: 'media-1a2b3c4d',
      });
    }
    expect(new Set(functions.map(({ Role }) => Role)).size).toBe(2);
    expect(new Set(functions.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
    expect(new Set(functions.map(({ LoggingConfig }) => JSON.stringify(LoggingConfig))).size).toBe(1);
    templateOf(setUp().stack).resourceCountIs('AWS::Logs::LogGroup', 1);
  });

  test('passes on the runtime, the attempts and the schedule', () => {
    const { stack } = setUp({
      runtime: new lambda.Runtime('nodejs22.x'),
      repair: { maxAttempts: 5, schedule: events.Schedule.cron({ hour: '3', minute: '0' }) },
    });
    const template = templateOf(stack);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs22.x',
      MemorySize: 1024,
      Environment: { Variables: Match.objectLike({ REPLICATION_MAX_ATTEMPTS: '5' }) },
    });
    const rules = resources(template, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
    expect(rules.map(({ ScheduleExpression, Targets }) => [ScheduleExpression, Targets[0].Input])).toEqual([
      ['rate(5 minutes)', '{}'],
      ['cron(0 3 * * ? *)', '{"repair":true}'],
    ]);
  });

  test.each([
    ['requests a repair each day', {}, '{"dailyRepair":true}'],
    ['requests no repair if it is disabled', { enabled: false }, '{}'],
    ['requests no repair if it is disabled, whatever its schedule', { enabled: false, schedule: DAILY }, '{}'],
  ])('%s, with one rule', (_, repair, input) => {
    const { Properties } = only(templateOf(setUp({ repair }).stack), 'AWS::Events::Rule');
    expect(Properties.Targets[0].Input).toBe(input);
  });

  test.each([0, 11, 1.5])('fails when maxAttempts is %d', (maxAttempts) => {
    expect(() => setUp({ repair: { maxAttempts } })).toThrow(
      `[MediaStack/Jobs] repair.maxAttempts: got ${maxAttempts}, expected an integer from 1 to 10. Specify the number of ` +
        'failed repairs after which an object is given up, such as 3.',
    );
  });

  test('does not validate a token', () => {
    const stack = primaryStack();
    const parameter = new CfnParameter(stack, 'MaxAttempts', { type: 'Number' });
    setUp({ repair: { maxAttempts: parameter.valueAsNumber } }, stack);
    templateOf(stack).allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ REPLICATION_MAX_ATTEMPTS: { Ref: 'MaxAttempts' } }) },
    });
  });

  test('creates an encrypted on-demand table with point-in-time recovery and a time to live', () => {
    const { Properties, DeletionPolicy } = only(templateOf(setUp().stack), 'AWS::DynamoDB::Table');
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    expect(DeletionPolicy).toBe('Delete');
  });

  test('creates a bucket for reports, from which S3 can read manifests', () => {
    const { Properties, DeletionPolicy } = only(templateOf(setUp().stack), 'AWS::S3::Bucket');
    expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    expect(Properties.LifecycleConfiguration.Rules).toMatchObject([{ ExpirationInDays: 90, Status: 'Enabled' }]);
    expect(DeletionPolicy).toBe('Delete');
    templateOf(setUp().stack).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  describe('the custom resource', () => {
    test('passes the replicas and whether to replicate existing objects', () => {
      const template = templateOf(setUp({ existingBucket: true, existingReplicas: ['media-ap'] }).stack);
      template.hasResourceProperties('Custom::MediaBackfill', {
        Bucket: 'media',
        Replicas: ['media-eu', 'media-ap'],
        ExistingReplicas: ['media-ap'],
        ExistingBucket: 'true',
        ReplicateExisting: 'true',
      });
      templateOf(setUp({ replicateExisting: false }).stack).hasResourceProperties('Custom::MediaBackfill', {
        ExistingBucket: 'false',
        ReplicateExisting: 'false',
      });
    });

    test('depends on the rules', () => {
      const { stack, jobs } = setUp();
      const bucket = new s3.Bucket(stack, 'Media');
      jobs.startAfter(bucket);
      const [[, { DependsOn }]] = resources(templateOf(stack), 'Custom::MediaBackfill');
      expect(DependsOn).toEqual([expect.stringMatching(/^Media/)]);
    });

    test('is deleted after the permission of the jobs to write reports, and before the reports', () => {
      const template = templateOf(setUp().stack);
      const [[id, resource]] = resources(template, 'Custom::MediaBackfill');
      const [[, policy]] = resources(template, 'AWS::S3::BucketPolicy');
      expect(policy.DependsOn).toEqual([id]);
      expect(JSON.stringify(policy.Properties.PolicyDocument)).toContain('s3:PutObject');
      const [[reports]] = resources(template, 'AWS::S3::Bucket');
      const [[worker, { Properties }]] = resources(template, 'AWS::Lambda::Function');
      expect(resource.Properties.ServiceToken).toBe('${' + worker + '.Arn}');
      expect(Properties.Environment.Variables.REPLICATION_REPORTS_BUCKET).toBe('${' + reports + '}');
    });
  });

  describe('least privilege', () => {
    const template = () => templateOf(setUp().stack);
    const JOBS = [
      'iam:PassRole <JobRole> iam:PassedToService',
      's3:CreateJob * s3:RequestJobOperation aws:RequestTag/MediaReplicationJobs',
      's3:DescribeJob arn:aws:s3:us-east-1:${AWS::AccountId}:job/* aws:ResourceTag/MediaReplicationJobs',
      's3:ListJobs * aws:RequestedRegion',
      's3:UpdateJobStatus arn:aws:s3:us-east-1:${AWS::AccountId}:job/* aws:ResourceTag/MediaReplicationJobs',
    ];
    const TABLE = ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
      (action) => `dynamodb:${action} <StoreTable>`,
    );

    test('the job role can only initiate replication, read manifests and write reports', () => {
      expect(permissions(template(), 'JobsJobRole')).toEqual([
        's3:GetReplicationConfiguration arn:aws:s3:::media',
        's3:InitiateReplication arn:aws:s3:::media/*',
        's3:PutInventoryConfiguration arn:aws:s3:::media',
      ]);
      const { Statement } = only(template(), 'AWS::S3::BucketPolicy').Properties.PolicyDocument;
      const allowed = Statement.filter(({ Effect }: any) => Effect === 'Allow');
      expect(linesOf(allowed).sort()).toEqual([
        's3:GetObject <StoreReports>/manifests/*',
        's3:GetObjectVersion <StoreReports>/manifests/*',
        's3:PutObject <StoreReports>/reports/*',
      ]);
      for (const { Principal } of allowed) expect(Principal).toEqual({ AWS: expect.stringMatching(/JobsJobRole/) });
    });

    test('only S3 Batch Operations can assume the job role', () => {
      const [, role] = resources(template(), 'AWS::IAM::Role').find(([id]) => id.startsWith('JobsJobRole'))!;
      expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'batchoperations.s3.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' } },
        },
      ]);
    });

    test.each([
      [
        'Worker',
        [
          ...TABLE,
          ...JOBS,
          's3:AbortMultipartUpload <StoreReports>/manifests/*',
          's3:DeleteObject <StoreReports>/*',
          's3:GetLifecycleConfiguration arn:aws:s3:::media',
          's3:GetObject <StoreReports>/reports/*',
          's3:GetReplicationConfiguration arn:aws:s3:::media',
          's3:ListBucket <StoreReports>',
          's3:ListBucketVersions arn:aws:s3:::media',
          's3:PutObject <StoreReports>/manifests/*',
          'sqs:DeleteMessage <FailuresQueue>',
          'sqs:ReceiveMessage <FailuresQueue>',
        ],
      ],
      ['Status', ['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} <StoreTable>`)],
    ])('the role of the %s function has only the required permissions', (name, expected) => {
      expect(permissions(template(), `Jobs${name}Role`)).toEqual([...expected].sort());
    });

    test('jobs must be replication jobs with the tag, and only S3 Batch Operations can receive the role', () => {
      const statements = statementsOf(template(), 'JobsWorkerRole');
      const of = (action: string) => statements.filter(({ Action }: any) => [Action].flat().includes(action));
      for (const { Condition } of of('s3:CreateJob')) {
        expect(Condition.StringEquals).toEqual({
          's3:RequestJobOperation': 'S3ReplicateObject',
          'aws:RequestTag/MediaReplicationJobs': 'media-1a2b3c4d',
        });
      }
      for (const { Condition } of of('iam:PassRole')) {
        expect(Condition.StringEquals['iam:PassedToService']).toBe('batchoperations.s3.amazonaws.com');
      }
    });
  });

  test('receives events of failed and late objects of a topic through a queue with a dead-letter queue', () => {
    const { stack, jobs } = setUp();
    jobs.failures.subscribeTo(new sns.Topic(stack, 'Events'));
    const template = templateOf(stack);
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      TopicArn: { Ref: topic },
      RawMessageDelivery: true,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: {
        Records: {
          eventName: [
            'OperationFailedReplication',
            'OperationMissedThreshold',
            'OperationReplicatedAfterThreshold',
            'OperationNotTracked',
          ].flatMap((name) => [`Replication:${name}`, `s3:Replication:${name}`]),
        },
      },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 300,
      SqsManagedSseEnabled: true,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
    const { PolicyDocument, Queues } = only(template, 'AWS::SQS::QueuePolicy').Properties;
    expect(Queues).toHaveLength(2);
    expect(PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow')).toEqual([
      expect.objectContaining({
        Action: 'sqs:SendMessage',
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': '${' + topic + '}' } },
      }),
    ]);
    expect(JSON.stringify(template.findResources('AWS::SQS::QueuePolicy'))).toContain('"aws:SecureTransport":"false"');
  });

  describe('lifecycle rules that race with a backfill', () => {
    const lifecycleRules = [{ id: 'cleanup', expiration: Duration.days(30) }];
    const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('race'));

    test('cause a warning with their id and the fix', () => {
      const [{ id, entry }] = warnings(setUp({ lifecycleRules }).stack);
      expect(id).toBe('/MediaStack/Jobs');
      expect(entry.data).toMatch(/cleanup \(deletes objects\).*Disable the rules/);
    });

    test('cause no warning without a backfill', () => {
      expect(warnings(setUp({ lifecycleRules, replicateExisting: false }).stack)).toEqual([]);
    });

    test('cause a warning with repair alone if they remove delete markers', () => {
      const markers = [...lifecycleRules, { id: 'markers', expiredObjectDeleteMarker: true }];
      const [{ entry }] = warnings(setUp({ lifecycleRules: markers, replicateExisting: false }).stack);
      expect(entry.data).toMatch(/: markers \(removes delete markers\)\. .*can reappear on a replica/);
    });
  });

  test('alarms link to the runbook, and every call of addAlarms adds its actions', () => {
    const { stack, jobs } = setUp();
    const topic = new sns.Topic(stack, 'Topic');
    const alarms = jobs.addAlarms();
    expect(jobs.addAlarms([new actions.SnsAction(topic)])).toEqual(alarms);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 5);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.anyValue() }],
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('docs/operations.md#alarm-'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'RepeatedFailures',
      Namespace: 'MediaReplication/Replication',
      Dimensions: [{ Name: 'service', Value: 'media-1a2b3c4d' }],
    });
  });

  test('grantManage grants permission to invoke the status function', () => {
    const { stack, jobs } = setUp();
    jobs.grantManage(new iam.Role(stack, 'Ops', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(permissions(templateOf(stack), 'Ops')[0]).toMatch(/^lambda:InvokeFunction <Status>/);
  });

  test('supports account-agnostic stacks, stages and China', () => {
    templateOf(setUp().stack).resourceCountIs('AWS::Lambda::Function', 2);
    const stage = new Stage(newApp() as App, 'Prod', { env: { region: 'cn-north-1' } });
    const { stack } = setUp({}, new Stack(stage, 'Live'));
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
  });

  test('supports two in one stack', () => {
    const { stack } = setUp();
    new ReplicationJobs(stack, 'Other', { ...NEW_COPIES, name: 'other', bucketName: 'other', replicas: REPLICAS });
    const tags = resources(templateOf(stack), 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.Environment.Variables.REPLICATION_JOB_TAG,
    );
    expect(new Set(tags).size).toBe(2);
  });

  test('applies a permissions boundary and tags to every role', () => {
    const { stack } = setUp();
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(stack).add('team', 'media');
    const roles = resources(templateOf(stack), 'AWS::IAM::Role');
    expect(roles).toHaveLength(3);
    for (const [, { Properties }] of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('boundary');
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  test('creates 15 resources', () => {
    expect(Object.keys(templateOf(setUp().stack).toJSON().Resources)).toHaveLength(15);
  });
});
