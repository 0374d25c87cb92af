import { Stack, Token } from 'aws-cdk-lib';
import { MediaMonitoringOptions } from './props';
import { Problems } from '../../private/problems';
import { expectStackRegion } from '../../private/stacks';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const DASHBOARD_NAME = /^[\w-]{1,255}$/;
const PAGE_URL = /^https?:\/\/[^\s#]+$/;

export function validateMonitoring(problems: Problems, options: MediaMonitoringOptions, stack: Stack): void {
  expectStackRegion(problems, stack);
  const { region } = stack;
  const { alarmTopic: topic, runbookUrl, dashboardName } = options;
  const isKnown = (value: string | undefined): value is string => value !== undefined && !Token.isUnresolved(value);
  const topicRegion = topic && (Token.isUnresolved(topic.topicArn) ? topic.env.region : topic.topicArn.split(':')[3]);
  if (isKnown(topicRegion) && isKnown(region)) {
    problems.expect(topicRegion === region, {
      property: 'alarmTopic',
      got: `a topic in ${topicRegion}`,
      expected: `a topic in ${region}, the region of the stack`,
      fix: `Specify a topic in ${region}, or omit it to create one.`,
    });
  }
  problems.expect(!isKnown(dashboardName) || DASHBOARD_NAME.test(dashboardName), {
    property: 'dashboardName',
    got: dashboardName,
    expected: '1 to 255 letters, digits, - and _',
    fix: 'Change the name, or omit it to have one generated.',
  });
  problems.expect(!isKnown(runbookUrl) || PAGE_URL.test(runbookUrl), {
    property: 'runbookUrl',
    got: runbookUrl,
    expected: 'a URL that begins with https:// or http:// and has no anchor',
    fix: 'Specify the page only: each alarm adds the anchor of its section.',
  });
}
