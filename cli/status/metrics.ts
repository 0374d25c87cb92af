import { AwsCli } from '../aws/aws-cli';

/** A data point. */
export interface Point {
  readonly value: number;
  readonly time: number;
}

/** The data points of each query, by id, the newest first. */
export async function pointsOf(aws: AwsCli, queries: readonly object[], seconds: number, now: number) {
  const at = (time: number) => new Date(time).toISOString();
  const { MetricDataResults } = await aws.call('cloudwatch', 'get-metric-data', {
    MetricDataQueries: queries,
    StartTime: at(now - seconds * 1000),
    EndTime: at(now),
    ScanBy: 'TimestampDescending',
  });
  const points = new Map<string, Point[]>();
  // A result that has several pages is listed once for each of them.
  for (const { Id, Values, Timestamps } of MetricDataResults) {
    const more = Values.map((value: number, index: number) => ({ value, time: timeOf(Timestamps[index]) }));
    points.set(Id, [...(points.get(Id) ?? []), ...more]);
  }
  return (id: string): Point[] => points.get(id) ?? [];
}

/** Version 1 of the AWS CLI prints times as the service returns them: as seconds, or in ISO 8601 format. */
function timeOf(value: string | number): number {
  return typeof value === 'number' ? value * 1000 : Date.parse(value);
}
