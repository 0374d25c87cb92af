import { App, Duration, RemovalPolicy, Size, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ReplicaAudit, ReplicaAuditProps, ReplicatedMediaBucket, ReplicatedMediaBucketProps } from '../../../src';
import { InvalidInput } from '../../../src/private/problems';
import { AuditSettings, decodeSettings } from '../../../src/stored/audit/contract';
import { OPTIONAL_FIELDS } from '../../../src/stored/audit/inventory-columns';
import { asText, newApp, only, primaryStack, synthesise, templateOf } from '../../support/synth';

const ONE = [{ region: 'eu-west-1' }];

function setUp(
  props: Partial<ReplicaAuditProps> = {},
  media: Partial<ReplicatedMediaBucketProps> = {},
  stack = primaryStack(),
) {
  const bucket = props.media ?? new ReplicatedMediaBucket(stack, 'Media', { replicas: ONE, ...media });
  return { stack, media: bucket, audit: new ReplicaAudit(stack, 'Audit', { ...props, media: bucket }) };
}

const functionIn = (template: Template): any =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(asText)
    .find(({ Properties }: any) => Properties.Environment?.Variables.REPLICA_AUDIT_SETTINGS);

const settingsOf = (stack: Stack): AuditSettings =>
  decodeSettings(functionIn(templateOf(stack)).Properties.Environment.Variables.REPLICA_AUDIT_SETTINGS);

/** The permissions of the function: each statement as `actions on resources`. */
function permissionsOf(template: Template): string[] {
  const [role]: any[] = Object.entries(template.findResources('AWS::IAM::Role'))
    .filter(([id]) => id.startsWith('AuditFunctionRole'))
    .map(([, each]) => asText(each));
  return role.Properties.Policies[0].PolicyDocument.Statement.map(
    ({ Action, Resource }: any) => `${[Action].flat()} on ${[Resource].flat()}`,
  );
}

function problemsOf(create: () => unknown): string[] {
  try {
    create();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ property }) => property);
    throw error;
  }
  return [];
}

/** The buckets with inventories, by region: the destination of the copy there. */
function inventoriesIn(app: App): any[] {
  return synthesise(app).stacksRecursively.flatMap(({ template, environment }) =>
    Object.values<any>(template.Resources)
      .filter(({ Properties }) => Properties?.InventoryConfigurations)
      .map(({ Properties }) => ({ region: environment.region, ...asText(Properties.InventoryConfigurations[0]) })),
  );
}

describe('ReplicaAudit', () => {
  test('configures a daily Parquet inventory of all versions of each copy, in its own region', () => {
    const { stack } = setUp({}, { replicas: [...ONE, { region: 'ap-southeast-2' }] });
    const inventories = inventoriesIn(stack.node.root as App);
    expect(inventories.map(({ region }) => region).sort()).toEqual(['ap-southeast-2', 'eu-west-1', 'us-east-1']);
    for (const { region, Destination, ...inventory } of inventories) {
      expect(inventory).toMatchObject({
        Enabled: true,
        IncludedObjectVersions: 'All',
        ScheduleFrequency: 'Daily',
        OptionalFields: [...OPTIONAL_FIELDS],
      });
      expect(Destination).toEqual({
        BucketArn: expect.stringMatching(`^arn:\\$\\{AWS::Partition\\}:s3:::audit-[0-9a-f]{8}-.*-${region}-an$`),
        BucketAccountId: '${AWS::AccountId}',
        Format: 'Parquet',
      });
    }
  });

  test('lets S3 write only inventories of the copy, for this account', () => {
    const { stack } = setUp();
    const policies = Object.entries(templateOf(stack).findResources('AWS::S3::BucketPolicy'))
      .filter(([id]) => id.startsWith('AuditInventories'))
      .map(([, each]) => asText(each).Properties.PolicyDocument.Statement);
    expect(policies).toHaveLength(1);
    expect(policies[0].find(({ Sid }: any) => Sid === 'InventoryDelivery')).toEqual({
      Sid: 'InventoryDelivery',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: expect.stringContaining('/*'),
      Condition: {
        ArnLike: { 'aws:SourceArn': expect.stringMatching(/:s3:::media-[0-9a-f]{8}-.*-us-east-1-an$/) },
        StringEquals: {
          'aws:SourceAccount': '${AWS::AccountId}',
          's3:x-amz-acl': 'bucket-owner-full-control',
        },
      },
    });
  });

  test('has a table for each copy, whose partitions a query must name', () => {
    const { stack } = setUp();
    const template = templateOf(stack);
    template.resourceCountIs('AWS::Glue::Table', 2);
    const tables = Object.values(template.findResources('AWS::Glue::Table')).map((each) => asText(each).Properties);
    for (const { TableInput } of tables) {
      expect(TableInput.Parameters).toMatchObject({
        'projection.enabled': 'true',
        'projection.dt.type': 'injected',
        'storage.location.template': expect.stringMatching(/^s3:\/\/audit-.*\/hive\/dt=\$\{dt\}\/$/),
      });
      expect(TableInput.StorageDescriptor.SerdeInfo.SerializationLibrary).toContain('parquet');
    }
    const settings = settingsOf(stack);
    expect(tables.map(({ TableInput }) => TableInput.Name).sort()).toEqual(['eu_west_1', 'us_east_1']);
    expect(settings.primary.table).toBe('us_east_1');
    expect(settings.replicas).toMatchObject([{ region: 'eu-west-1', table: 'eu_west_1' }]);
  });

  test('enforces the location of results and the byte limit in its workgroup', () => {
    const { stack } = setUp({ bytesScannedCutoff: Size.gibibytes(5) });
    expect(only(templateOf(stack), 'AWS::Athena::WorkGroup').Properties.WorkGroupConfiguration).toMatchObject({
      BytesScannedCutoffPerQuery: 5 * 2 ** 30,
      EnforceWorkGroupConfiguration: true,
      EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      ResultConfiguration: {
        OutputLocation: expect.stringMatching(/^s3:\/\/\$\{AuditReports\w+\}\/results\/$/),
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    });
  });

  test('keeps its buckets, and expires what is in them', () => {
    const { stack } = setUp({ reportsExpiration: Duration.days(50), inventoriesExpiration: Duration.days(9) });
    const template = templateOf(stack);
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        LifecycleConfiguration: {
          Rules: Match.arrayWith([
            Match.objectLike({ Prefix: 'reports/', ExpirationInDays: 50 }),
            Match.objectLike({ Prefix: 'results/', ExpirationInDays: 7 }),
          ]),
        },
      },
    });
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 9 })] } },
    });
  });

  test('runs once a day, every five minutes, and when a query of its workgroup ends', () => {
    const { stack, audit } = setUp();
    const template = templateOf(stack);
    const rule = (props: object) => template.hasResourceProperties('AWS::Events::Rule', props);
    rule({ ScheduleExpression: 'rate(1 day)', Targets: [Match.objectLike({ Input: '{"schedule":"audit"}' })] });
    rule({ ScheduleExpression: 'rate(5 minutes)', Targets: [Match.objectLike({ Input: '{"schedule":"tick"}' })] });
    rule({
      EventPattern: {
        source: ['aws.athena'],
        'detail-type': ['Athena Query State Change'],
        detail: { workgroupName: [audit.workGroupName], currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] },
      },
    });
  });

  // docs/security.md has the reason of each action.
  test('has only the required permissions', () => {
    const { stack } = setUp();
    const lines = permissionsOf(templateOf(stack)).map((line) =>
      line
        .replace(/\$\{AWS::(\w+)\}/g, '<$1>')
        .replace(/\$\{(\w+?)[0-9A-F]{8}(\.Arn)?\}/g, '<$1>')
        .replace(/[0-9a-f]{8}/g, '#'),
    );
    const own = 'arn:<Partition>:s3:::audit-#-<AccountId>-*';
    const results = `<AuditReports>/results/*,${own}/results/*`;
    expect(lines).toEqual([
      'athena:StartQueryExecution,athena:GetQueryExecution on arn:<Partition>:athena:*:<AccountId>:workgroup/audit-#',
      'glue:GetDatabase,glue:GetTable on arn:<Partition>:glue:*:<AccountId>:catalog,' +
        'arn:<Partition>:glue:*:<AccountId>:database/audit_#,arn:<Partition>:glue:*:<AccountId>:table/audit_#/*',
      `s3:GetBucketLocation,s3:ListBucket on <AuditReports>,${own}`,
      `s3:GetObject on ${own}/*/audit-#/*`,
      `s3:GetObject,s3:PutObject on <AuditReports>/state/audit.json,<AuditReports>/reports/*,${results}`,
      `s3:AbortMultipartUpload,s3:ListMultipartUploadParts on <AuditReports>/reports/*,${results}`,
      's3:GetLifecycleConfiguration on arn:<Partition>:s3:::<MediaPrimaryBucket>,' +
        'arn:<Partition>:s3:::media-#-<AccountId>-eu-west-1-an',
      'dynamodb:GetItem,dynamodb:UpdateItem on <MediaJobsStoreTable>',
      'logs:CreateLogStream,logs:PutLogEvents on <AuditFunctionLogs>',
    ]);
  });

  test('computes digests in the regions of the replicas, within the same byte limit', () => {
    const { stack, audit } = setUp({ bytesScannedCutoff: Size.gibibytes(5) });
    const replica = synthesise(stack.node.root as App).stacksRecursively.find(
      ({ environment }) => environment.region === 'eu-west-1',
    )!;
    const template = Template.fromJSON(replica.template);
    const { Name, WorkGroupConfiguration } = only(template, 'AWS::Athena::WorkGroup').Properties;
    expect(Name).toBe(audit.workGroupName);
    expect(WorkGroupConfiguration).toMatchObject({
      BytesScannedCutoffPerQuery: 5 * 2 ** 30,
      ResultConfiguration: { OutputLocation: expect.stringMatching(/^s3:\/\/.*\/results\/$/) },
    });
    expect(only(template, 'AWS::Glue::Table').Properties.TableInput.Name).toBe('eu_west_1');
  });

  test('knows the rules of the replicas', () => {
    const { stack } = setUp(
      {},
      {
        replicas: [
          { region: 'eu-west-1', prefix: 'films/' },
          { region: 'eu-north-1', tags: { state: 'done' }, deleteMarkerReplication: false, enabled: false },
        ],
        writeToReplicas: true,
      },
    );
    const { replicas, twoWay } = settingsOf(stack);
    expect(twoWay).toBe(true);
    expect(replicas).toMatchObject([
      { region: 'eu-west-1', rulePrefix: 'films/' },
      { region: 'eu-north-1', tagged: true, keepsDeleted: true, paused: true },
    ]);
  });

  test('does not modify buckets of other apps, and requires their inventories', () => {
    const stack = primaryStack();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
      primary: { bucketName: 'media-us', region: 'us-east-1', encryption: s3.BucketEncryption.S3_MANAGED },
      replicas: [
        { bucketName: 'media-eu', region: 'eu-west-1', ruleId: 'rule', encryption: s3.BucketEncryption.S3_MANAGED },
      ],
    });
    expect(problemsOf(() => new ReplicaAudit(stack, 'Missing', { media }))).toEqual([
      'inventories.us-east-1',
      'inventories.eu-west-1',
    ]);
    new ReplicaAudit(stack, 'Audit', {
      media,
      inventories: {
        'us-east-1': { bucketName: 'inventories-us', inventoryId: 'all' },
        'eu-west-1': { bucketName: 'inventories-eu', inventoryId: 'all', prefix: 'audit/' },
      },
    });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1); // the reports
    expect(settingsOf(stack)).toMatchObject({
      primary: { inventories: 'inventories-us', prefix: 'media-us/all' },
      replicas: [{ inventories: 'inventories-eu', prefix: 'audit/media-eu/all' }],
    });
    expect(settingsOf(stack).replicationTable).toBeUndefined();
  });

  test('collects every problem of its props', () => {
    const replica = { region: 'eu-west-1', account: '222222222222' };
    const stack = primaryStack(newApp(), { region: 'us-east-1', account: '111111111111' });
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [replica] });
    const create = () =>
      new ReplicaAudit(stack, 'Audit', {
        media,
        bytesScannedCutoff: Size.mebibytes(1),
        inventoriesExpiration: Duration.days(2),
        reportsExpiration: Duration.hours(1),
        inventories: { 'eu-north-1': { bucketName: 'inventories', inventoryId: 'all' } },
      });
    expect(problemsOf(create)).toEqual([
      'bytesScannedCutoff',
      'inventoriesExpiration',
      'reportsExpiration',
      'inventories.eu-north-1',
      'media',
    ]);
  });

  test('fails in a stack of another region than the primary', () => {
    const app = newApp();
    const media = new ReplicatedMediaBucket(primaryStack(app), 'Media', { replicas: ONE });
    const other = new Stack(app, 'Other', { env: { region: 'eu-central-1' } });
    expect(problemsOf(() => new ReplicaAudit(other, 'Audit', { media }))).toEqual(['media']);
  });

  test('can be in another stack than the media, in a stage, and beside another audit', () => {
    const app = newApp();
    const stage = new Stage(app, 'Production');
    const stack = new Stack(stage, 'Media', { env: { region: 'us-east-1' } });
    const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: ONE });
    const other = new Stack(stage, 'Audits', { env: { region: 'us-east-1' } });
    const names = ['One', 'Two'].map((id) => new ReplicaAudit(other, id, { media }).auditName);
    expect(new Set(names).size).toBe(2);
    const assembly = app.synth().getNestedAssembly(stage.artifactId);
    const audits = assembly.stacks.find(({ id }) => id === other.artifactId)!;
    expect(audits.dependencies.map(({ id }) => id)).toContain(stack.artifactId);
    expect(asText(audits.template).Resources).toBeDefined();
    const primary = assembly.stacks.find(({ id }) => id === stack.artifactId)!;
    const [bucket] = Object.values<any>(primary.template.Resources).filter(
      ({ Properties }) => Properties?.InventoryConfigurations,
    );
    expect(bucket.Properties.InventoryConfigurations).toHaveLength(2);
  });

  test('creates its alarms once, with a first data point before the alarm on missing runs', () => {
    const { stack, audit } = setUp();
    const topic = new sns.Topic(stack, 'Topic');
    const alarms = audit.addAlarms();
    expect(audit.addAlarms({ actions: [new actions.SnsAction(topic)], overdueThreshold: Duration.days(2) })).toBe(
      alarms,
    );
    const template = templateOf(stack);
    const stopped: any = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).find(([id]) =>
      id.startsWith('AuditStoppedAlarm'),
    )![1];
    expect(stopped.Properties).toMatchObject({ TreatMissingData: 'breaching', Statistic: 'SampleCount' });
    expect(stopped.DependsOn).toEqual([expect.stringMatching(/^AuditStart/)]);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'ComparisonAge', Threshold: 172_800 });
    for (const name of ['MissingObjects', 'DifferentObjects']) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: name,
        Threshold: 1,
        AlarmActions: [Match.anyValue()],
      });
    }
  });

  test('has metrics for all replicas and for each, and fails for other regions', () => {
    const { audit } = setUp();
    expect(audit.metricMissingObjects().dimensions).toEqual({ service: audit.auditName });
    expect(audit.metricDifferentObjects('eu-west-1').dimensions).toEqual({
      service: audit.auditName,
      Region: 'eu-west-1',
    });
    expect(problemsOf(() => audit.metricMissingObjects('eu-north-1'))).toEqual(['replicaRegion']);
  });

  test('grantAudit allows invoking the function', () => {
    const { stack, audit } = setUp({
      schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    audit.grantAudit(new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() }));
    templateOf(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' })] },
    });
  });
});
