import { App, CfnParameter, Duration, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  HttpAuthorizer,
  MediaReplicationStack,
  MediaReplicationStackProps,
  ReadinessMode,
  ReadPreference,
} from '../../../src';
import { asText, newApp, only, synthesise, templateOf } from '../../support/synth';

const HALL = { name: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] };
const JWT = HttpAuthorizer.jwt({ issuer: 'https://login.example.com', audience: ['studio'] });

function stackWith(props: Partial<MediaReplicationStackProps> = {}, app: App | Stage = newApp(), id = 'Media') {
  return new MediaReplicationStack(app, id, {
    env: { region: 'us-east-1' },
    replicas: [{ region: 'eu-west-1' }],
    ...props,
  });
}

const resources = (template: Template, type: string): any[] => Object.values(template.findResources(type)).map(asText);

const outputsOf = (stack: Stack): Record<string, string> =>
  Object.fromEntries(
    Object.entries<any>(templateOf(stack).toJSON().Outputs ?? {}).map(([id, { Value }]) => [id, asText(Value)]),
  );

describe('MediaReplicationStack', () => {
  test('is media, a router and their monitoring, with no more than a replica said', () => {
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
    ]);
  });

  test('has a canary where one is asked for, and watches it', () => {
    expect(stackWith().canary).toBeUndefined();
    const stack = stackWith({ canary: true });
    expect(stack.canary!.replicaRegions).toEqual(['eu-west-1']);
    expect(stack.monitoring.alarms).toEqual(expect.arrayContaining(stack.canary!.addAlarms()));
  });

  test('passes on the runtime, and how long logs are kept, to every function', () => {
    const stack = stackWith({
      bucket: Bucket.fromBucketName(new Stack(), 'Existing', 'studio-media'),
      canary: true,
      meetings: [HALL],
      runtime: new lambda.Runtime('nodejs22.x'),
      logRetention: RetentionDays.ONE_WEEK,
    });
    const template = templateOf(stack);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    const ofCdk = /^BucketNotificationsHandler/;
    const runtimes = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([id]) => !ofCdk.test(id))
      .map(([, { Properties }]) => Properties.Runtime);
    expect(runtimes.length).toBeGreaterThan(9);
    expect(new Set(runtimes)).toEqual(new Set(['nodejs22.x']));
  });

  test('has meetings, which are joined by the names given', () => {
    const stack = stackWith({ meetings: [HALL, { name: 'Host', mediaRegion: 'eu-west-1', meetingName: 'dailies' }] });
    expect(stack.meetings!.meetings.map(({ meetingName, capacity }) => [meetingName, capacity])).toEqual([
      ['town-hall', 500],
      ['dailies', 250],
    ]);
    templateOf(stack).resourceCountIs('Custom::ReplicatedMeeting', 2);
  });

  test('has a service for meetings that are added', () => {
    const stack = stackWith({ meetings: [] });
    stack.meetings!.addMeeting('Later', { mediaRegion: 'us-east-1' });
    templateOf(stack).resourceCountIs('Custom::ReplicatedMeeting', 1);
    expect(outputsOf(stack)).toMatchObject({
      MeetingsAudienceFunctionName: expect.any(String),
      MeetingsHostFunctionName: expect.any(String),
    });
  });

  test('passes on what is said of the media and the links', () => {
    const stack = stackWith({
      replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' }, prefix: 'masters/' }],
      corsOrigins: ['https://studio.example.com'],
      namePrefix: 'studio',
      readiness: ReadinessMode.EXACT,
      defaultPreference: ReadPreference.YES,
      linkLifetime: Duration.minutes(5),
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

  test('passes on what is said of the functions, to all of them', () => {
    const stack = stackWith({
      meetings: [HALL],
      httpApi: { authorizer: JWT },
      hostScopes: ['meetings/host'],
      memorySize: 2048,
      runtime: new lambda.Runtime('nodejs22.x', lambda.RuntimeFamily.NODEJS),
    });
    const template = templateOf(stack);
    const functions = resources(template, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
    expect(new Set(functions.map(({ Runtime }) => Runtime))).toEqual(new Set(['nodejs22.x']));
    expect(functions.filter(({ MemorySize }) => MemorySize === 2048)).toHaveLength(5);
    const routes = resources(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationScopes?.[0],
    ]);
    expect(routes.sort()).toEqual([
      ['GET /media', undefined],
      ['POST /audience', undefined],
      ['POST /host', 'meetings/host'],
      ['POST /links', undefined],
    ]);
    expect(outputsOf(stack)).toMatchObject({
      RouterApiUrl: expect.stringMatching(/^https:\/\/\$\{Router.*\.execute-api\.us-east-1\./),
      MeetingsApiUrl: expect.stringMatching(/^https:\/\/\$\{Meetings.*\.execute-api\.us-east-1\./),
    });
  });

  test('passes on what is said of the monitoring', () => {
    const app = newApp();
    const ops = new Stack(app, 'Ops', { env: { region: 'us-east-1' } });
    const stack = stackWith(
      {
        alarmTopic: sns.Topic.fromTopicArn(ops, 'Topic', 'arn:aws:sns:us-east-1:111111111111:ours'),
        alarmEmails: ['media-oncall@example.com'],
        runbookUrl: 'https://wiki.example.com/media',
        dashboardName: 'media',
        latencyThreshold: Duration.minutes(5),
        fallbackPercent: 20,
      },
      app,
    );
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'media' });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 20,
      AlarmActions: ['arn:aws:sns:us-east-1:111111111111:ours'],
      AlarmDescription: Match.stringLikeRegexp(' https://wiki.example.com/media#'),
    });
    templateOf(stack.media.replicas[0].stack).hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: 300 });
    expect(outputsOf(stack).AlarmTopicArn).toBe('arn:aws:sns:us-east-1:111111111111:ours');
  });

  test('is a stack: its own properties hold, and reach the stacks of replicas', () => {
    const stack = stackWith({ stackName: 'studio-media', terminationProtection: true, tags: { team: 'media' } });
    const { stack: there } = stack.media.replicas[0];
    expect([stack.stackName, there.stackName]).toEqual([
      'studio-media',
      expect.stringMatching(/^studio-media-media-[0-9a-f]{8}-eu-west-1$/),
    ]);
    expect(there.terminationProtection).toBe(true);
    expect(there.tags.tagValues()).toEqual({ team: 'media' });
    expect(there.dependencies).toEqual([]);
    expect(stack.dependencies).toContain(there);
  });

  test('can have no outputs', () => {
    expect(outputsOf(stackWith({ outputs: false, meetings: [HALL] }))).toEqual({});
  });

  test('two in one app do not collide', () => {
    const app = newApp();
    const [one, two] = ['One', 'Two'].map((id) => stackWith({ meetings: [HALL] }, app, id));
    const names = synthesise(app).stacksRecursively.map(({ stackName }) => stackName);
    expect(new Set(names).size).toBe(4);
    expect(one.media.replicas[0].ruleId).not.toBe(two.media.replicas[0].ruleId);
  });

  test('works under a stage, and the same in two of them', () => {
    const app = newApp();
    const stages = ['Test', 'Prod'].map((id) => new Stage(app, id, { env: { region: 'us-east-1' } }));
    stages.forEach((stage) => stackWith({ env: undefined, meetings: [HALL] }, stage));
    const names = synthesise(app).stacksRecursively.map(({ stackName }) => stackName);
    expect(new Set(names).size).toBe(4);
  });

  test('works where the account is known at deployment only, and where it is known', () => {
    const account = '111111111111';
    for (const env of [{ region: 'us-east-1' }, { region: 'us-east-1', account }]) {
      const { AlarmTopicArn, PrimaryBucketName } = outputsOf(stackWith({ env }));
      expect([AlarmTopicArn, PrimaryBucketName]).toEqual([expect.any(String), expect.any(String)]);
    }
  });

  test('needs no region if the alarms of replicas go elsewhere', () => {
    const stack = stackWith({ env: {}, meetings: [{ ...HALL, mediaRegion: 'us-west-2' }] });
    const template = Template.fromStack(stack); // with a warning, which MediaMonitoring's tests are about
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    expect(JSON.stringify(template.toJSON())).not.toContain('undefined');
  });

  test.each([
    ['cn-north-1', 'cn-northwest-1', undefined],
    ['us-gov-west-1', 'us-gov-east-1', [{ name: 'hall', mediaRegion: 'us-gov-west-1' }]],
  ])('works in %s', (region, replica, meetings) => {
    const stack = stackWith({ env: { region }, replicas: [{ region: replica }], meetings });
    for (const { template } of synthesise(stack.node.root as App).stacksRecursively) {
      expect(JSON.stringify(template)).not.toMatch(/arn:aws:|amazonaws\.com\/(?!lambda)/);
    }
  });

  test('a permissions boundary and tags reach every role', () => {
    const stack = stackWith({ meetings: [HALL] });
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
    test.each<[string, Partial<MediaReplicationStackProps>, RegExp]>([
      ['there is no replica', { replicas: [] }, /^\[Media\/Media\] replicas: got \[\], expected at least one replica/],
      [
        'a replica is where the primary is',
        { replicas: [{ region: 'us-east-1' }] },
        /replicas\[0\]\.region: got "us-east-1", expected another region/,
      ],
      [
        'the region controls no meetings',
        { env: { region: 'eu-west-1' }, replicas: [{ region: 'us-east-1' }], meetings: [HALL] },
        /^\[Media\/Meetings\] controlRegion: got "eu-west-1".*Name one as `controlRegion`/,
      ],
      [
        'two meetings have one name',
        { meetings: [HALL, { name: 'dailies', mediaRegion: 'eu-west-1' }, HALL] },
        /^\[Media\] meetings\[2\]\.name: got "town-hall", expected a name that no other meeting has, but meetings\[0\]/,
      ],
      [
        'a meeting can not be called so',
        { meetings: [{ ...HALL, name: 'Town Hall' }] },
        /^\[Media\/Meetings\/Meeting-Town Hall\] meetingName: got "Town Hall", expected 2 to 64 letters/,
      ],
      [
        'a control region is named without meetings',
        { controlRegion: 'us-east-1' },
        /controlRegion: got "us-east-1", expected nothing without meetings\. Give `meetings`, or leave it out/,
      ],
      ['scopes are named without meetings', { hostScopes: ['host'] }, /hostScopes: got \["host"\], expected nothing/],
      [
        'scopes are named without an API',
        { hostScopes: ['host'], meetings: [HALL] },
        /hostScopes: got \["host"\], expected nothing without an HTTP API/,
      ],
      ['a link is to live too long', { maxLinkLifetime: Duration.days(8) }, /^\[Media\/Router\] maxLinkLifetime/],
      ['the dashboard has no name', { dashboardName: '' }, /^\[Media\/Monitoring\] dashboardName: got ""/],
    ])('%s', (_, props, message) => {
      expect(() => stackWith(props)).toThrow(message);
    });

    test('a name is known only at deployment', () => {
      const name = new CfnParameter(new Stack(), 'Name').valueAsString;
      expect(() => stackWith({ meetings: [{ name, mediaRegion: 'us-east-1' }] })).toThrow(
        /meetings\[0\]\.name: got "a value known only at deployment", expected a literal/,
      );
    });
  });

  test('meetings are controlled from elsewhere where the region does not control any', () => {
    const stack = stackWith({
      env: { region: 'eu-west-1' },
      replicas: [{ region: 'us-east-1' }],
      meetings: [HALL],
      controlRegion: 'eu-central-1',
    });
    expect(stack.meetings!.controlRegion).toBe('eu-central-1');
    templateOf(stack);
  });
});
