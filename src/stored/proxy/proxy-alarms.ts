import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { withRunbook } from '../../private/runbook';

const SILENT = { treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };
const NO_ANSWER = 'proxy-unreachable-or-returning-503';

export interface WatchedServers {
  readonly unhealthy: cloudwatch.Metric;
  readonly failed: cloudwatch.Metric;
  readonly unanswered: cloudwatch.Metric;
}

export function createServerAlarms(scope: Construct, metrics: WatchedServers): cloudwatch.Alarm[] {
  const { path } = scope.node;
  return [
    new cloudwatch.Alarm(scope, 'UnhealthyServersAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `A server of the proxy ${path} does not answer its health check, and is not replaced. The others serve. See why ` +
          'its task stopped, or does not start.',
        NO_ANSWER,
      ),
      metric: metrics.unhealthy.with({ period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 10, // a server that is replaced is unhealthy for some minutes
    }),
    new cloudwatch.Alarm(scope, 'FailedRequestsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `The servers of the proxy ${path} answer with errors: they do not reach S3. Ask for /ping/s3, and see where their ` +
          'log says that requests end.',
        NO_ANSWER,
      ),
      metric: metrics.failed,
      threshold: 10,
      evaluationPeriods: 1,
    }),
    new cloudwatch.Alarm(scope, 'UnansweredRequestsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `No server of the proxy ${path} answers its load balancer. See whether tasks run, and why they stopped.`,
        NO_ANSWER,
      ),
      metric: metrics.unanswered,
      threshold: 10,
      evaluationPeriods: 1,
    }),
  ];
}

export function createEndpointAlarms(scope: Construct, dropped: cloudwatch.Metric): cloudwatch.Alarm[] {
  return [
    new cloudwatch.Alarm(scope, 'PacketsDroppedAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        `The interface endpoint of the proxy ${scope.node.path} drops packets: it is overloaded, or clients send larger ` +
          'ones than it takes. Compare its bytes with the days before, and look at the AWS Health Dashboard.',
        'alarm-packets-dropped-by-the-interface-endpoint',
      ),
      metric: dropped,
      threshold: 100,
      evaluationPeriods: 3,
    }),
  ];
}
