import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { FailureCounts } from './failures/failures';
import { Job } from './jobs/jobs';
import { secondsLeft } from './jobs/progress';
import { ValidationError } from '../../../private/validation-error';
import { METRIC, METRICS_NAMESPACE } from '../contract';

/** Logs and metrics. They hold ids of jobs, reasons and counts: no key of an object. */
export class Telemetry {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  jobStarted({ id, kind, cause, jobId, attempt, statuses, manifest }: Job): void {
    this.logger.info('job started', { id, kind, cause, jobId, attempt, statuses, objects: manifest?.objects });
  }

  jobEnded({ id, kind, jobId, outcome, failure, progress, failedByReason, reportMissing }: Job): void {
    const { total, succeeded, failed } = progress ?? {};
    const about = { id, kind, jobId, outcome, failure, total, succeeded, failed, failedByReason, reportMissing };
    if (outcome === 'complete' || outcome === 'nothing') this.logger.info('job ended', about);
    else this.logger.error('job ended', about);
  }

  lifecycleRaces(rules: readonly string[]): void {
    this.logger.warn('Lifecycle rules race with the backfill: disable them until it has ended.', { rules });
  }

  failedAgain(count: number): void {
    this.gauge(METRIC.repeatedFailures, count);
  }

  repairPlanned(objects: number): void {
    this.logger.info('repair planned', { objects });
  }

  /** The backfills that are under way, or have just ended. */
  backfills(jobs: readonly Job[]): void {
    const progresses = jobs.flatMap(({ progress }) => (progress ? [progress] : []));
    if (progresses.length === 0) return;
    const sum = (of: (progress: (typeof progresses)[number]) => number) =>
      progresses.reduce((all, each) => all + of(each), 0);
    this.gauge(
      METRIC.backfillTotal,
      sum(({ total }) => total),
    );
    this.gauge(
      METRIC.backfillDone,
      sum(({ succeeded }) => succeeded),
    );
    this.gauge(
      METRIC.backfillFailed,
      sum(({ failed }) => failed),
    );
    const left = jobs.map(({ state, progress }) =>
      state !== 'started' ? 0 : progress ? secondsLeft(progress) : undefined,
    );
    if (left.every((each) => each !== undefined)) {
      this.metrics.singleMetric().addMetric(METRIC.backfillSecondsLeft, MetricUnit.Seconds, Math.max(0, ...left));
    }
  }

  worked(failed: number, jobsFailed: number, counts: FailureCounts | undefined): void {
    this.gauge(METRIC.workerFailures, failed);
    this.gauge(METRIC.jobsFailed, jobsFailed);
    if (!counts) return;
    this.gauge(METRIC.failuresOutstanding, counts.outstanding);
    this.gauge(METRIC.givenUp, counts.givenUp);
  }

  resource(requestType: string, decision: string, id?: string): void {
    this.logger.info('resource', { requestType, decision, id });
  }

  answered(operation: unknown): void {
    this.logger.info('answered', { operation });
  }

  refused(operation: unknown, code: string): void {
    this.logger.info('refused', { operation, code });
  }

  failed(what: string, error: unknown): void {
    const { name, message, stack } = error as Error;
    // Not the error itself: the SDK hangs answers of the service on it. An input of a caller is no failure of ours.
    if (error instanceof ValidationError) this.logger.info('refused', { what, message });
    else this.logger.error('failed', { what, name, message, stack });
  }

  private gauge(metric: string, value: number): void {
    this.metrics.singleMetric().addMetric(metric, MetricUnit.Count, value);
  }
}
