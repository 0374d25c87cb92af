import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';

/**
 * What Container Insights says of a cluster: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 */
export function clusterMetric(
  metricName: 'TaskCount' | 'NetworkTxBytes',
  clusterName: string,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'ECS/ContainerInsights',
    metricName,
    dimensionsMap: { ClusterName: clusterName },
    ...options,
  });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
export function balancerMetric(
  metricName: 'HTTPCode_ELB_5XX_Count' | 'HTTPCode_Target_5XX_Count' | 'UnHealthyHostCount',
  balancer: elbv2.ApplicationLoadBalancer,
  targets: elbv2.ApplicationTargetGroup,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const ofTargets = metricName !== 'HTTPCode_ELB_5XX_Count';
  return new cloudwatch.Metric({
    namespace: 'AWS/ApplicationELB',
    metricName,
    dimensionsMap: {
      LoadBalancer: balancer.loadBalancerFullName,
      ...(ofTargets ? { TargetGroup: targets.targetGroupFullName } : {}),
    },
    ...options,
  });
}

/** https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html */
export function endpointMetric(
  metricName: 'PacketsDropped',
  endpoint: ec2.IVpcEndpoint,
  vpc: ec2.IVpc,
  region: string,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/PrivateLinkEndpoints',
    metricName,
    dimensionsMap: {
      'Endpoint Type': 'Interface',
      'Service Name': `com.amazonaws.${region}.s3`,
      'VPC Endpoint Id': endpoint.vpcEndpointId,
      'VPC Id': vpc.vpcId,
    },
    statistic: 'Sum',
    ...options,
  });
}
