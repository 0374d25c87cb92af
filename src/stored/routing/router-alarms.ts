import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { DEFAULT_FALLBACK_PERCENT } from './contract';
import { IMediaRouter } from './i-media-router';
import { MediaRouterAlarmsOptions } from './props';
import { runbookAlarm } from '../../private/runbook-alarm';

/** The alarms of a router, which each call of `addAlarms` can change. */
export class RouterAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly fallbacks: cloudwatch.Alarm;

  constructor(scope: Construct, router: IMediaRouter) {
    this.fallbacks = runbookAlarm(scope, 'FallbacksAlarm', {
      description:
        'Links fall back to the primary because a copy does not answer in time. Viewers are served, but from a distant ' +
        'region. The metric Links shows the region and the reason. If the problem persists, drain the region.',
      section: 'alarm-fallbacks-to-the-primary',
      metric: router.metricFallbackPercent(),
      threshold: DEFAULT_FALLBACK_PERCENT,
    });
    const errors = runbookAlarm(scope, 'ErrorsAlarm', {
      description:
        'The router returns errors. Direct invocations that it rejects as invalid count as errors too. The log of the ' +
        'function shows the cause.',
      section: 'alarm-router-errors',
      metric: router.function.metricErrors(),
      threshold: 1,
    });
    const refused = runbookAlarm(scope, 'ConfigurationRefusedAlarm', {
      description:
        'The preferences in AppConfig are invalid, so the router uses the last valid ones. The log of the function ' +
        'names the field. Deploy a document that names only regions that have a copy.',
      section: 'alarm-preferences-rejected-or-unavailable',
      metric: router.metricConfigurationRefused(),
      threshold: 1,
    });
    const unavailable = runbookAlarm(scope, 'ConfigurationUnavailableAlarm', {
      evaluationPeriods: 3,
      description:
        'The router cannot fetch its preferences from AppConfig, so it uses the last ones. New instances of the ' +
        'function start with those of the stack. Check whether AppConfig is available in this region.',
      section: 'alarm-preferences-rejected-or-unavailable',
      metric: router.metricConfigurationUnavailable(),
      threshold: 1,
    });
    this.alarms = [this.fallbacks, errors, refused, unavailable];
  }

  apply({ actions, fallbackPercent }: MediaRouterAlarmsOptions): void {
    if (actions?.length) this.alarms.forEach((alarm) => alarm.addAlarmAction(...actions));
    if (fallbackPercent !== undefined) {
      (this.fallbacks.node.defaultChild as cloudwatch.CfnAlarm).threshold = fallbackPercent;
    }
  }
}
