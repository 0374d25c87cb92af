import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { asOfOf, countOf } from './report/report';
import { AuditState, CompletedRun, Run } from './state';
import { METRIC, METRICS_NAMESPACE, REGION_DIMENSION } from '../contract';

/** Logs and metrics. They contain counts and reasons, but no keys. */
export class Telemetry {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  started({ id, copies }: Run): void {
    this.logger.info('run started', { id, inventories: copies.map(({ region, dt }) => `${region} ${dt}`) });
  }

  waiting(message: string): void {
    this.logger.warn('run waits', { reason: message });
  }

  throttled({ message }: Error): void {
    this.logger.warn('Athena throttled a call', { reason: message });
  }

  queryFailed(task: string, reason: string): void {
    this.logger.warn('query failed', { task, reason });
  }

  runFailed(message: string): void {
    this.logger.error('run failed', { reason: message });
  }

  completed(run: CompletedRun): void {
    const { id, comparisons } = run;
    this.logger.info('run completed', {
      id,
      asOf: asOfOf(run),
      replicas: comparisons.map(({ region, method, groups, handedOver }) => ({
        ...{ region, method, handedOver },
        reasons: groups.map(({ reason, side, versions }) => `${reason} ${side} ${versions}`),
      })),
    });
  }

  /** The result of the last run, again in every run of the schedule, so that alarms always have data. */
  result({ last, createdAt }: AuditState, now: number): void {
    const since = last ? asOfOf(last) : createdAt;
    this.gauge(METRIC.age, MetricUnit.Seconds, Math.max(0, Math.round((now - Date.parse(since)) / 1000)));
    if (!last) return;
    for (const [metric, reason] of [
      [METRIC.missing, 'missing'],
      [METRIC.different, 'different'],
      [METRIC.extra, 'extra'],
    ] as const) {
      this.gauge(metric, MetricUnit.Count, countOf(last, reason));
      for (const { region } of last.comparisons) {
        this.gauge(metric, MetricUnit.Count, countOf(last, reason, region), region);
      }
    }
  }

  conflict(): void {
    this.logger.info('another invocation continues the run');
  }

  failed(task: string, error: unknown): void {
    const { name, message, stack } = error as Error;
    this.logger.error('failed', { task, name, message, stack });
  }

  private gauge(
    metric: string,
    unit: (typeof MetricUnit)[keyof typeof MetricUnit],
    value: number,
    region?: string,
  ): void {
    const single = this.metrics.singleMetric();
    if (region !== undefined) single.addDimensions({ [REGION_DIMENSION]: region });
    single.addMetric(metric, unit, value);
  }
}
