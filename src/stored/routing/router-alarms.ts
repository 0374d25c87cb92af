import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { MediaRouterAlarmsOptions } from './props';
import { withRunbook } from '../../private/runbook';

export interface WatchedRouter {
  readonly errors: cloudwatch.Metric;
  readonly links: cloudwatch.Metric;
  readonly fallbacks: cloudwatch.Metric;
  readonly configurationRefused: cloudwatch.Metric;
  readonly configurationUnavailable: cloudwatch.Metric;
}

const FALLBACK_PERCENT = 5;
const SILENT = { evaluationPeriods: 1, treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING };

/** The alarms of a router: made once, then adjusted by each call. */
export class RouterAlarms {
  readonly alarms: cloudwatch.Alarm[];
  private readonly fallbacks: cloudwatch.Alarm;

  constructor(scope: Construct, metrics: WatchedRouter) {
    const fallbackPercent = new cloudwatch.MathExpression({
      expression: '100 * fallbacks / links',
      usingMetrics: { fallbacks: metrics.fallbacks, links: metrics.links },
      period: Duration.minutes(5),
      label: 'Links that fell back to the primary (%)',
    });
    this.fallbacks = new cloudwatch.Alarm(scope, 'FallbacksAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'Links point to the primary because a copy does not answer in time. Viewers are served, but from far away. ' +
          'The Links metric tells which region and why; drain the region if it stays so.',
        'alarm-fallbacks-to-the-primary',
      ),
      metric: fallbackPercent,
      threshold: FALLBACK_PERCENT,
    });
    const errors = new cloudwatch.Alarm(scope, 'ErrorsAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The router fails. Calls that it refuses as invalid count too where the function is called directly. The log ' +
          'of the function says which.',
        'alarm-router-errors',
      ),
      metric: metrics.errors,
      threshold: 1,
    });
    const refused = new cloudwatch.Alarm(scope, 'ConfigurationRefusedAlarm', {
      ...SILENT,
      alarmDescription: withRunbook(
        'The router can not use the preferences in the store, and goes on with the last ones that it could. The log of ' +
          'the function names the field. Deploy a document that names only regions that have a copy.',
        'alarm-preferences-rejected-or-unavailable',
      ),
      metric: metrics.configurationRefused,
      threshold: 1,
    });
    const unavailable = new cloudwatch.Alarm(scope, 'ConfigurationUnavailableAlarm', {
      ...SILENT,
      evaluationPeriods: 3,
      alarmDescription: withRunbook(
        'The router can not fetch its preferences, and goes on with the last ones; new instances of the function start ' +
          'with those of the stack. See whether AppConfig answers in this region.',
        'alarm-preferences-rejected-or-unavailable',
      ),
      metric: metrics.configurationUnavailable,
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
