import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../contract';
import { ReplicationJobsMetric as Metric } from '../replication-jobs-metric';
import { FailureCounts } from './failures/failures';
import { Job } from './jobs/jobs';
import { secondsLeft } from './jobs/progress';

/** Logs and metrics. They contain job IDs, reasons and counts, but no object keys. */
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
    this.logger.warn('Lifecycle rules race with the backfill. Disable them until it has finished.', { rules });
  }

  repeatedFailures(count: number): void {
    this.gauge(Metric.REPEATED_FAILURES, count);
  }

  repairPlanned(objects: number): void {
    this.logger.info('repair planned', { objects });
  }

  /** @param jobs the backfills that are running or have just ended */
  backfills(jobs: readonly Job[]): void {
    const progresses = jobs.flatMap(({ progress }) => (progress ? [progress] : []));
    if (progresses.length === 0) return;
    const sum = (field: 'total' | 'succeeded' | 'failed') => progresses.reduce((all, each) => all + each[field], 0);
    this.gauge(Metric.BACKFILL_TOTAL, sum('total'));
    this.gauge(Metric.BACKFILL_DONE, sum('succeeded'));
    this.gauge(Metric.BACKFILL_FAILED, sum('failed'));
    const left = jobs.map(({ state, progress }) =>
      state !== 'started' ? 0 : progress ? secondsLeft(progress) : undefined,
    );
    if (left.every((each) => each !== undefined)) {
      this.metrics.singleMetric().addMetric(Metric.BACKFILL_SECONDS_LEFT, MetricUnit.Seconds, Math.max(0, ...left));
    }
  }

  runCompleted(failedTasks: number, failedJobs: number, counts: FailureCounts | undefined): void {
    this.gauge(Metric.WORKER_FAILURES, failedTasks);
    this.gauge(Metric.JOBS_FAILED, failedJobs);
    if (!counts) return;
    this.gauge(Metric.FAILURES_OUTSTANDING, counts.outstanding);
    this.gauge(Metric.GIVEN_UP, counts.givenUp);
  }

  resource(requestType: string, decision: string, id?: string): void {
    this.logger.info('custom resource request', { requestType, decision, id });
  }

  succeeded(operation: unknown): void {
    this.logger.info('request succeeded', { operation });
  }

  rejected(operation: unknown, code: string): void {
    this.logger.info('request rejected', { operation, code });
  }

  /** Runs a task, and logs its failure. @returns its result, or undefined if it failed */
  async attempt<T>(task: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.failed(task, error);
      return undefined;
    }
  }

  /** @param task what failed, such as `job 1234` */
  failed(task: string, error: unknown): void {
    const { name, message, stack } = error as Error;
    // Not the error object itself, to which the SDK attaches the service's response.
    this.logger.error('failed', { task, name, message, stack });
  }

  private gauge(metric: Metric, value: number): void {
    this.metrics.singleMetric().addMetric(metric, MetricUnit.Count, value);
  }
}
