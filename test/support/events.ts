/**
 * Whether EventBridge would match an event. Supports the operators that our patterns use: values, `prefix`, `$or` and lists.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matches(pattern: any, event: any): boolean {
  if (Array.isArray(pattern)) {
    const values = Array.isArray(event) ? event : [event];
    return values.some((value) => pattern.some((rule) => matchesValue(rule, value)));
  }
  const { $or: alternatives, ...fields } = pattern;
  if (alternatives && !alternatives.some((each: any) => matches(each, event))) return false;
  return Object.entries(fields).every(([key, part]) => event?.[key] !== undefined && matches(part, event[key]));
}

function matchesValue(rule: any, value: unknown): boolean {
  if (typeof rule !== 'object') return rule === value;
  const kinds = Object.keys(rule);
  if (kinds.length !== 1 || kinds[0] !== 'prefix') throw new Error(`not simulated: ${kinds}`);
  return typeof value === 'string' && value.startsWith(rule.prefix);
}

/** The event of an alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function alarmEvent(arn: string, state: string = 'ALARM', previous: string = 'OK'): object {
  const [, , , region, account, , alarmName] = arn.split(':');
  return {
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    account,
    region,
    resources: [arn],
    detail: { alarmName, state: { value: state }, previousState: { value: previous } },
  };
}
