import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { AlarmRoutes } from './alarm-routes';
import { AlarmTopic } from './alarm-topic';
import { text } from './graphs';
import { LateWidgets } from './late-widgets';
import { MediaMonitoringProps } from './props';
import {
  canarySection,
  linksSection,
  meetingsSection,
  proxiesSection,
  quotasSection,
  replicationSection,
} from './sections';
import { validateMonitoring } from './validation';
import { partitionOf } from '../../private/regions';
import { RUNBOOK_URL } from '../../private/runbook';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { S3MediaProxy } from '../../stored/proxy';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const MAX_ALARMS_IN_A_WIDGET = 100;
const CONSOLES: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * One dashboard and one topic for all of it: media, proxies, links, the canary and meetings, in every region.
 *
 * It makes the alarms of each part, if they are not there yet, and brings them to the topic, those of other regions by
 * EventBridge. What an alarm says tells what to do, and links to the runbook.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { MediaMonitoring, MediaRouter, ReplicatedMediaBucket } from 'cdk-media-replication';
 *
 * declare const stack: Stack;
 *
 * const media = new ReplicatedMediaBucket(stack, 'Media', { replicas: [{ region: 'eu-west-1' }] });
 * const router = new MediaRouter(stack, 'Router', { media });
 * new MediaMonitoring(stack, 'Monitoring', { media, router, emails: ['media-oncall@example.com'] });
 */
export class MediaMonitoring extends Construct {
  /** The dashboard. What you add comes below. */
  public readonly dashboard: cloudwatch.Dashboard;

  /** Where the dashboard is in the console. */
  public readonly dashboardUrl: string;

  /** The topic that every alarm goes to. */
  public readonly topic: sns.ITopic;

  /**
   * Further topics, by region, where EventBridge carries no events between regions: in China and in GovCloud. The alarms
   * of that region go there. Elsewhere there are none.
   */
  public readonly regionalTopics: { [region: string]: sns.ITopic };

  /** All alarms, those of other regions too. */
  public readonly alarms: cloudwatch.Alarm[];

  private readonly props: MediaMonitoringProps;
  private readonly proxies: S3MediaProxy[];

  /** @throws if there is nothing to watch, or the topic is in another region */
  constructor(scope: Construct, id: string, props: MediaMonitoringProps = {}) {
    super(scope, id);
    validateMonitoring(this, props);
    this.props = props;
    const ofReplicas = props.media?.replicas.flatMap(({ proxy }) => proxy ?? []) ?? [];
    this.proxies = [...new Set([...ofReplicas, ...(props.proxies ?? [])])];

    const ours = props.topic ? undefined : new AlarmTopic(this, 'Topic');
    this.topic = props.topic ?? ours!.topic;
    const routes = new AlarmRoutes(this, 'Routes', this.topic, ours);
    this.alarms = this.createAlarms();
    this.alarms.forEach((alarm) => this.linkToOwnRunbook(alarm));
    routes.add(this.alarms);
    this.regionalTopics = routes.regionalTopics;
    for (const topic of [this.topic, ...Object.values(this.regionalTopics)]) {
      for (const email of props.emails ?? []) topic.addSubscription(new EmailSubscription(email));
    }

    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: props.dashboardName });
    this.dashboard.addWidgets(new LateWidgets(() => this.rows()));
    this.dashboardUrl = this.urlOf(this.dashboard);
  }

  private createAlarms(): cloudwatch.Alarm[] {
    const { media, router, canary, meetings, latencyThreshold, fallbackPercent } = this.props;
    return [
      ...(media instanceof ReplicatedMediaBucket ? media.addReplicationAlarms({ latencyThreshold }) : []),
      ...(router?.addAlarms({ fallbackPercent }) ?? []),
      ...this.proxies.flatMap((proxy) => proxy.addAlarms()),
      ...(canary?.addAlarms() ?? []),
      ...(meetings?.addAlarms() ?? []),
    ];
  }

  private linkToOwnRunbook(alarm: cloudwatch.Alarm): void {
    const { runbookUrl } = this.props;
    const resource = alarm.node.defaultChild as cloudwatch.CfnAlarm;
    if (runbookUrl) resource.alarmDescription = resource.alarmDescription?.replace(RUNBOOK_URL, runbookUrl);
  }

  private rows(): cloudwatch.IWidget[] {
    const { media, router, canary, meetings, latencyThreshold } = this.props;
    return [
      ...this.overview(),
      ...(media ? replicationSection(media, Stack.of(this).region, latencyThreshold) : []),
      ...(router ? linksSection(router) : []),
      ...(this.proxies.length ? proxiesSection(this.proxies) : []),
      ...(canary ? canarySection(canary) : []),
      ...(meetings ? meetingsSection(meetings) : []),
      ...(router || meetings ? quotasSection(meetings) : []),
    ];
  }

  /** An alarm of another region has a name that is known there only. */
  private overview(): cloudwatch.IWidget[] {
    const here = this.alarms.filter((alarm) => Stack.of(alarm).environment === Stack.of(this).environment);
    const markdown = `# ${this.node.path}\nWhat to do: [runbook](${this.props.runbookUrl ?? RUNBOOK_URL})`;
    const heading = text(markdown, 2);
    if (here.length === 0) return [heading];
    const alarms = here.slice(0, MAX_ALARMS_IN_A_WIDGET);
    const height = 2 + Math.ceil(alarms.length / 6);
    return [heading, new cloudwatch.AlarmStatusWidget({ title: 'Alarms of this region', alarms, width: 24, height })];
  }

  private urlOf({ dashboardName }: cloudwatch.Dashboard): string {
    const { region } = Stack.of(this);
    const host = CONSOLES[partitionOf(region) ?? 'aws'] ?? 'console.aws.amazon.com';
    return `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}
