import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { MeetingError } from './errors';
import { ValidationError } from '../../../private/validation-error';
import { HOST_OPERATIONS, MEETING_DIMENSION, METRIC, METRICS_NAMESPACE, SESSION_DIMENSION } from '../contract';

/** The results of a sweep, for metrics. */
export interface Sweep {
  live: number;
  /** The number of differences that were repaired. */
  drift: number;
  /** The number of replicas that running meetings lack. */
  missing: number;
  /** The number of warnings that a meeting will end. */
  endingSoon: number;
  readonly sessions: { meeting: string; index: number; used: number; free: number }[];
  readonly failures: { meeting: string; error: unknown }[];
}

/** Logs and metrics. They contain names of meetings and error codes, but no responses, credentials or user ids. */
export class Telemetry {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  joined(count: number): void {
    this.count(METRIC.joins, count);
  }

  joinRefused(count: number): void {
    this.count(METRIC.joinsRefused, count);
  }

  promoted(): void {
    this.count(METRIC.promotions, 1);
  }

  throttled(operation: string): void {
    this.count(METRIC.throttles, 1);
    this.logger.warn('throttled', { operation });
  }

  /** A session that was requested as a replica is an independent meeting. It is deleted. */
  notAReplica(meeting: string, mediaRegion: string): void {
    this.count(METRIC.notAReplica, 1);
    this.logger.error('Amazon Chime SDK returned an independent meeting instead of a replica.', {
      meeting,
      mediaRegion,
    });
  }

  swept({ live, drift, missing, endingSoon, sessions, failures }: Sweep): void {
    this.count(METRIC.liveMeetings, live, true);
    this.count(METRIC.liveSessions, sessions.length, true);
    this.count(METRIC.drift, drift, true);
    this.count(METRIC.missingReplicas, missing, true);
    this.count(METRIC.endingSoon, endingSoon, true);
    this.count(METRIC.sweepFailures, failures.length, true);
    for (const { meeting, index, used, free } of sessions) {
      const dimensions = { [MEETING_DIMENSION]: meeting, [SESSION_DIMENSION]: String(index) };
      this.metrics.singleMetric().addDimensions(dimensions).addMetric(METRIC.seatsUsed, MetricUnit.Count, used);
      this.metrics.singleMetric().addDimensions(dimensions).addMetric(METRIC.seatsFree, MetricUnit.Count, free);
    }
    for (const { meeting, error } of failures) this.logger.error('sweep failed', { meeting, error: describe(error) });
    this.logger.info('swept', { live, drift });
  }

  roomFailed(requestType: string, reason: string): void {
    this.logger.error('room failed', { requestType, reason });
  }

  /** Events that could not be published. The sweeper tries again. */
  notPublished(error: unknown): void {
    this.logger.error('events not published', { error: describe(error) });
  }

  answered(operation: unknown, milliseconds: number): void {
    this.logger.info('answered', { operation, milliseconds: Math.round(milliseconds) });
  }

  failed(asked: unknown, error: unknown): void {
    // Only known operations are logged, because clients control this text.
    const operation = HOST_OPERATIONS.find((known) => known === asked) ?? 'unknown';
    if (error instanceof ValidationError || error instanceof MeetingError) {
      this.logger.info('refused', { operation, code: error.name });
    } else {
      this.logger.error('failed', { operation, error: describe(error) });
    }
  }

  private count(metric: string, count: number, always = false): void {
    if (count > 0 || always) this.metrics.singleMetric().addMetric(metric, MetricUnit.Count, count);
  }
}

/** The error object itself is not logged, because the SDK attaches responses to it. */
function describe(error: unknown): Record<string, unknown> {
  const { name, message, stack } = error as Error;
  return { name, message, stack };
}
