import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeError } from './failures';
import { FailureListener } from './report';
import { CanaryReport, METRIC, METRICS_NAMESPACE, Reason, REGION_DIMENSION } from '../contract';

/** Writes logs and metrics. They never contain keys or links. */
export class Telemetry implements FailureListener {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  failed(region: string, reason: Reason, error?: unknown): void {
    this.logger.warn('Copy failed', { region, reason, cause: describeError(error) });
  }

  /** Counts a deployment as a run without failures. */
  started(): void {
    this.emit(METRIC.failures, MetricUnit.Count, 0);
    this.logger.info('Deployment counted as a run');
  }

  completed(report: CanaryReport): void {
    for (const { region, replicationSeconds, proxySeconds, proxyMilliseconds, failures } of report.copies) {
      this.emit(METRIC.replicationTime, MetricUnit.Seconds, replicationSeconds, region);
      this.emit(METRIC.proxyTime, MetricUnit.Seconds, proxySeconds, region);
      this.emit(METRIC.proxyLatency, MetricUnit.Milliseconds, proxyMilliseconds, region);
      this.emit(METRIC.failures, MetricUnit.Count, Math.min(1, failures.length), region);
    }
    const failed = report.copies.filter(({ failures }) => failures.length > 0).length;
    this.emit(METRIC.failures, MetricUnit.Count, failed);
    this.logger.info('Run completed', { ...report });
  }

  private emit(metric: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value?: number, region?: string) {
    if (value === undefined) return;
    const single = this.metrics.singleMetric();
    if (region !== undefined) single.addDimensions({ [REGION_DIMENSION]: region });
    single.addMetric(metric, unit, value);
  }
}
