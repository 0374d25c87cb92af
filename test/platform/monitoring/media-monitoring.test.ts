import { App, Duration, NestedStack, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  MediaMonitoring,
  MediaMonitoringProps,
  MediaReplicaProps,
  MediaRouter,
  ProxyMode,
  ReplicaAudit,
  ReplicatedMediaBucket,
  ReplicatedMeetingService,
  ReplicationCanary,
  S3MediaProxy,
} from '../../../src';
import { alarmEvent, matches } from '../../support/events';
import { REPLICA_REGIONS } from '../../support/replica-regions';
import { asText, newApp, only, primaryStack, synthesise, templateOf } from '../../support/synth';

const ACCOUNT = '111111111111';
const ALARM = 'AWS::CloudWatch::Alarm';
const RULE = 'AWS::Events::Rule';

function mediaIn(stack: Stack, ...replicas: MediaReplicaProps[]): ReplicatedMediaBucket {
  return new ReplicatedMediaBucket(stack, 'Media', {
    replicas: replicas.length ? replicas : [{ region: 'eu-west-1' }],
    replicateExisting: false,
  });
}

interface SetUp extends Omit<MediaMonitoringProps, 'media'> {
  readonly replicas?: MediaReplicaProps[];
}

function setUp({ replicas = [], ...props }: SetUp = {}, stack = primaryStack()) {
  const media = mediaIn(stack, ...replicas);
  return { stack, media, monitoring: new MediaMonitoring(stack, 'Monitoring', { media, ...props }) };
}

/** The widgets of the dashboard. Values known only at deployment are text. */
function widgetsOf(template: Template): any[] {
  return JSON.parse(only(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody).widgets;
}

const titled = (widgets: any[], title: string) =>
  widgets.find(({ properties }) => properties.title?.includes(title)).properties;

/** The values of the horizontal lines of a graph. */
const lines = ({ annotations }: any) => annotations.horizontal.map(({ value }: any) => value);

const TITLES = [
  'Replication latency (seconds)',
  'Bytes pending replication',
  'Operations pending replication',
  'Operations that failed replication',
];

const resources = (template: Template, type: string): any[] => Object.values(template.findResources(type)).map(asText);

describe('MediaMonitoring shows', () => {
  test('replication, with every metric in the region where S3 publishes it', () => {
    const { stack } = setUp({ replicas: [{ region: 'eu-west-1' }, { region: 'ap-southeast-2' }] });
    const widgets = widgetsOf(templateOf(stack));
    const shown = TITLES.map((title) =>
      titled(widgets, title).metrics.map((metric: any[]) => [metric[1], metric.at(-1).label, metric.at(-1).region]),
    );
    const regions = ['eu-west-1', 'ap-southeast-2'];
    expect(shown).toEqual([
      regions.map((region) => ['ReplicationLatency', region, region]),
      regions.map((region) => ['BytesPendingReplication', region, region]),
      regions.map((region) => ['OperationsPendingReplication', region, region]),
      regions.map((region) => ['OperationsFailedReplication', region, undefined]),
    ]);
    expect(lines(titled(widgets, 'Replication latency'))).toEqual([900]);
  });

  test('links by region and reason', () => {
    const stack = primaryStack();
    const media = mediaIn(stack);
    const router = new MediaRouter(stack, 'Router', { media });
    new MediaMonitoring(stack, 'Monitoring', { router });
    const { metrics, stacked } = titled(widgetsOf(templateOf(stack)), 'Links by region and reason');
    const labels = metrics.map((metric: any[]) => metric.at(-1).label);
    expect(stacked).toBe(true);
    expect(labels).toEqual(expect.arrayContaining(['eu-west-1 in-replica', 'us-east-1 too-new']));
    expect(labels).not.toContain('us-east-1 in-replica');
  });

  test('proxies by their names, and interface endpoints by a search', () => {
    const { stack, media } = setUp({
      replicas: [
        { region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } },
        { region: 'ap-southeast-2', proxy: { mode: ProxyMode.PRIVATE_LINK } },
      ],
    });
    const widgets = widgetsOf(templateOf(stack));
    const cluster = only(templateOf(media.replica('eu-west-1').stack), 'AWS::ECS::Cluster').Properties.ClusterName;
    expect(titled(widgets, 'Running tasks').metrics).toEqual([
      ['ECS/ContainerInsights', 'TaskCount', 'ClusterName', cluster, expect.objectContaining({ region: 'eu-west-1' })],
    ]);
    expect(titled(widgets, 'Bytes sent per second').metrics[0]).toContain('NetworkTxBytes');
    expect(titled(widgets, 'interface endpoints').metrics).toEqual([
      [
        {
          label: 'ap-southeast-2',
          region: 'ap-southeast-2',
          expression: expect.stringMatching(
            /^SEARCH\('\{AWS\/PrivateLinkEndpoints,.*"Service Name"="com\.amazonaws\.ap-southeast-2\.s3"', 'Sum', 300\)$/,
          ),
        },
      ],
    ]);
  });

  test('interface endpoints in China by the name that they have there', () => {
    const { stack } = setUp(
      { replicas: [{ region: 'cn-northwest-1', proxy: { mode: ProxyMode.PRIVATE_LINK } }] },
      primaryStack(newApp(), { region: 'cn-north-1' }),
    );
    const [[{ expression }]] = titled(widgetsOf(templateOf(stack)), 'interface endpoints').metrics;
    expect(expression).toContain('"Service Name"="cn.com.amazonaws.cn-northwest-1.s3"');
  });

  test('the canary, with a graph of the proxies that it reads through', () => {
    const stack = primaryStack();
    const media = mediaIn(stack, { region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } });
    const canary = new ReplicationCanary(stack, 'Canary', { media });
    const { alarms } = new MediaMonitoring(stack, 'Monitoring', { canary });
    const widgets = widgetsOf(templateOf(stack));
    const shown = ['Replication time', 'Read latency through the proxy', 'Runs and failed copies'].map((title) =>
      titled(widgets, title).metrics.map((metric: any[]) => [metric[1], metric.at(-1).label]),
    );
    expect(shown).toEqual([
      [['ReplicationTime', 'eu-west-1']],
      [['ProxyLatency', 'eu-west-1']],
      [
        ['CanaryFailures', 'runs'],
        ['CanaryFailures', 'failed copies'],
      ],
    ]);
    expect(alarms).toEqual(canary.addAlarms());
  });

  test('the audit', () => {
    const stack = primaryStack();
    const audit = new ReplicaAudit(stack, 'Audit', { media: mediaIn(stack) });
    const { alarms } = new MediaMonitoring(stack, 'Monitoring', { audit });
    expect(alarms).toEqual(audit.addAlarms());
    const widgets = widgetsOf(templateOf(stack));
    expect(titled(widgets, 'Missing objects').metrics.map((metric: any[]) => metric[1])).toEqual(['MissingObjects']);
  });

  test('no graph of proxies for a canary without any', () => {
    const stack = primaryStack();
    const canary = new ReplicationCanary(stack, 'Canary', { media: mediaIn(stack) });
    new MediaMonitoring(stack, 'Monitoring', { canary });
    const titles = widgetsOf(templateOf(stack)).map(({ properties }) => properties.title);
    expect(titles).toContain('Replication time (seconds)');
    expect(titles).not.toContain('Read latency through the proxy (ms)');
  });

  test('meetings with their seats, including those added later, and quotas', () => {
    const stack = primaryStack();
    const meetings = new ReplicatedMeetingService(stack, 'Meetings');
    new MediaMonitoring(stack, 'Monitoring', { meetings });
    meetings.addMeeting('Hall', {
      meetingName: 'hall',
      mediaRegion: 'us-east-1',
      replicas: [{ mediaRegion: 'eu-west-1' }],
    });
    const widgets = widgetsOf(templateOf(stack));
    const seats = titled(widgets, 'Seats used in hall');
    expect(seats.metrics.map((metric: any[]) => metric.at(-1).label)).toEqual(['primary', 'replica 1']);
    expect(seats.annotations.horizontal[0]).toMatchObject({ value: 490, label: 'capacity' });
    expect(titled(widgets, 'Concurrent Amazon Chime SDK sessions').annotations.horizontal[0].value).toBe(250);
    expect(titled(widgets, 'Concurrent Lambda executions').metrics[1]).toEqual([
      { expression: 'SERVICE_QUOTA(usage)', label: expect.any(String) },
    ]);
    const positions = widgets.map(({ x, y }) => `${x},${y}`);
    expect(new Set(positions).size).toBe(widgets.length);
  });

  test('added widgets at the bottom', () => {
    const { stack, monitoring } = setUp();
    monitoring.dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'added' }));
    const widgets = widgetsOf(templateOf(stack));
    expect(widgets.at(-1).properties.markdown).toBe('added');
    expect(widgets.at(-1).y).toBe(Math.max(...widgets.slice(0, -1).map(({ y, height }) => y + height)));
  });

  test('imported media, without creating alarms for it', () => {
    const stack = primaryStack();
    const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Imported', {
      primary: { bucketName: 'imported-us', region: 'us-west-2' },
      replicas: [{ bucketName: 'imported-eu', region: 'eu-west-1', ruleId: 'rule' }],
    });
    const { alarms } = new MediaMonitoring(stack, 'Monitoring', { media });
    const widgets = widgetsOf(templateOf(stack));
    expect(alarms).toEqual([]);
    expect(titled(widgets, 'Operations that failed').metrics[0].at(-1).region).toBe('us-west-2');
    expect(titled(widgets, 'Replication latency').annotations?.horizontal ?? []).toEqual([]); // unknown here
  });

  test('other imported constructs, without creating alarms for them', () => {
    const stack = primaryStack();
    const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
    const monitoring = new MediaMonitoring(stack, 'Monitoring', {
      router: MediaRouter.fromMediaRouterAttributes(stack, 'Router', {
        functionArn: functionArn('router'),
        routerName: 'router-1a2b3c4d',
        primaryRegion: 'us-east-1',
        replicaRegions: ['eu-west-1'],
      }),
      proxies: [
        S3MediaProxy.fromS3MediaProxyAttributes(stack, 'Proxy', {
          url: 'https://media.eu.example.com',
          region: 'eu-west-1',
          clusterName: 'proxy-1a2b3c4d',
        }),
      ],
      meetings: ReplicatedMeetingService.fromReplicatedMeetingServiceAttributes(stack, 'Meetings', {
        serviceName: 'meetings-1a2b3c4d',
        audienceFunctionArn: functionArn('audience'),
        hostFunctionArn: functionArn('host'),
        roomFunctionArn: functionArn('room'),
        reconcilerFunctionArn: functionArn('reconciler'),
      }),
    });
    expect(monitoring.alarms).toEqual([]);
    const titles = widgetsOf(templateOf(stack)).map(({ properties }) => properties.title);
    expect(titles).toEqual(expect.arrayContaining(['Links by region and reason', 'Running tasks', 'Joins']));
  });

  test.each([
    [
      'us-east-1',
      /^https:\/\/console\.aws\.amazon\.com\/cloudwatch\/home\?region=us-east-1#dashboards\/dashboard\/live$/,
    ],
    ['cn-north-1', /^https:\/\/console\.amazonaws\.cn\/.*region=cn-north-1/],
    ['us-gov-west-1', /^https:\/\/console\.amazonaws-us-gov\.com\/.*region=us-gov-west-1/],
  ])('its URL, in %s', (region, url) => {
    const stack = primaryStack(newApp(), { region });
    const proxy = new S3MediaProxy(stack, 'Proxy', {
      bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'media'),
      domainName: 'media.example.com',
    });
    const { dashboardUrl } = new MediaMonitoring(stack, 'Monitoring', { proxies: [proxy], dashboardName: 'live' });
    expect(asText(stack.resolve(dashboardUrl)).replace(/\$\{\w+\}/, 'live')).toMatch(url);
  });
});

describe('MediaMonitoring routes to one topic', () => {
  const known = { account: ACCOUNT, region: 'us-east-1' };

  test('the alarms of its own stack, by alarm actions', () => {
    const { stack } = setUp();
    const template = templateOf(stack);
    const topic = only(template, 'AWS::SNS::Topic');
    expect(topic.Properties.KmsMasterKeyId).toMatch(/^\$\{MonitoringTopicKey/);
    const topicRef = [{ Ref: Match.stringLikeRegexp('^MonitoringTopic') }];
    template.allResourcesProperties(ALARM, { AlarmActions: topicRef, OKActions: topicRef });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  test('the alarms of other regions, whose events EventBridge forwards', () => {
    const { stack, media } = setUp(
      { replicas: [{ region: 'eu-west-1', proxy: { domainName: 'media.eu.example.com' } }, { region: 'eu-north-1' }] },
      primaryStack(newApp(), known),
    );
    const { stack: replicaStack } = media.replica('eu-west-1');
    const template = templateOf(replicaStack);
    const [forward] = resources(template, RULE).map(({ Properties }) => Properties);
    expect(forward.Targets).toEqual([
      {
        Id: 'Target0',
        Arn: `arn:\${AWS::Partition}:events:us-east-1:${ACCOUNT}:event-bus/default`,
        RoleArn: expect.any(String),
      },
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: Match.anyValue() }],
      },
    });

    // As CloudFormation generates it: stack name, logical id, random characters.
    const arnOf = (id: string) =>
      `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${replicaStack.stackName}-${id}-1A2B3C4D5E6F`;
    const alarms = Object.keys(template.findResources(ALARM));
    const arrivals = resources(templateOf(stack), RULE)
      .map(({ Properties }) => JSON.parse(JSON.stringify(Properties).replace(/\$\{AWS::Partition\}/g, 'aws')))
      .filter(({ Description }) => Description.startsWith('Publishes alarms'));
    const passes = (id: string, ...states: string[]) => {
      const event = alarmEvent(arnOf(id), ...states);
      const pattern = JSON.parse(
        JSON.stringify(forward.EventPattern).replace(/\$\{(\w+)\.Arn\}/g, (_, name) => arnOf(name)),
      );
      return matches(pattern, event) && arrivals.filter(({ EventPattern }) => matches(EventPattern, event)).length;
    };
    expect(alarms).toHaveLength(4);
    expect(alarms.map((id) => passes(id))).toEqual([1, 1, 1, 1]);
    expect(passes(alarms[0], 'ALARM', 'INSUFFICIENT_DATA')).toBe(1);
    expect(passes(alarms[0], 'OK', 'ALARM')).toBe(1);
    expect(passes(alarms[0], 'OK', 'INSUFFICIENT_DATA')).toBe(false); // a new alarm
    expect(passes(alarms[0], 'INSUFFICIENT_DATA', 'ALARM')).toBe(false);
    expect(passes('Unrelated')).toBe(false);
    expect(arrivals).toHaveLength(2);
    for (const { EventPattern, Targets } of arrivals) {
      expect(JSON.stringify(EventPattern).length).toBeLessThan(2048);
      expect(Targets[0].Arn).toMatch(/^\$\{MonitoringTopic/);
      expect(Targets[0].InputTransformer.InputTemplate).toMatch(
        /^"<detail-state-value>: <\S+> in <region>, <time>\. .*"$/,
      );
    }
  });

  test('many alarms of other regions, by rules within the size limit of event patterns', () => {
    const stack = primaryStack(newApp(), known);
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: REPLICA_REGIONS.slice(0, 10).map((region) => ({ region })),
      writeToReplicas: true,
      replicateExisting: false,
    });
    new MediaMonitoring(stack, 'Monitoring', { media });
    const template = templateOf(media.replicas[0].stack);
    const named = resources(template, RULE).flatMap(({ Properties }) => {
      // An alarm ARN has up to 64 characters before the name, which consists of stack name, id and 14 more characters.
      const text = JSON.stringify(Properties.EventPattern).replace(/\$\{/g, 'x'.repeat(64 + 14 + 40));
      expect(text.length).toBeLessThan(2048);
      return Properties.EventPattern.resources;
    });
    expect(named).toHaveLength(Object.keys(template.findResources(ALARM)).length);
    expect(named.length).toBeGreaterThan(10);
  });

  test('and allows rules to publish only if there are any', () => {
    const principals = (template: Template) =>
      ['AWS::SNS::TopicPolicy', 'AWS::KMS::Key'].map((type) =>
        JSON.stringify(resources(template, type)).includes('events.amazonaws.com'),
      );
    expect(principals(templateOf(setUp().stack))).toEqual([true, true]);

    const stack = primaryStack();
    new MediaMonitoring(stack, 'Monitoring', { meetings: new ReplicatedMeetingService(stack, 'Meetings') });
    expect(principals(templateOf(stack))).toEqual([false, false]);
  });

  test('the alarms of other stacks in its region, which do not depend on it', () => {
    const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': 'strong' }); // required by newer versions
    const [live, ops] = ['Live', 'Ops'].map((id) => new Stack(app, id, { env: known }));
    const nested = new NestedStack(live, 'Nested');
    new MediaMonitoring(ops, 'Monitoring', {
      media: mediaIn(live, { region: 'eu-west-1' }, { region: 'eu-north-1' }),
      meetings: new ReplicatedMeetingService(nested, 'Meetings'),
    });
    const artifact = synthesise(app).getStackByName('Ops');
    expect(artifact.dependencies.map(({ id }) => id)).toContain('Live');
    const rules = resources(Template.fromJSON(artifact.template), RULE).map(
      ({ Properties }) => Properties.EventPattern,
    );
    const named = rules.map(({ resources: arns }) => arns.length);
    expect(named.sort()).toEqual([1, 1, 1, 2, 5]); // two regions, and five in a rule: meetings, media
  });

  test('the alarms of an existing nested stack in another region', () => {
    const app = newApp();
    const stack = primaryStack(app, known);
    const europe = new Stack(app, 'Europe', { env: { account: ACCOUNT, region: 'eu-west-1' } });
    const proxy = new S3MediaProxy(new NestedStack(europe, 'Nested'), 'Proxy', {
      bucket: s3.Bucket.fromBucketName(europe, 'Bucket', 'media'),
      domainName: 'media.example.com',
    });
    new MediaMonitoring(stack, 'Monitoring', { proxies: [proxy] });
    const [{ Properties }] = resources(templateOf(stack), RULE);
    expect(Properties.EventPattern.resources).toEqual([
      { prefix: `arn:\${AWS::Partition}:cloudwatch:eu-west-1:${ACCOUNT}:alarm:Europe` },
    ]);
  });

  test.each([
    ['cn-north-1', 'cn-northwest-1'],
    ['us-gov-west-1', 'us-gov-east-1'],
  ])(
    'and in %s to a topic in each region, since EventBridge does not forward events between them',
    (region, replica) => {
      const { stack, media, monitoring } = setUp(
        { replicas: [{ region: replica }], alarmEmails: ['media-oncall@example.com'] },
        primaryStack(newApp(), { region }),
      );
      expect(Object.keys(monitoring.regionalTopics)).toEqual([replica]);
      for (const each of [stack, media.replicas[0].stack]) {
        const template = templateOf(each);
        template.resourceCountIs('AWS::SNS::Topic', 1);
        template.resourceCountIs('AWS::SNS::Subscription', 1);
        template.resourceCountIs(RULE, 0);
        template.allResourcesProperties(ALARM, { AlarmActions: [Match.anyValue()], OKActions: [Match.anyValue()] });
        expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
      }
    },
  );

  test('an existing topic, which it does not modify', () => {
    const stack = primaryStack();
    const topic = sns.Topic.fromTopicArn(stack, 'Existing', `arn:aws:sns:us-east-1:${ACCOUNT}:oncall`);
    setUp({ alarmTopic: topic }, stack);
    const template = templateOf(stack);
    template.resourceCountIs('AWS::SNS::TopicPolicy', 0);
    template.hasResourceProperties(ALARM, { AlarmActions: [`arn:aws:sns:us-east-1:${ACCOUNT}:oncall`] });
    template.hasResourceProperties(RULE, {
      Targets: [Match.objectLike({ Arn: `arn:aws:sns:us-east-1:${ACCOUNT}:oncall` })],
    });
  });

  test('and subscribes the email addresses', () => {
    const { stack } = setUp({ alarmEmails: ['a@example.com', 'b@example.com'] });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::SNS::Subscription', 2);
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'a@example.com' });
  });

  test('and warns about alarms that cannot reach it', () => {
    const stack = primaryStack(newApp(), known);
    setUp(
      { replicas: [{ region: 'eu-west-1', account: '222222222222', proxy: { domainName: 'eu.example.com' } }] },
      stack,
    );
    Annotations.fromStack(stack).hasWarning(
      '/MediaStack/Monitoring/Routes',
      Match.stringLikeRegexp('do not reach the topic, because the stack is in account 222222222222'),
    );
  });
});

describe('MediaMonitoring', () => {
  test('passes thresholds to the alarms', () => {
    const stack = primaryStack();
    const media = mediaIn(stack);
    new MediaMonitoring(stack, 'Monitoring', {
      media,
      router: new MediaRouter(stack, 'Router', { media }),
      latencyThreshold: Duration.minutes(5),
      fallbackPercent: 20,
    });
    templateOf(media.replicas[0].stack).hasResourceProperties(ALARM, { Threshold: 300 });
    templateOf(stack).hasResourceProperties(ALARM, { Threshold: 20 });
    expect(lines(titled(widgetsOf(templateOf(stack)), 'Replication latency'))).toEqual([300]);
  });

  test('draws the latency line at the threshold of the alarm, even if it changes later', () => {
    const { stack, media } = setUp();
    media.addReplicationAlarms({ latencyThreshold: Duration.hours(1) });
    templateOf(media.replicas[0].stack).hasResourceProperties(ALARM, { Threshold: 3600 });
    expect(lines(titled(widgetsOf(templateOf(stack)), 'Replication latency'))).toEqual([3600]);
  });

  test('two in one stack do not collide', () => {
    const { stack, media } = setUp();
    new MediaMonitoring(stack, 'Again', { media });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::SNS::Topic', 2);
    template.resourceCountIs(ALARM, 1);
    templateOf(media.replicas[0].stack).resourceCountIs(RULE, 2);
  });

  test('works under a stage', () => {
    const stage = new Stage(newApp(), 'Prod', { env: { region: 'us-east-1' } });
    const { media } = setUp({}, new Stack(stage, 'Media'));
    templateOf(media.replicas[0].stack).resourceCountIs(RULE, 1);
  });

  test('a permissions boundary and tags reach every role', () => {
    const { stack, media } = setUp();
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    Tags.of(stack).add('team', 'media');
    const roles = resources(templateOf(media.replicas[0].stack), 'AWS::IAM::Role');
    expect(roles).toHaveLength(1);
    expect(JSON.stringify(roles[0].Properties.PermissionsBoundary)).toContain('boundary');
    expect(roles[0].Properties.Tags).toContainEqual({ Key: 'team', Value: 'media' });
  });

  describe('fails when', () => {
    test.each<[string, (stack: Stack) => MediaMonitoringProps, RegExp]>([
      [
        'no construct is specified',
        () => ({}),
        /^\[MediaStack\/Monitoring\] media: got nothing, expected something to watch\. Specify at least one of `media`, `proxies`, `router`, `canary`, `audit` and `meetings`\.$/,
      ],
      ['the list of proxies is empty', () => ({ proxies: [] }), /expected something to watch/],
      [
        'the topic is in another region',
        (stack) => ({
          media: mediaIn(stack),
          alarmTopic: sns.Topic.fromTopicArn(stack, 'T', `arn:aws:sns:eu-west-1:${ACCOUNT}:oncall`),
        }),
        /alarmTopic: got "a topic in eu-west-1", expected a topic in us-east-1, the region of the stack\. Specify a topic in us-east-1, or omit it to create one\./,
      ],
      [
        'the dashboard name has invalid characters',
        (stack) => ({ media: mediaIn(stack), dashboardName: 'our dashboard' }),
        /dashboardName: got "our dashboard", expected 1 to 255 letters, digits, - and _\. Change the name, or omit it to have one generated\./,
      ],
      [
        'the runbook URL has an anchor',
        (stack) => ({ media: mediaIn(stack), runbookUrl: 'https://wiki.example.com/media#alarms' }),
        /runbookUrl: got "https:\/\/wiki\.example\.com\/media#alarms", expected a URL that begins with https:\/\/ or http:\/\/ and has no anchor\. Specify the page only: each alarm adds the anchor of its section\./,
      ],
    ])('%s', (_, props, message) => {
      const stack = primaryStack();
      expect(() => new MediaMonitoring(stack, 'Monitoring', props(stack))).toThrow(message);
      expect(() => new MediaMonitoring(new Stack(stack.node.root as App, 'B'), 'Monitoring', {})).toThrow(
        /^\[B\/Monitoring\] /,
      );
    });
  });
});
