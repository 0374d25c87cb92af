import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaReplicationStackProps } from './props';
import { writeOutputs } from './stack-outputs';
import { validateStack } from './validation';
import { ReplicatedMeetingService } from '../../live/meeting';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { MediaRouter } from '../../stored/routing';
import { MediaMonitoring } from '../monitoring';

/**
 * Everything at once: media and their replicas with proxies, links to them, meetings, a dashboard and a topic.
 *
 * It is made of this library's public constructs and adds nothing of its own: what it does not offer as a property can be
 * done with them, and an app that outgrows it can make them itself.
 *
 * Each replica is in a stack of its own, which is deployed before this one.
 *
 * @example
 * import { App } from 'aws-cdk-lib';
 * import { MediaReplicationStack } from 'cdk-media-replication';
 *
 * const app = new App();
 * new MediaReplicationStack(app, 'Media', {
 *   env: { region: 'us-east-1' },
 *   replicas: [{ region: 'eu-west-1' }],
 *   meetings: [{ name: 'town-hall', mediaRegion: 'us-east-1', replicas: [{ mediaRegion: 'eu-west-1' }] }],
 *   alarmEmails: ['media-oncall@example.com'],
 * });
 */
export class MediaReplicationStack extends Stack {
  /** The media: the primary in this stack, the replicas, and their proxies (`media.replicas`). */
  public readonly media: ReplicatedMediaBucket;

  /** Gives links to the copy that is right for a viewer. */
  public readonly router: MediaRouter;

  /** The canary, if one was asked for. */
  public readonly canary?: ReplicationCanary;

  /** The meetings, if any were asked for. */
  public readonly meetings?: ReplicatedMeetingService;

  /** The dashboard, the alarms and their topic. */
  public readonly monitoring: MediaMonitoring;

  /** @throws if the props contradict each other, or ask for what AWS can't do; the message says what to change */
  constructor(scope: Construct, id: string, props: MediaReplicationStackProps) {
    super(scope, id, props);
    validateStack(this, props);
    this.media = new ReplicatedMediaBucket(this, 'Media', props);
    this.router = new MediaRouter(this, 'Router', { ...props, media: this.media });
    if (props.canary) this.canary = this.createCanary(props);
    if (props.meetings) this.meetings = this.createMeetings(props);
    this.monitoring = new MediaMonitoring(this, 'Monitoring', {
      media: this.media,
      router: this.router,
      canary: this.canary,
      meetings: this.meetings,
      topic: props.alarmTopic,
      emails: props.alarmEmails,
      runbookUrl: props.runbookUrl,
      dashboardName: props.dashboardName,
      latencyThreshold: props.latencyThreshold,
      fallbackPercent: props.fallbackPercent,
    });
    if (props.outputs ?? true) writeOutputs(this);
  }

  private createCanary({ runtime, logRetention }: MediaReplicationStackProps): ReplicationCanary {
    return new ReplicationCanary(this, 'Canary', { media: this.media, runtime, logRetention });
  }

  private createMeetings(props: MediaReplicationStackProps): ReplicatedMeetingService {
    const service = new ReplicatedMeetingService(this, 'Meetings', {
      controlRegion: props.controlRegion,
      httpApi: props.httpApi && { ...props.httpApi, hostScopes: props.hostScopes },
      runtime: props.runtime,
      memorySize: props.memorySize,
      logRetention: props.logRetention,
    });
    for (const { name, ...options } of props.meetings!) {
      // A meeting may be called as a part of the service is.
      service.addMeeting(`Meeting-${name}`, { meetingName: name, ...options });
    }
    return service;
  }
}
