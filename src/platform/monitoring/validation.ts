import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MediaMonitoringProps } from './props';
import { invalid } from '../../private/problems';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const DASHBOARD_NAME = /^[\w-]{1,255}$/;

export function validateMonitoring(scope: Construct, props: MediaMonitoringProps): void {
  const { media, proxies, router, canary, meetings, topic, runbookUrl, dashboardName } = props;
  if (!media && !router && !canary && !meetings && !proxies?.length) {
    throw invalid(scope, {
      property: 'media',
      got: undefined,
      expected: 'something to watch',
      fix: 'Give at least one of `media`, `proxies`, `router`, `canary` and `meetings`.',
    });
  }
  const { region } = Stack.of(scope);
  const regionOfTopic = topic && (Token.isUnresolved(topic.topicArn) ? topic.env.region : topic.topicArn.split(':')[3]);
  if (regionOfTopic && ![regionOfTopic, region].some((each) => Token.isUnresolved(each)) && regionOfTopic !== region) {
    throw invalid(scope, {
      property: 'topic',
      got: `a topic in ${regionOfTopic}`,
      expected: `a topic in ${region}, where the alarms are brought to`,
      fix: `Bring a topic of ${region}, or leave it out.`,
    });
  }
  if (dashboardName !== undefined && !Token.isUnresolved(dashboardName) && !DASHBOARD_NAME.test(dashboardName)) {
    throw invalid(scope, {
      property: 'dashboardName',
      got: dashboardName,
      expected: '1 to 255 letters, digits, - and _',
      fix: 'Change the name, or leave it out to have one made.',
    });
  }
  if (runbookUrl !== undefined && !Token.isUnresolved(runbookUrl) && !/^https?:\/\/[^\s#]+$/.test(runbookUrl)) {
    throw invalid(scope, {
      property: 'runbookUrl',
      got: runbookUrl,
      expected: 'a URL without an anchor',
      fix: 'The alarms add the anchors of their sections.',
    });
  }
}
