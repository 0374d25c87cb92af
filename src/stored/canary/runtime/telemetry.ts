import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeError } from './failures';
import { CanaryNotes } from './report';
import { CanaryReport, METRIC, METRICS_NAMESPACE, Reason, REGION_DIMENSION } from '../contract';

/** Logs and metrics. Neither holds a key of an object or a part of a link. */
export class Telemetry implements CanaryNotes {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  failed(region: string, reason: Reason, error?: unknown): void {
    this.logger.warn('failed', { region, reason, because: describeError(error) });
  }

  ran(report: CanaryReport): void {
    for (const { region, replicationSeconds, proxySeconds, proxyMilliseconds, failures } of report.copies) {
      this.emit(METRIC.replicationTime, MetricUnit.Seconds, replicationSeconds, region);
      this.emit(METRIC.proxyTime, MetricUnit.Seconds, proxySeconds, region);
      this.emit(METRIC.proxyLatency, MetricUnit.Milliseconds, proxyMilliseconds, region);
      this.emit(METRIC.failures, MetricUnit.Count, Math.min(1, failures.length), region);
    }
    const failed = report.copies.filter(({ failures }) => failures.length > 0).length;
    this.emit(METRIC.failures, MetricUnit.Count, failed);
    this.logger.info('ran', { ...report });
  }

  private emit(metric: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value?: number, region?: string) {
    if (value === undefined) return;
    const single = this.metrics.singleMetric();
    if (region !== undefined) single.addDimensions({ [REGION_DIMENSION]: region });
    single.addMetric(metric, unit, value);
  }
}
