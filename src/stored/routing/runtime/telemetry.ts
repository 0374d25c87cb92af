import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { CallRecord, copiesOf } from './audit';
import { FailoverEvents } from './failover-record';
import { StoreEvents } from './live-preferences';
import { NotAllowed } from './not-allowed';
import { StateEvents } from './replica-states';
import { UserPreferencesEvents } from './user-preferences';
import { ValidationError } from '../../../private/validation-error';
import { FALLBACK_REASONS, Link, METRIC, METRICS_NAMESPACE, REASON_DIMENSION, REGION_DIMENSION } from '../contract';

/**
 * Writes metrics and logs, with an audit record for each call: the caller, the address of a caller over HTTP, the
 * number and the first segments of the keys, and the copies that the links point to. They never contain a whole key
 * or a part of a link.
 */
export class Telemetry implements StoreEvents, StateEvents, UserPreferencesEvents, FailoverEvents {
  private readonly logger = new Logger();
  private readonly metrics = new Metrics({ namespace: METRICS_NAMESPACE });

  answered(call: CallRecord, links: readonly Link[], milliseconds: number): void {
    const counts = new Map<string, number>();
    for (const { region, reason } of links) {
      const name = `${region} ${reason}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [name, count] of counts) {
      const [region, reason] = name.split(' ');
      this.metrics
        .singleMetric()
        .addDimensions({ [REGION_DIMENSION]: region, [REASON_DIMENSION]: reason })
        .addMetric(METRIC.links, MetricUnit.Count, count);
    }
    this.count(METRIC.links, links.length);
    this.count(METRIC.fallbacks, links.filter(({ reason }) => FALLBACK_REASONS.includes(reason)).length);
    this.logger.info('links issued', {
      ...call,
      links: links.length,
      copies: copiesOf(links),
      reasons: Object.fromEntries(counts),
      milliseconds: Math.round(milliseconds * 10) / 10,
    });
  }

  /** Records a completed operation on preferences. */
  completed(call: CallRecord, milliseconds: number): void {
    this.logger.info('completed', { ...call, milliseconds: Math.round(milliseconds * 10) / 10 });
  }

  failed(error: unknown, call: CallRecord): void {
    if (error instanceof ValidationError || error instanceof NotAllowed) {
      // Omits the message, which contains input from the caller.
      this.logger.info('links refused', { ...call, code: error.name });
    } else {
      this.logger.error('failed', { ...call, error: error as Error });
    }
  }

  unavailable(error: unknown): void {
    this.count(METRIC.configurationUnavailable, 1);
    this.logger.warn('Failed to fetch the preferences. The last ones remain in effect.', error as Error);
  }

  stateUnavailable(error: unknown): void {
    const { name, message } = error as Error;
    this.logger.warn('Failed to read the state of a replica. The last one remains in effect.', { name, message });
  }

  failoverUnknown(state: string): void {
    this.logger.warn('Failed to check for a failover. The last known state remains in effect.', { state });
  }

  refused(error: unknown): void {
    this.count(METRIC.configurationRefused, 1);
    this.logger.error('The preferences in AppConfig are invalid. The last ones remain in effect.', error as Error);
  }

  userPreferencesUnavailable(error: unknown): void {
    this.count(METRIC.userPreferencesUnavailable, 1);
    // Omits the message, which can contain parts of the request.
    const { name: code } = error as Error;
    this.logger.warn('Failed to read the preference of a user. The default preference applied.', { code });
  }

  private count(metric: string, count: number): void {
    this.metrics.singleMetric().addMetric(metric, MetricUnit.Count, count);
  }
}
