import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { s3EndpointService } from '../../private/regions';
import { runbookAlarm } from '../../private/runbook-alarm';

const NO_ANSWER = 'proxy-unreachable-or-returning-503';

export interface ServerMetrics {
  readonly unhealthy: cloudwatch.Metric;
  readonly failed: cloudwatch.Metric;
  readonly unanswered: cloudwatch.Metric;
}

export function createServerAlarms(scope: Construct, metrics: ServerMetrics): cloudwatch.Alarm[] {
  const { path } = scope.node;
  return [
    runbookAlarm(scope, 'UnhealthyServersAlarm', {
      description:
        `A server of the proxy ${path} has failed its health check for 10 minutes and was not replaced. The other ` +
        'servers still serve requests. Check why its task stopped or does not start.',
      section: NO_ANSWER,
      metric: metrics.unhealthy.with({ period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 10, // replacing a server takes several minutes
    }),
    runbookAlarm(scope, 'FailedRequestsAlarm', {
      description:
        `The servers of the proxy ${path} return 5xx errors because they cannot reach S3. Request /ping/s3, and check ` +
        'the termination states in the log of the servers.',
      section: NO_ANSWER,
      metric: metrics.failed,
      threshold: 10,
    }),
    runbookAlarm(scope, 'UnansweredRequestsAlarm', {
      description: `No server of the proxy ${path} answers the load balancer. Check whether tasks are running, and why they stopped.`,
      section: NO_ANSWER,
      metric: metrics.unanswered,
      threshold: 10,
    }),
  ];
}

/** See https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html for the metric. */
export function createEndpointAlarms(scope: Construct, endpoint: ec2.IVpcEndpoint, vpc: ec2.IVpc): cloudwatch.Alarm[] {
  return [
    runbookAlarm(scope, 'PacketsDroppedAlarm', {
      description:
        `The interface endpoint of the proxy ${scope.node.path} drops packets. Either it is overloaded, or clients send ` +
        'packets that are too large. Compare its traffic with previous days, and check the AWS Health Dashboard.',
      section: 'alarm-packets-dropped-by-the-interface-endpoint',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/PrivateLinkEndpoints',
        metricName: 'PacketsDropped',
        dimensionsMap: {
          'Endpoint Type': 'Interface',
          'Service Name': s3EndpointService(Stack.of(scope).region),
          'VPC Endpoint Id': endpoint.vpcEndpointId,
          'VPC Id': vpc.vpcId,
        },
        statistic: 'Sum',
      }),
      threshold: 100,
      evaluationPeriods: 3,
    }),
  ];
}
