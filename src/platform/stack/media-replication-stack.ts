import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaReplicationStackMeetings, MediaReplicationStackProps } from './props';
import { validateStack } from './validation';
import { ReplicatedMeetingService } from '../../live/meeting';
import { ReplicaAudit } from '../../stored/audit';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { ReplicationCanary } from '../../stored/canary';
import { ReplicationDrill } from '../../stored/drill';
import { MediaRouter, MediaRouterStandby } from '../../stored/routing';
import { MediaMonitoring } from '../monitoring';

/**
 * A complete platform in one stack: media with replicas and proxies, a router, and optionally meetings, a canary, an
 * audit and a drill, with a dashboard and alarms for all of them.
 *
 * The stack consists of this library's public constructs, each configured by the property of the same name. Whatever the
 * properties do not cover can be done with the constructs themselves (`stack.media.grantPut(role)`).
 *
 * Each replica is a stack of its own in the replica's region, and is deployed before this one.
 *
 * @example
 * import { App } from 'aws-cdk-lib';
 * import { MediaReplicationStack } from 'cdk-media-replication';
 *
 * const app = new App();
 * new MediaReplicationStack(app, 'Media', {
 *   env: { region: 'us-east-1' },
 *   media: { replicas: [{ region: 'eu-west-1' }] },
 *   router: { ipRanges: [{ cidr: '10.20.0.0/16', region: 'eu-west-1' }] },
 *   meetings: { rooms: [{ meetingName: 'town-hall', mediaRegion: 'us-east-1' }] },
 *   canary: {},
 *   monitoring: { alarmEmails: ['media-oncall@example.com'] },
 * });
 */
export class MediaReplicationStack extends Stack {
  /** The media bucket: the primary in this stack, the replicas, and their proxies (`media.replicas`). */
  public readonly media: ReplicatedMediaBucket;

  /** The router, which creates links to the copy that suits a viewer. */
  public readonly router: MediaRouter;

  /** The meeting service, if `meetings` was specified. */
  public readonly meetings?: ReplicatedMeetingService;

  /** The canary, if `canary` was specified. */
  public readonly canary?: ReplicationCanary;

  /** The rehearsal of an outage of replication, if `drill` was specified. */
  public readonly drill?: ReplicationDrill;

  /** The audit, if `audit` was specified. */
  public readonly audit?: ReplicaAudit;

  /** The dashboard, the alarms and their topic. */
  public readonly monitoring: MediaMonitoring;

  /** @throws if properties are invalid; the message lists all problems, each with its fix */
  constructor(scope: Construct, id: string, props: MediaReplicationStackProps) {
    super(scope, id, props);
    validateStack(this, props);
    const { outputs = true } = props;
    this.media = new ReplicatedMediaBucket(this, 'Media', { outputs, ...props.media });
    const { media } = this;
    this.router = new MediaRouter(this, 'Router', { ...props.router, media });
    if (props.canary) this.canary = new ReplicationCanary(this, 'Canary', { ...props.canary, media });
    if (props.audit) this.audit = new ReplicaAudit(this, 'Audit', { ...props.audit, media });
    if (props.meetings) this.meetings = this.createMeetings(props.meetings);
    const { router, canary, audit, meetings } = this;
    if (props.drill) this.drill = new ReplicationDrill(this, 'Drill', { ...props.drill, media, router });
    const watched = { media, router, canary, audit, meetings };
    this.monitoring = new MediaMonitoring(this, 'Monitoring', { ...props.monitoring, ...watched });
    if (outputs) this.writeOutputs();
  }

  private createMeetings({ rooms, ...props }: MediaReplicationStackMeetings): ReplicatedMeetingService {
    const service = new ReplicatedMeetingService(this, 'Meetings', props);
    // The prefix keeps rooms apart from the service's own constructs.
    for (const room of rooms) service.addMeeting(`Meeting-${room.meetingName}`, room);
    return service;
  }

  /** Outputs for operators. The bucket has its own outputs for its copies. */
  private writeOutputs(): void {
    const { media, router, audit, meetings, drill, monitoring } = this;
    const write = (id: string, value: string | undefined, description: string, scope: Stack = this) =>
      value !== undefined && new CfnOutput(scope, id, { value, description });
    write('PrimaryBucketName', media.primary.bucketName, 'Name of the primary bucket');
    write('RouterFunctionName', router.function.functionName, 'Name of the router function');
    const writeOfRouter = (each: MediaRouter | MediaRouterStandby) => {
      const { preferencesApplicationId, preferencesEnvironmentId, preferencesProfileId, httpApi } = each;
      const ids = [preferencesApplicationId, preferencesEnvironmentId, preferencesProfileId].join('/');
      const description = 'AppConfig ids of the router preferences: application/environment/profile';
      write('RouterPreferences', ids, description, Stack.of(each));
      write('RouterApiUrl', httpApi?.url, 'URL of the router HTTP API', Stack.of(each));
    };
    writeOfRouter(router);
    if (router.standby) {
      const { function: fn, recordsBucket } = router.standby;
      const stack = Stack.of(router.standby);
      write('RouterFunctionName', fn.functionName, 'Name of the standby router function', stack);
      write('FailoverRecordsBucketName', recordsBucket.bucketName, 'Name of the bucket with failover records', stack);
      writeOfRouter(router.standby);
    }
    write('AuditFunctionName', audit?.function.functionName, 'Name of the audit function');
    write('MeetingsAudienceFunctionName', meetings?.audienceFunction.functionName, 'Name of the audience function');
    write('MeetingsHostFunctionName', meetings?.hostFunction.functionName, 'Name of the host function');
    write('MeetingsApiUrl', meetings?.httpApi?.url, 'URL of the meetings HTTP API');
    write('DrillTemplateId', drill?.experimentTemplateId, 'ID of the AWS FIS experiment template of the drill');
    write('DashboardUrl', monitoring.dashboardUrl, 'URL of the dashboard for all regions');
    write('AlarmTopicArn', monitoring.topic.topicArn, 'ARN of the topic that alarms publish to');
  }
}
