import { statSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import {
  MediaMonitoring,
  MediaReplicaProps,
  MediaReplicationStack,
  MediaRouter,
  ReplicatedMediaBucket,
  ReplicatedMeetingOptions,
  ReplicatedMeetingService,
  ReplicaAudit,
  ReplicationCanary,
} from '../../../src';
import { REPLICA_REGIONS } from '../../support/replica-regions';
import { newApp, synthesise } from '../../support/synth';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const CLOUDFORMATION = { resources: 500, outputs: 200, bytes: 1_000_000 };
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space */
const IAM = { inlineOfRole: 10_240, managed: 6_144, managedOfRole: 10 };
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. Lambda measures the JSON of all variables. */
const ENVIRONMENT = 4096;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const EVENT_PATTERN = 2048;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const DASHBOARD = { widgets: 500, metrics: 2500, metricsOfWidget: 500 };

/** The policies and texts of a resource, and the greatest length of each. */
const LENGTHS: [type: string, property: string, max: number][] = [
  ['AWS::S3::BucketPolicy', 'PolicyDocument', 20 * 1024],
  ['AWS::KMS::Key', 'KeyPolicy', 32 * 1024],
  ['AWS::IAM::ManagedPolicy', 'PolicyDocument', IAM.managed],
  ['AWS::SNS::TopicPolicy', 'PolicyDocument', 30 * 1024],
  ['AWS::EC2::VPCEndpoint', 'PolicyDocument', 20_480],
  ['AWS::Events::Rule', 'EventPattern', EVENT_PATTERN],
  ['AWS::Events::Rule', 'Description', 512],
  ['AWS::Lambda::Function', 'Description', 256],
  ['AWS::Lambda::Function', 'FunctionName', 64],
  ['AWS::CloudWatch::Alarm', 'AlarmDescription', 1024],
  ['AWS::EC2::SecurityGroup', 'GroupDescription', 255],
  ['AWS::KMS::Key', 'Description', 8192],
  ['AWS::IAM::Role', 'RoleName', 64],
];

const ALARM_ARN = `arn:aws-us-gov:cloudwatch:ap-southeast-2:${'1'.repeat(12)}:alarm:`;
const PSEUDO: Record<string, string> = { 'AWS::AccountId': '1'.repeat(12), 'AWS::Region': 'ap-southeast-2' };

/** The text of a value, with intrinsic functions replaced by values of the greatest length that they can have. */
function filledIn(value: unknown, { stackName, template }: CloudFormationStackArtifact): string {
  const reference = (logicalId: string): string => {
    if (logicalId.startsWith('AWS::')) return PSEUDO[logicalId] ?? 'aws-us-gov';
    // CloudFormation generates names of alarms from the names of the stack and of the resource.
    const isAlarm = template.Resources[logicalId]?.Type === 'AWS::CloudWatch::Alarm';
    return isAlarm ? ALARM_ARN + `${stackName}-${logicalId}-123456789012`.slice(0, 255) : 'x'.repeat(120);
  };
  const fill = (part: any): any => {
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part !== 'object' || part === null) return part;
    if (part.Ref) return reference(part.Ref).slice(0, 255);
    if (part['Fn::ImportValue']) return ALARM_ARN + 'x'.repeat(255);
    if (part['Fn::GetAtt']) return reference(part['Fn::GetAtt'][0]);
    if (part['Fn::Join']) return fill(part['Fn::Join'][1]).join(part['Fn::Join'][0]);
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, fill(each)]));
  };
  const filled = fill(value);
  return typeof filled === 'string' ? filled : JSON.stringify(filled);
}

const replicas = (size: number): MediaReplicaProps[] =>
  REPLICA_REGIONS.slice(0, size).map((region) => ({
    region,
    proxy: {
      domainName: `media.${region}.streaming.departments.example.com`,
      primary: { domainName: `media-primary.${region}.streaming.departments.example.com` },
    },
  }));

const rooms = (size: number): ReplicatedMeetingOptions[] =>
  Array.from({ length: size }, (_, index) => ({
    meetingName: `meeting-${index}`,
    mediaRegion: 'us-east-1',
    replicas: [{ mediaRegion: 'eu-west-1', count: 4 }],
  }));

function asOneStack(app: App, size: number): void {
  new MediaReplicationStack(app, 'Media', {
    env: { region: 'us-east-1' },
    media: { replicas: replicas(size), serverAccessLogs: true },
    audit: {},
    canary: {},
    meetings: { rooms: rooms(size) },
    monitoring: { alarmEmails: ['media-oncall@example.com'] },
  });
}

/** The monitoring in a stack of its own, with ids and a stack name as long as organisations have them. */
function withLongIds(app: App, size: number): void {
  const long = (id: string) => `${id}OfTheDepartmentOfLongNames`;
  const stack = new Stack(app, long('Media'), {
    env: { region: 'us-east-1' },
    stackName: long('Media').padEnd(100, 'x'),
  });
  const scope = new Construct(new Construct(stack, long('Platform')), long('Production'));
  const media = new ReplicatedMediaBucket(scope, long('Media'), {
    replicas: replicas(size),
    serverAccessLogs: true,
    outputs: true,
  });
  const router = new MediaRouter(scope, long('Router'), { media, uploads: true });
  const canary = new ReplicationCanary(scope, long('Canary'), { media });
  const audit = new ReplicaAudit(scope, long('Audit'), { media });
  const meetings = new ReplicatedMeetingService(scope, long('Meetings'));
  rooms(size).forEach((room) => meetings.addMeeting(long(room.meetingName!), room));
  const other = new Stack(app, long('Monitoring'), { env: { region: 'us-east-1' } });
  new MediaMonitoring(other, long('Monitoring'), { media, router, canary, audit, meetings });
}

describe.each([
  ['MediaReplicationStack with 1 replica', asOneStack, 1],
  ['MediaReplicationStack with 5 replicas', asOneStack, 5],
  ['MediaReplicationStack with 20 replicas', asOneStack, 20],
  ['constructs with long ids and 20 replicas', withLongIds, 20],
])('%s', (_, create, size) => {
  // The latest aws-cdk-lib warns about references between stacks unless the app decides on them.
  const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
  create(app, size);
  const stacks = synthesise(app).stacksRecursively;
  const resources = stacks.flatMap((stack) =>
    Object.entries<any>(stack.template.Resources).map(([id, { Type, Properties = {} }]) => ({
      name: `${stack.stackName}/${id}`,
      id,
      stack,
      type: Type as string,
      properties: Properties,
      text: (property: unknown) => filledIn(property, stack),
    })),
  );
  const ofType = (type: string) => resources.filter((each) => each.type === type);
  const tooLong = (lengths: [name: string, length: number, max: number][]) =>
    lengths.filter(([, length, max]) => length > max).map(([name, length]) => `${name}: ${length}`);

  test('stays within the CloudFormation limits, and within half of them as far as possible, in every stack', () => {
    const share = size < 20 ? 2 : 1;
    // With 20 replicas, the tables of the audit exceed half.
    const maxResources = size < 20 ? CLOUDFORMATION.resources / 2 : CLOUDFORMATION.resources * 0.6;
    for (const { template, templateFullPath } of stacks) {
      expect(Object.keys(template.Resources).length).toBeLessThan(maxResources);
      expect(Object.keys(template.Outputs ?? {}).length).toBeLessThan(CLOUDFORMATION.outputs / share);
      expect(statSync(templateFullPath).size).toBeLessThan(CLOUDFORMATION.bytes / share);
    }
  });

  test('stays within the size of the environment of a Lambda function', () => {
    const lengths = ofType('AWS::Lambda::Function').map(({ name, properties, text }): [string, number, number] => {
      const variables = Object.entries(properties.Environment?.Variables ?? {});
      return [
        name,
        JSON.stringify(Object.fromEntries(variables.map(([key, value]) => [key, text(value)]))).length,
        ENVIRONMENT,
      ];
    });
    expect(tooLong(lengths)).toEqual([]);
  });

  test('stays within the limits of policies, event patterns, descriptions and names', () => {
    const lengths = LENGTHS.flatMap(([type, property, max]) =>
      ofType(type).map(({ name, properties, text }): [string, number, number] => [
        `${name}.${property}`,
        text(properties[property] ?? '').length,
        max,
      ]),
    );
    expect(tooLong(lengths)).toEqual([]);
  });

  test('stays within the IAM quotas of every role', () => {
    for (const role of ofType('AWS::IAM::Role')) {
      const attached = (property: string) => (each: { stack: unknown; properties: any }) =>
        each.stack === role.stack && JSON.stringify(each.properties[property] ?? '').includes(`{"Ref":"${role.id}"}`);
      const inline = [
        ...(role.properties.Policies ?? []),
        ...ofType('AWS::IAM::Policy')
          .filter(attached('Roles'))
          .map(({ properties }) => properties),
      ].map(({ PolicyDocument }) => role.text(PolicyDocument).length);
      expect([role.name, inline.reduce((sum, each) => sum + each, 0) <= IAM.inlineOfRole]).toEqual([role.name, true]);
      const managed = ofType('AWS::IAM::ManagedPolicy').filter(attached('Roles'));
      const arns = role.properties.ManagedPolicyArns ?? [];
      expect(managed.length + arns.length).toBeLessThanOrEqual(IAM.managedOfRole);
    }
  });

  test('stays within the CloudWatch dashboard quotas', () => {
    const [{ properties, text }] = ofType('AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(text(properties.DashboardBody));
    const metrics = widgets.map((widget: any) => widget.properties.metrics?.length ?? 0);
    expect(widgets.length).toBeLessThanOrEqual(DASHBOARD.widgets);
    expect(Math.max(...metrics)).toBeLessThanOrEqual(DASHBOARD.metricsOfWidget);
    expect(metrics.reduce((sum: number, each: number) => sum + each, 0)).toBeLessThanOrEqual(DASHBOARD.metrics);
  });
});
