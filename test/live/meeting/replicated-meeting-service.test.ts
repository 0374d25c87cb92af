import { App, Fn, Stack, Stage, Tags, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  HttpAuthorizer,
  ReplicatedMeetingService,
  ReplicatedMeetingServiceAttributes,
  ReplicatedMeetingServiceProps,
} from '../../../src';
import { asText, newApp, only, primaryStack, templateOf } from '../../support/synth';

const TAG = /"aws:(Request|Resource)Tag\/MediaReplicationService":"meetings-[0-9a-f]{8}"/;

/** The properties of an event source mapping. */
function mapping(stack: Stack, id: string): any {
  const [, { Properties }] = Object.entries<any>(
    asText(templateOf(stack).findResources('AWS::Lambda::EventSourceMapping')),
  ).find(([logicalId]) => logicalId.includes(id))!;
  return Properties;
}

function setUp(props: ReplicatedMeetingServiceProps = {}, stack: Stack = primaryStack()) {
  const service = new ReplicatedMeetingService(stack, 'Meetings', props);
  return { stack, service };
}

const resources = (stack: Stack, type: string): any[] =>
  Object.values(templateOf(stack).findResources(type)).map(asText);
const functionsOf = (stack: Stack) => resources(stack, 'AWS::Lambda::Function').map(({ Properties }) => Properties);

/** The permissions of a function's role: actions, resources and conditions. */
function permissions(
  template: Template,
  name: string,
): { actions: string[]; resources: string[]; condition: string }[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map(asText)
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(name))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({
      actions: [Action].flat(),
      resources: [Resource].flat(),
      condition: JSON.stringify(Condition ?? {}),
    }));
}

const chimeActions = (stack: Stack, name: string) =>
  permissions(templateOf(stack), `Meetings${name}Role`)
    .flatMap((statement) => statement.actions)
    .filter((action) => action.startsWith('chime:'))
    .sort();

describe('ReplicatedMeetingService', () => {
  test('creates functions for the audience, hosts, rooms and the reconciler from one bundle', () => {
    const functions = functionsOf(setUp().stack);
    expect(functions.map(({ Handler, Timeout }) => [Handler, Timeout])).toEqual([
      ['index.audience', 29],
      ['index.host', 29],
      ['index.room', 300],
      ['index.reconciler', 300],
    ]);
    for (const { Runtime, Architectures, MemorySize, Environment, Role } of functions) {
      expect([Runtime, Architectures, MemorySize]).toEqual(['nodejs24.x', ['arm64'], 1024]);
      expect(Environment.Variables).toEqual({
        MEETINGS_TABLE: expect.stringMatching(/^\$\{MeetingsStateTable/),
        MEETINGS_CONTROL_REGION: 'us-east-1',
        MEETINGS_SERVICE_TAG: expect.stringMatching(/^meetings-/),
        POWERTOOLS_SERVICE_NAME: expect.stringMatching(/^meetings-/),
      });
      expect(Role).toMatch(/^\$\{Meetings(Audience|Host|Room|Reconciler)Role/);
    }
    expect(new Set(functions.map(({ Code }) => JSON.stringify(Code))).size).toBe(1);
    expect(new Set(functions.map(({ Role }) => Role)).size).toBe(4);
  });

  test('uses the given runtime, memory size and key', () => {
    const stack = primaryStack();
    const encryptionKey = new kms.Key(stack, 'OwnKey');
    setUp({ encryptionKey, memorySize: 512, runtime: new lambda.Runtime('nodejs22.x') }, stack);
    for (const { Runtime, MemorySize } of functionsOf(stack)) {
      expect([Runtime, MemorySize]).toEqual(['nodejs22.x', 512]);
    }
    const { Properties } = only(templateOf(stack), 'AWS::DynamoDB::Table');
    expect(Properties.SSESpecification.KMSMasterKeyId).toMatch(/^\$\{OwnKey/);
  });

  test('creates an on-demand table with encryption, point-in-time recovery and a time to live', () => {
    const { Properties, DeletionPolicy } = only(templateOf(setUp().stack), 'AWS::DynamoDB::Table');
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.stringMatching(/StateKey/) },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
    expect(DeletionPolicy).toBe('Delete');
    templateOf(setUp().stack).hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  describe('least privilege', () => {
    test('each function can perform only the Chime actions that it needs', () => {
      const { stack } = setUp();
      const meetings = ['chime:CreateMeeting', 'chime:DeleteMeeting', 'chime:GetMeeting', 'chime:TagResource'];
      const attendees = ['chime:BatchCreateAttendee', 'chime:CreateAttendee', 'chime:DeleteAttendee'];
      expect(chimeActions(stack, 'Audience')).toEqual([...meetings, ...attendees].sort());
      expect(chimeActions(stack, 'Host')).toEqual([...meetings, ...attendees].sort());
      expect(chimeActions(stack, 'Room')).toEqual(meetings);
      expect(chimeActions(stack, 'Reconciler')).toEqual(
        [
          ...meetings,
          'chime:BatchCreateAttendee',
          'chime:DeleteAttendee',
          'chime:GetAttendee',
          'chime:ListAttendees',
        ].sort(),
      );
    });

    test('functions can only act on meetings of this account that have the tag of the service', () => {
      for (const name of ['Audience', 'Host', 'Room', 'Reconciler']) {
        for (const { actions: granted, resources: on, condition } of permissions(
          templateOf(setUp().stack),
          `Meetings${name}Role`,
        )) {
          if (!granted[0].startsWith('chime:')) continue;
          expect(condition).toMatch(TAG);
          const isCreate = granted.length === 1 && granted[0] === 'chime:CreateMeeting';
          expect(on).toEqual([isCreate ? '*' : 'arn:${AWS::Partition}:chime:*:${AWS::AccountId}:meeting/*']);
        }
      }
    });

    test('every service has a tag of its own', () => {
      const { stack } = setUp();
      new ReplicatedMeetingService(stack, 'Other');
      const tags = functionsOf(stack).map(({ Environment }) => Environment.Variables.MEETINGS_SERVICE_TAG);
      expect(new Set(tags).size).toBe(2);
    });

    test('functions can access items of the table, query its index, and use its key only through DynamoDB', () => {
      const statements = permissions(templateOf(setUp().stack), 'MeetingsAudienceRole');
      const on = (action: string) => statements.filter((statement) => statement.actions.includes(action));
      expect(on('dynamodb:PutItem')).toMatchObject([
        {
          actions: [
            'dynamodb:BatchGetItem',
            'dynamodb:BatchWriteItem',
            'dynamodb:ConditionCheckItem',
            'dynamodb:DeleteItem',
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:UpdateItem',
          ],
          resources: [expect.stringMatching(/^\$\{MeetingsStateTable\w+\.Arn\}$/)],
        },
      ]);
      expect(on('dynamodb:Query')).toMatchObject([{ resources: [expect.stringMatching(/\/index\/byGroup$/)] }]);
      expect(on('kms:Decrypt')[0].condition).toBe(
        '{"StringEquals":{"kms:ViaService":"dynamodb.us-east-1.${AWS::URLSuffix}"}}',
      );
      expect(statements.flatMap((statement) => statement.actions)).not.toContain('dynamodb:Scan');
    });

    test('grantJoin and grantHost allow invoking one function each', () => {
      const { stack, service } = setUp();
      const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
      service.grantJoin(role('Web'));
      service.grantHost(role('Control'));
      const [web] = permissions(templateOf(stack), '${Web');
      const [control] = permissions(templateOf(stack), '${Control');
      expect(web).toMatchObject({ actions: ['lambda:InvokeFunction'] });
      for (const arn of web.resources) expect(arn).toMatch(/^\$\{MeetingsAudience/);
      for (const arn of control.resources) expect(arn).toMatch(/^\$\{MeetingsHost/);
    });
  });

  describe('the reconciler', () => {
    test('runs every minute, and thoroughly every five minutes', () => {
      const rules = resources(setUp().stack, 'AWS::Events::Rule').map(({ Properties }) => Properties);
      expect(rules.map(({ ScheduleExpression, Targets }) => [ScheduleExpression, Targets[0].Input])).toEqual([
        ['rate(1 minute)', '{"thorough":false}'],
        ['rate(5 minutes)', '{"thorough":true}'],
        [undefined, undefined],
      ]);
      for (const { Targets } of rules.slice(0, 2)) expect(Targets[0].Arn).toMatch(/^\$\{MeetingsReconciler/);
    });

    test('handles events in batches, with limited concurrency', () => {
      const { stack } = setUp();
      const rules = resources(stack, 'AWS::Events::Rule').map(({ Properties }) => Properties);
      expect(rules[2].EventPattern).toEqual({
        source: ['aws.chime'],
        'detail-type': ['Chime Meeting State Change'],
        detail: {
          eventType: ['chime:MeetingEnded', 'chime:AttendeeJoined', 'chime:AttendeeLeft', 'chime:AttendeeDropped'],
        },
      });
      expect(rules[2].Targets[0].Arn).toMatch(/^\$\{MeetingsChimeEventsQueue\w+\.Arn\}$/);
      expect(only(templateOf(stack), 'AWS::SQS::Queue').Properties).toEqual({
        SqsManagedSseEnabled: true,
        MessageRetentionPeriod: 600,
        VisibilityTimeout: 300,
      });
      expect(mapping(stack, 'ChimeEvents')).toMatchObject({
        FunctionName: expect.stringMatching(/^\$\{MeetingsReconciler/),
        EventSourceArn: rules[2].Targets[0].Arn,
        BatchSize: 1000,
        MaximumBatchingWindowInSeconds: 10,
        ScalingConfig: { MaximumConcurrency: 2 },
      });
    });

    test('works for a room when the stream of the table shows that there is work', () => {
      const { stack } = setUp();
      const { Properties } = only(templateOf(stack), 'AWS::DynamoDB::Table');
      // Items contain credentials.
      expect(Properties.StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
      const { FilterCriteria, ...rest } = mapping(stack, 'Work');
      expect(rest).toMatchObject({
        FunctionName: expect.stringMatching(/^\$\{MeetingsReconciler/),
        EventSourceArn: expect.stringMatching(/^\$\{MeetingsStateTable\w+\.StreamArn\}$/),
        BatchSize: 1000,
        MaximumBatchingWindowInSeconds: 1,
        MaximumRecordAgeInSeconds: 300,
        MaximumRetryAttempts: 2,
        ParallelizationFactor: 10,
        StartingPosition: 'LATEST',
      });
      const patterns = FilterCriteria.Filters.map(({ Pattern }: any) => JSON.parse(Pattern));
      expect(patterns).toEqual(
        ['wake#', 'refill#', 'leave#', 'event#'].map((prefix) => ({
          eventName: ['INSERT', 'MODIFY'],
          dynamodb: { Keys: { pk: { S: [{ prefix }] } } },
        })),
      );
      const statements = permissions(templateOf(stack), 'MeetingsReconcilerRole');
      expect(statements.filter(({ actions: [first] }) => /^dynamodb:.*Stream/.test(first))).toMatchObject([
        {
          actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          resources: [rest.EventSourceArn],
        },
        { actions: ['dynamodb:ListStreams'], resources: ['*'] },
      ]);
    });

    test('can publish the events of meetings, and no others', () => {
      const { stack } = setUp();
      for (const role of ['Audience', 'Host', 'Room', 'Reconciler']) {
        const publishing = permissions(templateOf(stack), `Meetings${role}Role`).filter(({ actions: granted }) =>
          granted[0].startsWith('events:'),
        );
        const allowed = {
          actions: ['events:PutEvents'],
          resources: [expect.stringMatching(/:event-bus\/default$/)],
          condition: JSON.stringify({ StringEquals: { 'events:source': 'cdk-media-replication.meetings' } }),
        };
        expect(publishing).toEqual(role === 'Reconciler' ? [allowed] : []);
      }
    });

    test('can receive events, which only the rule can send', () => {
      const { stack } = setUp();
      const receiving = permissions(templateOf(stack), 'MeetingsReconcilerRole').filter(({ actions: granted }) =>
        granted[0].startsWith('sqs:'),
      );
      expect(receiving).toEqual([
        {
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          resources: [expect.stringMatching(/^\$\{MeetingsChimeEventsQueue\w+\.Arn\}$/)],
          condition: '{}',
        },
      ]);
      const [{ Properties }] = resources(stack, 'AWS::SQS::QueuePolicy');
      const [tls, rule] = Properties.PolicyDocument.Statement;
      expect([tls.Effect, tls.Condition]).toEqual(['Deny', { Bool: { 'aws:SecureTransport': 'false' } }]);
      expect([rule.Principal, rule.Condition]).toEqual([
        { Service: 'events.amazonaws.com' },
        { ArnEquals: { 'aws:SourceArn': expect.stringMatching(/^\$\{MeetingsChimeEvents\w+\.Arn\}$/) } },
      ]);
    });

    test('adds few resources for events', () => {
      const count = (stack: Stack) => Object.keys(templateOf(stack).toJSON().Resources).length;
      const local = setUp({ controlRegion: 'eu-central-1' }, primaryStack(newApp(), { region: 'eu-central-1' }));
      const remote = setUp({ controlRegion: 'eu-central-1' }, primaryStack(newApp(), { region: 'eu-west-1' }));
      expect(count(local.stack) - count(remote.stack)).toBe(4); // rule, queue, policy, mapping
    });

    test('has no event rule if the control region is another region', () => {
      const { stack, service } = setUp(
        { controlRegion: 'eu-central-1' },
        primaryStack(newApp(), { region: 'eu-west-1' }),
      );
      templateOf(stack).resourceCountIs('AWS::Events::Rule', 2);
      expect(service.controlRegion).toBe('eu-central-1');
      expect(functionsOf(stack)[0].Environment.Variables.MEETINGS_CONTROL_REGION).toBe('eu-central-1');
    });
  });

  describe('the HTTP API', () => {
    const routes = (stack: Stack) =>
      resources(stack, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => [
        Properties.RouteKey,
        Properties.AuthorizationType,
        Properties.AuthorizationScopes,
      ]);
    const jwt = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });

    test('has a route for hosts if they need a scope', () => {
      const { stack } = setUp({ httpApi: { authorizer: jwt, hostScopes: ['meetings/host'] } });
      expect(routes(stack)).toEqual([
        ['POST /audience', 'JWT', undefined],
        ['POST /host', 'JWT', ['meetings/host']],
      ]);
    });

    test('has no route for hosts if any token would be sufficient', () => {
      expect(routes(setUp({ httpApi: { authorizer: jwt } }).stack)).toEqual([['POST /audience', 'JWT', undefined]]);
      expect(routes(setUp({ httpApi: { authorizer: jwt, hostScopes: [] } }).stack)).toHaveLength(1);
    });

    test('allows IAM callers to invoke only the granted routes', () => {
      const { stack, service } = setUp({ httpApi: { authorizer: HttpAuthorizer.iam() } });
      const web = new iam.Role(stack, 'Web', { assumedBy: new iam.AccountRootPrincipal() });
      service.httpApi!.grantInvoke(web, ['POST /audience']);
      expect(routes(stack)).toEqual([
        ['POST /audience', 'AWS_IAM', undefined],
        ['POST /host', 'AWS_IAM', undefined],
      ]);
      const [statement] = permissions(templateOf(stack), '${Web');
      expect(statement.resources).toEqual([expect.stringMatching(/\/\*\/POST\/audience$/)]);
    });
  });

  describe('monitoring', () => {
    test('metrics have the dimensions that the functions publish', () => {
      const { stack, service } = setUp();
      const meeting = service.addMeeting('Hall', {
        mediaRegion: 'us-east-1',
        meetingName: 'hall',
        replicas: [{ mediaRegion: 'eu-west-1' }],
      });
      const { POWERTOOLS_SERVICE_NAME } = functionsOf(stack)[0].Environment.Variables;
      expect(service.metricLiveMeetings()).toMatchObject({
        namespace: 'MediaReplication/Meetings',
        metricName: 'LiveMeetings',
        dimensions: { service: POWERTOOLS_SERVICE_NAME },
        statistic: 'Maximum',
      });
      expect(service.metricSeatsUsed(meeting, 0).dimensions).toEqual({
        service: POWERTOOLS_SERVICE_NAME,
        Meeting: 'hall',
        Session: '0',
      });
      expect(service.meetings).toEqual([meeting]);
      expect(meeting.sessionCount).toBe(2);
      expect(service.metricSeatsFree(meeting, 1)).toMatchObject({ metricName: 'SeatsFree', statistic: 'Minimum' });
      const names = [
        service.metricLiveSessions(),
        service.metricJoins(),
        service.metricJoinsRefused(),
        service.metricPromotions(),
        service.metricThrottles(),
        service.metricReconciledDrift(),
        service.metricSweepFailures(),
        service.metricEndingSoon(),
      ].map(({ metricName }) => metricName);
      expect(names).toEqual([
        'LiveSessions',
        'Joins',
        'JoinsRefused',
        'Promotions',
        'Throttles',
        'ReconciledDrift',
        'SweepFailures',
        'EndingSoon',
      ]);
    });

    test.each([2, 7, -1, 0.5])('has no seat metric for session %d of a meeting with two sessions', (session) => {
      const { service } = setUp();
      const replicas = [{ mediaRegion: 'eu-west-1' }];
      const meeting = service.addMeeting('Hall', { mediaRegion: 'us-east-1', replicas });
      for (const metric of [service.metricSeatsFree, service.metricSeatsUsed]) {
        expect(() => metric.call(service, meeting, session)).toThrow(
          `[MediaStack/Meetings/Hall] session: got ${session}, expected a whole number from 0 to 1, because the meeting ` +
            'has 2 sessions. Correct the number. For the successor of a lost replica, use `metric()` with the dimension `Session`.',
        );
      }
    });

    test('addAlarms creates the alarms once, and adds the actions of every call', () => {
      const { stack, service } = setUp();
      const alarms = service.addAlarms();
      const topic = new sns.Topic(stack, 'Topic');
      expect(service.addAlarms({ actions: [new actions.SnsAction(topic)] })).toEqual(alarms);
      const template = templateOf(stack);
      template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
      template.allResourcesProperties('AWS::CloudWatch::Alarm', {
        AlarmActions: [{ Ref: Match.anyValue() }],
        TreatMissingData: 'notBreaching',
        AlarmDescription: Match.stringLikeRegexp('.{40}'),
      });
    });

    test('metric() returns any metric, with the given dimensions in addition to the service', () => {
      const { service } = setUp();
      const dimensionsMap = { Meeting: 'hall', Session: '1' };
      expect(service.metric('SeatsFree', { dimensionsMap, statistic: 'Minimum', label: 'free' })).toMatchObject({
        namespace: 'MediaReplication/Meetings',
        metricName: 'SeatsFree',
        dimensions: { service: service.serviceName, ...dimensionsMap },
        statistic: 'Minimum',
        label: 'free',
      });
    });
  });

  describe('imported', () => {
    const arn = (name: string) => `arn:aws:lambda:eu-central-1:111111111111:function:${name}`;
    const ATTRIBUTES = {
      serviceName: 'meetings-1a2b3c4d',
      controlRegion: 'us-east-1',
      audienceFunctionArn: arn('audience'),
      hostFunctionArn: arn('host'),
      roomFunctionArn: arn('room'),
      reconcilerFunctionArn: arn('reconciler'),
    };
    const importInto = (stack: Stack, attributes: ReplicatedMeetingServiceAttributes = ATTRIBUTES) =>
      ReplicatedMeetingService.fromReplicatedMeetingServiceAttributes(stack, 'Imported', attributes);
    const stackOf = (id = 'Second') => new Stack(newApp(), id, { env: { region: 'eu-central-1' } });

    test('returns its attributes', () => {
      const service = importInto(stackOf());
      expect(service.attributes).toEqual(ATTRIBUTES);
    });

    test('runs rooms of the importing app', () => {
      const stack = stackOf();
      const service = importInto(stack);
      const meeting = service.addMeeting('Hall', { mediaRegion: 'eu-west-1', meetingName: 'hall' });
      expect(service.meetings).toEqual([meeting]);
      const { Properties, DependsOn } = only(templateOf(stack), 'Custom::ReplicatedMeeting');
      expect(Properties.ServiceToken).toBe(ATTRIBUTES.roomFunctionArn);
      expect(JSON.parse(Properties.Room)).toMatchObject({ meeting: 'hall', mediaRegion: 'eu-west-1' });
      expect(DependsOn).toBeUndefined();
    });

    test('validates rooms with its control region', () => {
      const service = importInto(stackOf(), { ...ATTRIBUTES, controlRegion: 'af-south-1' });
      expect(() => service.addMeeting('Hall', { mediaRegion: 'eu-west-1' })).toThrow(
        /mediaRegion: got "eu-west-1", expected a media region that af-south-1 can use/,
      );
      expect(importInto(stackOf(), { ...ATTRIBUTES, controlRegion: undefined }).controlRegion).toBe('eu-central-1');
    });

    test('rejects rooms in another region', () => {
      const service = importInto(new Stack(newApp(), 'Second', { env: { region: 'eu-west-2' } }));
      expect(() => service.addMeeting('Hall', { mediaRegion: 'eu-west-1' })).toThrow(
        '[Second/Imported/Hall] service: got "eu-central-1", expected a service in the region of the meeting\'s stack, ' +
          'eu-west-2. Add the meeting to a stack in eu-central-1.',
      );
    });

    test('grants permission to invoke its functions', () => {
      const stack = stackOf();
      const service = importInto(stack);
      const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
      service.grantJoin(role('Web'));
      service.grantHost(role('Control'));
      for (const [name, fn] of [
        ['Web', 'audience'],
        ['Control', 'host'],
      ]) {
        const [{ actions: granted, resources: on }] = permissions(templateOf(stack), `\${${name}`);
        expect([granted, on]).toEqual([['lambda:InvokeFunction'], [arn(fn), `${arn(fn)}:*`]]);
      }
      templateOf(stack).resourceCountIs('AWS::Lambda::Permission', 0);
    });

    test('has metrics and alarms', () => {
      const stack = stackOf();
      const service = importInto(stack);
      expect(service.metricJoins()).toMatchObject({
        metricName: 'Joins',
        dimensions: { service: 'meetings-1a2b3c4d' },
      });
      expect(service.addAlarms()).toHaveLength(6);
      templateOf(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/Lambda',
        Dimensions: [{ Name: 'FunctionName', Value: 'reconciler' }],
      });
    });

    test('can be imported with the exports of the creating stack', () => {
      const { stack, service } = setUp();
      const second = stackOf();
      const { serviceName, controlRegion, ...arns } = service.attributes;
      expect([serviceName, controlRegion]).toEqual([service.serviceName, 'us-east-1']);
      expect(Token.isUnresolved(serviceName)).toBe(false);
      for (const [name, value] of Object.entries(arns)) stack.exportValue(value, { name });
      const imported = importInto(second, {
        serviceName,
        audienceFunctionArn: Fn.importValue('audienceFunctionArn'),
        hostFunctionArn: Fn.importValue('hostFunctionArn'),
        roomFunctionArn: Fn.importValue('roomFunctionArn'),
        reconcilerFunctionArn: Fn.importValue('reconcilerFunctionArn'),
      });
      imported.addMeeting('Hall', { mediaRegion: 'eu-west-1' });
      imported.addAlarms();
      expect(Object.keys(templateOf(stack).findOutputs('*'))).toHaveLength(4);
      templateOf(second).hasResourceProperties('Custom::ReplicatedMeeting', {
        ServiceToken: { 'Fn::ImportValue': 'roomFunctionArn' },
      });
    });
  });

  test('fails when the control region has no endpoint for meetings', () => {
    expect(() => setUp({}, primaryStack(newApp(), { region: 'eu-west-1' }))).toThrow(
      /^\[MediaStack\/Meetings\] controlRegion: got nothing, expected a region with an Amazon Chime SDK meetings endpoint \(af-south-1, .*\), but the stack's region eu-west-1 has none\. Specify one of these as `controlRegion`; other regions can only host media\.$/,
    );
    expect(() => setUp({ controlRegion: 'us-east-2' })).toThrow(/controlRegion: got "us-east-2"/);
  });

  test('fails when hosts need scopes although callers have no tokens', () => {
    expect(() => setUp({ httpApi: { authorizer: HttpAuthorizer.iam(), hostScopes: ['host'] } })).toThrow(
      '[MediaStack/Meetings] httpApi.hostScopes: got ["host"], expected no scopes, because only tokens have them. ' +
        'Use `HttpAuthorizer.jwt()`, or remove the scopes and grant access with `httpApi.grantInvoke()`.',
    );
  });

  test('works in account-agnostic stacks and with a known account', () => {
    for (const account of [undefined, '111111111111']) {
      const { stack, service } = setUp({}, primaryStack(newApp(), { account, region: 'us-east-1' }));
      service.addMeeting('Hall', { mediaRegion: 'us-east-1' });
      templateOf(stack).resourceCountIs('AWS::Events::Rule', 3);
      expect(functionsOf(stack)[0].Environment.Variables.MEETINGS_CONTROL_REGION).toBe('us-east-1');
    }
  });

  test('works under a stage, and in GovCloud', () => {
    const stage = new Stage(newApp() as App, 'Prod', { env: { region: 'us-gov-west-1' } });
    const { stack, service } = setUp({}, new Stack(stage, 'Live'));
    service.addMeeting('Hall', { mediaRegion: 'us-gov-west-1', replicas: [{ mediaRegion: 'us-gov-east-1' }] });
    expect(JSON.stringify(templateOf(stack).toJSON())).not.toMatch(/arn:aws:/);
  });

  test('two in one stack do not collide', () => {
    const { stack, service } = setUp();
    const other = new ReplicatedMeetingService(stack, 'Other');
    const rooms = [service, other].map((each) => each.addMeeting('Hall', { mediaRegion: 'us-east-1' }).meetingName);
    expect(new Set(rooms).size).toBe(2);
    templateOf(stack).resourceCountIs('AWS::DynamoDB::Table', 2);
  });

  test('a permissions boundary and tags reach every role', () => {
    const { stack } = setUp();
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(stack).add('team', 'media');
    const roles = resources(stack, 'AWS::IAM::Role');
    expect(roles).toHaveLength(4);
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('boundary');
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });
});
