import { Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** The values of pseudo parameters in a deployed stack. */
export interface Pseudo {
  readonly account: string;
  readonly partition: string;
}

/** A metric as GetMetricData requires it, with the names of the deployed buckets. */
export function queryOf(id: string, metric: Metric, stack: Stack, pseudo: Pseudo, period: number): object {
  const { namespace, metricName, dimensions = {}, statistic } = metric;
  const Dimensions = Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: literal(stack.resolve(value), pseudo),
  }));
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metricName, Dimensions },
      Period: period,
      Stat: statistic,
    },
  };
}

/** The value of an expression that contains nothing but pseudo parameters. */
export function literal(value: any, pseudo: Pseudo): string {
  if (typeof value === 'string') return value;
  if (value?.Ref === 'AWS::AccountId') return pseudo.account;
  if (value?.Ref === 'AWS::Partition') return pseudo.partition;
  const [separator, parts] = value?.['Fn::Join'] ?? [];
  if (!Array.isArray(parts)) throw new Error(`A dimension is unexpected: ${JSON.stringify(value)}`);
  return parts.map((part) => literal(part, pseudo)).join(separator);
}
