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

function setUp(props: Partial<ReplicationJobsProps> = {}, stack: Stack = primaryStack()) {
  const jobs = new ReplicationJobs(stack, 'Jobs', { bucketName: 'media', replicas: REPLICAS, ...NEW_COPIES, ...props });
  return { stack, jobs };
}

const resources = (template: Template, type: string): [string, any][] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => [id, asText(resource)]);

/** The permissions of a role, as lines of action, resource and condition keys. */
function permissions(template: Template, role: string): string[] {
  return resources(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource, Condition = {} }: any) =>
      [Action].flat().flatMap((action: string) =>
        [Resource].flat().map((resource: string) => {
          const target = resource
            .replace(/\$\{Jobs(\w+?)[0-9A-F]{8}(\.Arn)?\}/, '<$1>')
            .replace('${AWS::Partition}', 'aws');
          const keys = Object.values<object>(Condition).flatMap(Object.keys);
          return [action, target, ...keys].join(' ');
        }),
      ),
    )
    .filter((line) => !line.startsWith('logs:'))
    .sort();
}

describe('ReplicationJobs', () => {
  test('creates four functions from one bundle, each with its own role', () => {
    const functions = resources(templateOf(setUp().stack), 'AWS::Lambda::Function').map(([, each]) => each.Properties);
    expect(functions.map(({ Handler, Timeout }) => [Handler, Timeout])).toEqual([
      ['index.backfill', 300],
      ['index.worker', 900],
      ['index.events', 60],
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
        REPLICATION_JOB_TAG: expect.stringMatching(/^jobs-[0-9a-f]{8}$/),
        REPLICATION_MAX_ATTEMPTS: '3',
        POWERTOOLS_SERVICE_NAME: expect.stringMatching(/^jobs-[0-9a-f]{8}$/),
      });
    }
    expect(new Set(functions.map(({ Role }) => Role)).size).toBe(4);
    expect(new Set(functions.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
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

  test('schedules no repair if it is disabled', () => {
    templateOf(setUp({ repair: { enabled: false } }).stack).resourceCountIs('AWS::Events::Rule', 1);
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
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
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

    test('depends on the rules, and on the permissions of the job', () => {
      const { stack, jobs } = setUp();
      const bucket = new s3.Bucket(stack, 'Media');
      jobs.startAfter(bucket);
      const [[, { DependsOn }]] = resources(templateOf(stack), 'Custom::MediaBackfill');
      const on = DependsOn.map((id: string) => id.slice(0, -8));
      expect(on).toEqual(
        expect.arrayContaining([
          'JobsBackfillRole',
          'JobsBackfillRoleDefaultPolicy',
          'JobsJobRoleDefaultPolicy',
          'Media',
        ]),
      );
    });

    test('is deleted first, then the permissions of the job role, then the reports', () => {
      const template = templateOf(setUp().stack);
      const [[cleanup, { DependsOn: dependencies }]] = resources(template, 'Custom::MediaBackfillReports');
      const [, jobPolicy] = resources(template, 'AWS::IAM::Policy').find(([id]) => id.startsWith('JobsJobRole'))!;
      expect(jobPolicy.DependsOn).toEqual([cleanup]);
      const expected = [/^JobsBackfillRoleDefaultPolicy/, /^JobsStoreReports/];
      for (const id of expected) expect(dependencies).toContainEqual(expect.stringMatching(id));
    });
  });

  describe('least privilege', () => {
    const template = () => templateOf(setUp().stack);
    const JOBS = [
      'iam:PassRole <JobRole> iam:PassedToService',
      's3:CreateJob * s3:RequestJobOperation aws:RequestTag/MediaReplicationJobs',
      's3:DescribeJob arn:aws:s3:us-east-1:${AWS::AccountId}:job/* aws:ResourceTag/MediaReplicationJobs',
      's3:ListJobs * aws:RequestedRegion',
    ];
    const TABLE = ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
      (action) => `dynamodb:${action} <StoreTable>`,
    );

    test('the job role can only initiate replication, read manifests and write reports', () => {
      expect(permissions(template(), 'JobsJobRole')).toEqual([
        's3:GetObject <StoreReports>/manifests/*',
        's3:GetObjectVersion <StoreReports>/manifests/*',
        's3:GetReplicationConfiguration arn:aws:s3:::media',
        's3:InitiateReplication arn:aws:s3:::media/*',
        's3:PutInventoryConfiguration arn:aws:s3:::media',
        's3:PutObject <StoreReports>/reports/*',
      ]);
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
        'Backfill',
        [
          ...TABLE,
          ...JOBS,
          's3:DeleteObject <StoreReports>/*',
          's3:GetLifecycleConfiguration arn:aws:s3:::media',
          's3:GetReplicationConfiguration arn:aws:s3:::media',
          's3:ListBucket <StoreReports>',
          's3:ListBucketVersions arn:aws:s3:::media',
          's3:UpdateJobStatus arn:aws:s3:us-east-1:${AWS::AccountId}:job/* aws:ResourceTag/MediaReplicationJobs',
        ],
      ],
      [
        'Worker',
        [
          ...TABLE,
          ...JOBS,
          's3:AbortMultipartUpload <StoreReports>/manifests/*',
          's3:GetLifecycleConfiguration arn:aws:s3:::media',
          's3:GetObject <StoreReports>/reports/*',
          's3:ListBucket <StoreReports>',
          's3:PutObject <StoreReports>/manifests/*',
        ],
      ],
      [
        'Events',
        [
          'dynamodb:UpdateItem <StoreTable>',
          ...['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
            (action) => `sqs:${action} <FailuresQueue>`,
          ),
        ],
      ],
      ['Status', ['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} <StoreTable>`)],
    ])('the role of the %s function has only the required permissions', (name, expected) => {
      expect(permissions(template(), `Jobs${name}Role`)).toEqual([...expected].sort());
    });

    test('jobs must be replication jobs with the tag, and only S3 Batch Operations can receive the role', () => {
      const statements = resources(template(), 'AWS::IAM::Policy').flatMap(
        ([, { Properties }]) => Properties.PolicyDocument.Statement,
      );
      const of = (action: string) => statements.filter(({ Action }: any) => [Action].flat().includes(action));
      for (const { Condition } of of('s3:CreateJob')) {
        expect(Condition.StringEquals).toEqual({
          's3:RequestJobOperation': 'S3ReplicateObject',
          'aws:RequestTag/MediaReplicationJobs': expect.stringMatching(/^jobs-/),
        });
      }
      for (const { Condition } of of('iam:PassRole')) {
        expect(Condition.StringEquals['iam:PassedToService']).toBe('batchoperations.s3.amazonaws.com');
      }
    });
  });

  test('receives failure events of a topic through a queue with a dead-letter queue', () => {
    const { stack, jobs } = setUp();
    jobs.listenTo(new sns.Topic(stack, 'Events'));
    const template = templateOf(stack);
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      TopicArn: { Ref: topic },
      RawMessageDelivery: true,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: {
        Records: {
          eventName: ['Replication:OperationFailedReplication', 's3:Replication:OperationFailedReplication'],
        },
      },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 360,
      SqsManagedSseEnabled: true,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 500,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    const allowed = resources(template, 'AWS::SQS::QueuePolicy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toEqual([
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
    template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.anyValue() }],
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('docs/operations.md#alarm-'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'RepeatedFailures',
      Namespace: 'MediaReplication/Replication',
      Dimensions: [{ Name: 'service', Value: Match.stringLikeRegexp('^jobs-') }],
    });
  });

  test('grantManage grants permission to invoke the status function', () => {
    const { stack, jobs } = setUp();
    jobs.grantManage(new iam.Role(stack, 'Ops', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(permissions(templateOf(stack), 'Ops')[0]).toMatch(/^lambda:InvokeFunction <Status>/);
  });

  test('supports environment-agnostic stacks, stages and China', () => {
    templateOf(setUp({}, new Stack(newApp(), 'Anywhere')).stack).resourceCountIs('AWS::Lambda::Function', 4);
    const stage = new Stage(newApp() as App, 'Prod', { env: { region: 'cn-north-1' } });
    const { stack } = setUp({}, new Stack(stage, 'Live'));
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
  });

  test('supports two in one stack', () => {
    const { stack } = setUp();
    new ReplicationJobs(stack, 'Other', { bucketName: 'other', replicas: REPLICAS, ...NEW_COPIES });
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
    expect(roles).toHaveLength(5);
    for (const [, { Properties }] of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('boundary');
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  test('creates fewer than 40 resources', () => {
    expect(Object.keys(templateOf(setUp().stack).toJSON().Resources).length).toBeLessThan(40);
  });
});
