import { App, CfnParameter, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { IConstruct } from 'constructs';
import {
  HttpAuthorizer,
  LinkAccess,
  MediaReplicationStack,
  MediaReplicationStackProps,
  ReplicatedMediaBucketProps,
  ReadinessMode,
  ReadPreference,
} from '../../../src';
import { asText, newApp, only, synthesise, templateOf } from '../../support/synth';

const HALL = { meetingName: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] };
const FUNCTION_OPTIONS = {
  runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS),
  logRetention: RetentionDays.ONE_WEEK,
};
const JWT = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });

interface Input extends Partial<Omit<MediaReplicationStackProps, 'media'>> {
  readonly media?: Partial<ReplicatedMediaBucketProps>;
}

function stackWith({ media, ...props }: Input = {}, app: App | Stage = newApp(), id = 'Media') {
  return new MediaReplicationStack(app, id, {
    env: { region: 'us-east-1' },
    media: { replicas: [{ region: 'eu-west-1' }], replicateExisting: false, ...media },
    ...props,
  });
}

const resources = (template: Template, type: string): any[] => Object.values(template.findResources(type)).map(asText);

const outputsOf = (stack: Stack): Record<string, string> =>
  Object.fromEntries(
    Object.entries<any>(templateOf(stack).toJSON().Outputs ?? {}).map(([id, { Value }]) => [id, asText(Value)]),
  );

describe('MediaReplicationStack', () => {
  test('consists of media, a router and their monitoring by default', () => {
    const stack = stackWith();
    const template = templateOf(stack);
    expect(stack.media.replica('eu-west-1').stack).not.toBe(stack);
    expect(stack.meetings).toBeUndefined();
    expect(stack.monitoring.alarms).toHaveLength(6);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    expect(Object.keys(outputsOf(stack)).sort()).toEqual([
      'AlarmTopicArn',
      'DashboardUrl',
      expect.stringMatching(/^MediaCopies/),
      expect.stringMatching(/^MediaReplicaEuWest1BucketName/),
      expect.stringMatching(/^MediaReplicaEuWest1Region/),
      'PrimaryBucketName',
      'RouterFunctionName',
      'RouterPreferences',
    ]);
  });

  test('has a drill if one is specified, and outputs its template', () => {
    expect(stackWith().drill).toBeUndefined();
    const stack = stackWith({ drill: { duration: Duration.hours(2) } });
    templateOf(stack).resourceCountIs('AWS::FIS::ExperimentTemplate', 1);
    expect(outputsOf(stack).DrillTemplateId).toMatch(/DrillTemplate/);
  });

  test('has an audit if one is specified, and watches it', () => {
    expect(stackWith().audit).toBeUndefined();
    const stack = stackWith({ audit: {} });
    expect(stack.audit!.replicaRegions).toEqual(['eu-west-1']);
    expect(stack.monitoring.alarms).toEqual(expect.arrayContaining(stack.audit!.addAlarms()));
  });

  test('has a canary if one is specified, and watches it', () => {
    expect(stackWith().canary).toBeUndefined();
    const stack = stackWith({ canary: { interval: Duration.minutes(20) } });
    expect(stack.canary!.replicaRegions).toEqual(['eu-west-1']);
    expect(stack.monitoring.alarms).toEqual(expect.arrayContaining(stack.canary!.addAlarms()));
    templateOf(stack).hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(20 minutes)' });
  });

  test('has rooms, which are joined by their names', () => {
    const rooms = [HALL, { meetingName: 'Host', mediaRegion: 'eu-west-1' }];
    const stack = stackWith({ meetings: { rooms } });
    expect(stack.meetings!.meetings.map(({ meetingName, capacity }) => [meetingName, capacity])).toEqual([
      ['town-hall', 490],
      ['Host', 250],
    ]);
    templateOf(stack).resourceCountIs('Custom::ReplicatedMeeting', 2);
  });

  test('has a service without rooms, to which meetings can be added', () => {
    const stack = stackWith({ meetings: { rooms: [] } });
    stack.meetings!.addMeeting('Later', { mediaRegion: 'us-east-1' });
    templateOf(stack).resourceCountIs('Custom::ReplicatedMeeting', 1);
    expect(outputsOf(stack)).toMatchObject({
      MeetingsAudienceFunctionName: expect.any(String),
      MeetingsHostFunctionName: expect.any(String),
    });
  });

  test('passes `media` and `router` to the bucket and the router', () => {
    const stack = stackWith({
      media: {
        replicas: [
          {
            region: 'eu-west-1',
            proxy: { domainName: 'media.eu.example.com', primary: { domainName: 'media-primary.eu.example.com' } },
            prefix: 'masters/',
          },
        ],
        corsOrigins: ['https://studio.example.com'],
        namePrefix: 'studio',
      },
      router: {
        readiness: ReadinessMode.EXACT,
        defaultPreference: ReadPreference.YES,
        linkLifetime: Duration.minutes(5),
      },
    });
    const template = templateOf(stack);
    expect(stack.media.replicas[0].proxy!.url).toBe('https://media.eu.example.com');
    expect(only(template, 'AWS::S3::Bucket').Properties).toMatchObject({
      BucketName: expect.stringMatching(/^studio-/),
      CorsConfiguration: expect.anything(),
    });
    expect(JSON.stringify(resources(template, 'AWS::Lambda::Function'))).toMatch(/exact/);
    expect(only(template, 'AWS::AppConfig::HostedConfigurationVersion').Properties.Content).toContain('yes');
  });

  test.each<['router' | 'meetings' | 'canary' | 'audit', Partial<Input>, number]>([
    ['router', { router: FUNCTION_OPTIONS }, 2],
    ['meetings', { meetings: { rooms: [HALL], ...FUNCTION_OPTIONS } }, 4],
    ['canary', { canary: FUNCTION_OPTIONS }, 1],
    ['audit', { audit: FUNCTION_OPTIONS }, 1],
  ])('passes function options of `%s` to its own functions only', (part, props, count) => {
    const stack = stackWith({ audit: {}, canary: {}, meetings: { rooms: [] }, ...props });
    const functionsOf = (scope: IConstruct) => scope.node.findAll().filter((each) => each instanceof CfnFunction);
    const retained = stack.node.findAll().filter((each) => each instanceof CfnLogGroup && each.retentionInDays === 7);
    const changed = functionsOf(stack).filter(({ runtime }) => runtime === 'nodejs22.x');
    expect(changed).toHaveLength(count);
    expect(functionsOf(stack[part]!)).toEqual(expect.arrayContaining(changed));
    expect(retained).toHaveLength(count);
  });

  describe('opens only the HTTP API that is specified', () => {
    const routesOf = (stack: Stack) =>
      resources(templateOf(stack), 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);

    test('that of the router', () => {
      const stack = stackWith({
        router: { httpApi: { authorizer: JWT }, access: LinkAccess.all() },
        meetings: { rooms: [HALL] },
      });
      expect(routesOf(stack).sort()).toEqual(['GET /media', 'POST /links']);
      expect(stack.meetings!.httpApi).toBeUndefined();
      expect(outputsOf(stack).RouterApiUrl).toMatch(/^https:\/\/\$\{Router.*\.execute-api\.us-east-1\./);
      expect(outputsOf(stack)).not.toHaveProperty('MeetingsApiUrl');
    });

    test('that of the meetings', () => {
      const httpApi = { authorizer: JWT, hostScopes: ['meetings/host'] };
      const stack = stackWith({ meetings: { rooms: [HALL], httpApi } });
      expect(routesOf(stack).sort()).toEqual(['POST /audience', 'POST /host']);
      expect(stack.router.httpApi).toBeUndefined();
      expect(outputsOf(stack).MeetingsApiUrl).toMatch(/^https:\/\/\$\{Meetings.*\.execute-api\.us-east-1\./);
      expect(outputsOf(stack)).not.toHaveProperty('RouterApiUrl');
    });
  });

  test('passes `monitoring` to the dashboard and the alarms', () => {
    const app = newApp();
    const ops = new Stack(app, 'Ops', { env: { region: 'us-east-1' } });
    const monitoring = {
      alarmTopic: sns.Topic.fromTopicArn(ops, 'Topic', 'arn:aws:sns:us-east-1:111111111111:oncall'),
      alarmEmails: ['media-oncall@example.com'],
      runbookUrl: 'https://wiki.example.com/media',
      dashboardName: 'media',
      latencyThreshold: Duration.minutes(5),
      fallbackPercent: 20,
    };
    const stack = stackWith({ monitoring }, app);
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'media' });
    templateOf(ops).hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'media-oncall@example.com' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 20,
      AlarmActions: ['arn:aws:sns:us-east-1:111111111111:oncall'],
      AlarmDescription: Match.stringLikeRegexp(' https://wiki.example.com/media#'),
    });
    templateOf(stack.media.replicas[0].stack).hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: 300 });
    expect(outputsOf(stack).AlarmTopicArn).toBe('arn:aws:sns:us-east-1:111111111111:oncall');
  });

  test('applies stack properties to the stacks of replicas as well', () => {
    const stack = stackWith({ stackName: 'studio-media', terminationProtection: true, tags: { team: 'media' } });
    const { stack: replicaStack } = stack.media.replicas[0];
    expect([stack.stackName, replicaStack.stackName]).toEqual([
      'studio-media',
      expect.stringMatching(/^media-[0-9a-f]{8}-eu-west-1$/),
    ]);
    expect(replicaStack.terminationProtection).toBe(true);
    expect(replicaStack.tags.tagValues()).toEqual({ team: 'media' });
    expect(replicaStack.dependencies).toEqual([]);
    expect(stack.dependencies).toContain(replicaStack);
  });

  test('has no outputs with `outputs: false`, unless `media` asks for its own', () => {
    expect(outputsOf(stackWith({ outputs: false, meetings: { rooms: [HALL] } }))).toEqual({});
    const ids = Object.keys(outputsOf(stackWith({ outputs: false, media: { outputs: true } })));
    expect(ids).toEqual([expect.stringMatching(/^Media/), expect.anything(), expect.anything()]);
  });

  test('two in one app do not collide', () => {
    const app = newApp();
    const [one, two] = ['One', 'Two'].map((id) => stackWith({ meetings: { rooms: [HALL] } }, app, id));
    const names = synthesise(app).stacksRecursively.map(({ stackName }) => stackName);
    expect(new Set(names).size).toBe(4);
    expect(one.media.replicas[0].ruleId).not.toBe(two.media.replicas[0].ruleId);
  });

  test('works under a stage, and the same in two of them', () => {
    const app = newApp();
    const stages = ['Test', 'Prod'].map((id) => new Stage(app, id, { env: { region: 'us-east-1' } }));
    stages.forEach((stage) => stackWith({ env: undefined, meetings: { rooms: [HALL] } }, stage));
    const names = synthesise(app).stacksRecursively.map(({ stackName }) => stackName);
    expect(new Set(names).size).toBe(4);
  });

  test('works in account-agnostic stacks and with a known account', () => {
    const account = '111111111111';
    for (const env of [{ region: 'us-east-1' }, { region: 'us-east-1', account }]) {
      const { AlarmTopicArn, PrimaryBucketName } = outputsOf(stackWith({ env }));
      expect([AlarmTopicArn, PrimaryBucketName]).toEqual([expect.any(String), expect.any(String)]);
    }
  });

  test.each([
    ['cn-north-1', 'cn-northwest-1', undefined],
    ['us-gov-west-1', 'us-gov-east-1', { rooms: [{ meetingName: 'hall', mediaRegion: 'us-gov-west-1' }] }],
  ])('works in %s', (region, replica, meetings) => {
    const stack = stackWith({ env: { region }, media: { replicas: [{ region: replica }] }, meetings });
    for (const { template } of synthesise(stack.node.root as App).stacksRecursively) {
      expect(JSON.stringify(template)).not.toMatch(/arn:aws:|amazonaws\.com\/(?!lambda)/);
    }
  });

  test('a permissions boundary and tags reach every role', () => {
    const stack = stackWith({ meetings: { rooms: [HALL] } });
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(stack).add('team', 'media');
    const roles = [stack, stack.media.replicas[0].stack].flatMap((each) =>
      resources(templateOf(each), 'AWS::IAM::Role'),
    );
    expect(roles).toHaveLength(8);
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('boundary');
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
    }
  });

  describe('fails when', () => {
    const messageOf = (props: Input) => {
      try {
        stackWith(props);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };

    test.each<[string, Input, string]>([
      [
        'two rooms have one name',
        { meetings: { rooms: [HALL, { meetingName: 'dailies', mediaRegion: 'eu-west-1' }, HALL] } },
        '[Media] meetings.rooms[2].meetingName: got "town-hall", expected a name that no other room has, but rooms[0] has ' +
          'it. Give each room a name of its own.',
      ],
      [
        'a room has no name',
        { meetings: { rooms: [{ mediaRegion: 'us-east-1' }] } },
        '[Media] meetings.rooms[0].meetingName: got nothing, expected a literal. Give each room a name of its own.',
      ],
      [
        'the name of a room is known only at deployment',
        { meetings: { rooms: [{ ...HALL, meetingName: new CfnParameter(new Stack(), 'Name').valueAsString }] } },
        '[Media] meetings.rooms[0].meetingName: got "a value known only at deployment", expected a literal. Give each ' +
          'room a name of its own.',
      ],
      [
        'the dashboard name is empty',
        { monitoring: { dashboardName: '' } },
        '[Media] monitoring.dashboardName: got "", expected 1 to 255 letters, digits, - and _. Change the name, or omit ' +
          'it to have one generated.',
      ],
    ])('%s', (_, props, message) => {
      expect(messageOf(props)).toBe(message);
    });

    test('properties of several constructs are invalid, with all problems in one error', () => {
      const message = messageOf({
        media: { replicas: [{ region: 'us-east-1' }] },
        router: { maxLinkLifetime: Duration.days(8) },
        canary: { timeout: Duration.hours(1) },
        drill: { duration: Duration.hours(1) },
        meetings: { rooms: [{ ...HALL, stageSlots: 500 }, HALL], controlRegion: 'eu-west-3' },
        monitoring: { dashboardName: 'a b', runbookUrl: 'wiki' },
      });
      const properties = message!.split('\n').map((line) => /^\[Media\] (\S+): got /.exec(line)?.[1]);
      expect(properties).toEqual([
        'media.replicas[0].region',
        'router.maxLinkLifetime',
        'canary.timeout',
        'drill.duration',
        'meetings.controlRegion',
        'meetings.rooms[0].stageSlots',
        'meetings.rooms[1].meetingName',
        'monitoring.dashboardName',
        'monitoring.runbookUrl',
      ]);
    });
  });

  test('controls meetings from another region if its own has no endpoint for them', () => {
    const stack = stackWith({
      env: { region: 'eu-west-1' },
      media: { replicas: [{ region: 'us-east-1' }] },
      meetings: { rooms: [HALL], controlRegion: 'eu-central-1' },
    });
    expect(stack.meetings!.controlRegion).toBe('eu-central-1');
    templateOf(stack);
  });
});
