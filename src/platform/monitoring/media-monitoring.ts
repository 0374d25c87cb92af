import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { AlarmRoutes } from './alarm-routes';
import { AlarmTopic } from './alarm-topic';
import { text } from './graphs';
import { LateWidgets } from './late-widgets';
import { MediaMonitoringOptions, MediaMonitoringProps } from './props';
import {
  auditSection,
  canarySection,
  linksSection,
  meetingsSection,
  proxiesSection,
  quotasSection,
  replicationSection,
} from './sections';
import { validateMonitoring } from './validation';
import { ReplicatedMeetingService } from '../../live/meeting';
import { Problems } from '../../private/problems';
import { partitionOf } from '../../private/regions';
import { RUNBOOK_URL } from '../../private/runbook';
import { ReplicaAudit } from '../../stored/audit';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { IS3MediaProxy, S3MediaProxy } from '../../stored/proxy';
import { MediaRouter } from '../../stored/routing';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const MAX_ALARMS_IN_A_WIDGET = 100;
const CONSOLES: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * A CloudWatch dashboard and an SNS topic for media, proxies, links, the canary, the audit and meetings, in all
 * regions.
 *
 * Creates the alarms of each construct, unless they exist already, and routes them to the topic; EventBridge forwards the
 * alarms of other regions. The topic is notified when an alarm goes off and when it ends. The description of each alarm
 * explains what to do and links to the runbook.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { MediaMonitoring, MediaRouter, ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 *
 * const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
 * const router = new MediaRouter(stack, 'Router', { media });
 * new MediaMonitoring(stack, 'Monitoring', { media, router, alarmEmails: ['media-oncall@example.com'] });
 */
export class MediaMonitoring extends Construct {
  /** @internal */
  public static _validate(problems: Problems, options: MediaMonitoringOptions, stack: Stack): void {
    validateMonitoring(problems, options, stack);
  }

  /** The dashboard. Widgets that you add appear at the bottom. */
  public readonly dashboard: cloudwatch.Dashboard;

  /** The URL of the dashboard in the AWS Management Console. */
  public readonly dashboardUrl: string;

  /** The topic that all alarms publish to. */
  public readonly topic: sns.ITopic;

  /**
   * Additional topics by region, in China and AWS GovCloud (US), where EventBridge does not forward events between
   * regions: the alarms of that region publish to them. Empty in all other partitions.
   */
  public readonly regionalTopics: { [region: string]: sns.ITopic };

  /** All alarms, including those in other regions. */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly props: MediaMonitoringProps;
  private readonly proxies: IS3MediaProxy[];

  /** @throws if there is nothing to watch, or properties are invalid */
  constructor(scope: Construct, id: string, props: MediaMonitoringProps = {}) {
    super(scope, id);
    const problems = new Problems(this);
    const { media, router, canary, audit, meetings, proxies = [] } = props;
    problems.expect(!!media || !!router || !!canary || !!audit || !!meetings || proxies.length > 0, {
      property: 'media',
      got: undefined,
      expected: 'something to watch',
      fix: 'Specify at least one of `media`, `proxies`, `router`, `canary`, `audit` and `meetings`.',
    });
    MediaMonitoring._validate(problems, props, Stack.of(this));
    problems.throwIfAny();
    this.props = props;
    const ofReplicas = media?.replicas.flatMap(({ proxy }) => (proxy?._placement ? proxy : [])) ?? [];
    this.proxies = [...new Set([...ofReplicas, ...proxies])];

    const createdTopic = props.alarmTopic ? undefined : new AlarmTopic(this, 'Topic');
    this.topic = props.alarmTopic ?? createdTopic!.topic;
    const routes = new AlarmRoutes(this, 'Routes', this.topic, createdTopic);
    this.alarms = this.createAlarms();
    this.alarms.forEach((alarm) => this.linkToOwnRunbook(alarm));
    routes.add(this.alarms);
    this.regionalTopics = routes.regionalTopics;
    for (const topic of [this.topic, ...Object.values(this.regionalTopics)]) {
      for (const email of props.alarmEmails ?? []) topic.addSubscription(new EmailSubscription(email));
    }

    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: props.dashboardName });
    this.dashboard.addWidgets(new LateWidgets(() => this.rows()));
    this.dashboardUrl = this.urlOf(this.dashboard);
  }

  /** Only constructs that this app created get alarms; those of imported ones belong to the app that created them. */
  private createAlarms(): cloudwatch.Alarm[] {
    const { media, router, canary, audit, meetings, latencyThreshold, fallbackPercent } = this.props;
    return [
      ...(media instanceof ReplicatedMediaBucket ? media.addReplicationAlarms({ latencyThreshold }) : []),
      ...(router instanceof MediaRouter ? router.addAlarms({ fallbackPercent }) : []),
      ...(router instanceof MediaRouter ? (router.standby?.addAlarms({ fallbackPercent }) ?? []) : []),
      ...this.proxies.flatMap((proxy) => (proxy instanceof S3MediaProxy ? proxy.addAlarms() : [])),
      ...(canary instanceof ReplicationCanary ? canary.addAlarms() : []),
      ...(audit instanceof ReplicaAudit ? audit.addAlarms() : []),
      ...(meetings instanceof ReplicatedMeetingService ? meetings.addAlarms() : []),
    ];
  }

  private linkToOwnRunbook(alarm: cloudwatch.Alarm): void {
    const { runbookUrl } = this.props;
    const resource = alarm.node.defaultChild as cloudwatch.CfnAlarm;
    if (runbookUrl) resource.alarmDescription = resource.alarmDescription?.replace(RUNBOOK_URL, runbookUrl);
  }

  private rows(): cloudwatch.IWidget[] {
    const { media, router, canary, audit, meetings } = this.props;
    return [
      ...this.overview(),
      ...(media ? replicationSection(media, Stack.of(this).region, this.latencyThresholds()) : []),
      ...(router ? linksSection(router) : []),
      ...(this.proxies.length ? proxiesSection(this.proxies) : []),
      ...(canary ? canarySection(canary) : []),
      ...(audit ? auditSection(audit) : []),
      ...(meetings ? meetingsSection(meetings) : []),
      ...(router || meetings ? quotasSection(meetings) : []),
    ];
  }

  /** As the alarms have them when the dashboard is rendered: a later call of `addReplicationAlarms` can change them. */
  private latencyThresholds(): number[] {
    const alarms = this.alarms.map(({ node }) => node.defaultChild as cloudwatch.CfnAlarm);
    const ofLatency = alarms.filter(({ metricName }) => metricName === 'ReplicationLatency');
    return [...new Set(ofLatency.map(({ threshold }) => threshold!))];
  }

  /** Alarms of this region only: CloudFormation generates the names of the others, which are unknown here. */
  private overview(): cloudwatch.IWidget[] {
    const here = this.alarms.filter((alarm) => Stack.of(alarm).environment === Stack.of(this).environment);
    const markdown = `# ${this.node.path}\n[Runbook](${this.props.runbookUrl ?? RUNBOOK_URL})`;
    const heading = text(markdown, 2);
    if (here.length === 0) return [heading];
    const alarms = here.slice(0, MAX_ALARMS_IN_A_WIDGET);
    const height = 2 + Math.ceil(alarms.length / 6);
    return [heading, new cloudwatch.AlarmStatusWidget({ title: 'Alarms in this region', alarms, width: 24, height })];
  }

  private urlOf({ dashboardName }: cloudwatch.Dashboard): string {
    const { region } = Stack.of(this);
    const host = CONSOLES[partitionOf(region) ?? 'aws'] ?? 'console.aws.amazon.com';
    return `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
