import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ReplicatedMeetingService } from '../../live/meeting';
import { ReplicatedMediaBucket } from '../../stored/bucket';
import { MediaRouter } from '../../stored/routing';
import { MediaMonitoring } from '../monitoring';

interface Parts {
  readonly media: ReplicatedMediaBucket;
  readonly router: MediaRouter;
  readonly meetings?: ReplicatedMeetingService;
  readonly monitoring: MediaMonitoring;
}

/** Outputs for operators. The bucket has its own outputs for its copies. */
export function writeOutputs(scope: Construct, { media, router, meetings, monitoring }: Parts): void {
  const write = (id: string, value: string | undefined, description: string) =>
    value !== undefined && new CfnOutput(scope, id, { value, description });
  write('PrimaryBucketName', media.primary.bucketName, 'Name of the primary bucket');
  write('RouterFunctionName', router.function.functionName, 'Name of the router function');
  write('RouterApiUrl', router.httpApi?.url, 'URL of the router HTTP API');
  write('MeetingsAudienceFunctionName', meetings?.audienceFunction.functionName, 'Name of the audience function');
  write('MeetingsHostFunctionName', meetings?.hostFunction.functionName, 'Name of the host function');
  write('MeetingsApiUrl', meetings?.httpApi?.url, 'URL of the meetings HTTP API');
  write('DashboardUrl', monitoring.dashboardUrl, 'URL of the dashboard for all regions');
  write('AlarmTopicArn', monitoring.topic.topicArn, 'ARN of the topic that alarms publish to');
}
