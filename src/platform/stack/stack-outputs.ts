import { CfnOutput } from 'aws-cdk-lib';
import type { MediaReplicationStack } from './media-replication-stack';

/** What operators look for, besides what the bucket says of its copies. */
export function writeOutputs(stack: MediaReplicationStack): void {
  const { media, router, meetings, monitoring } = stack;
  const write = (id: string, value: string | undefined, description: string) =>
    value !== undefined && new CfnOutput(stack, id, { value, description });
  write('PrimaryBucketName', media.primary.bucketName, 'Primary bucket name');
  write('RouterFunctionName', router.function.functionName, 'The function that gives links');
  write('RouterApiUrl', router.httpApi?.url, 'The HTTP API that gives links');
  write(
    'MeetingsAudienceFunctionName',
    meetings?.audienceFunction.functionName,
    'The function for audiences of meetings',
  );
  write('MeetingsHostFunctionName', meetings?.hostFunction.functionName, 'The function for hosts of meetings');
  write('MeetingsApiUrl', meetings?.httpApi?.url, 'The HTTP API of the meetings');
  write('DashboardUrl', monitoring.dashboardUrl, 'The dashboard of all regions');
  write('AlarmTopicArn', monitoring.topic.topicArn, 'The topic that every alarm goes to');
}
