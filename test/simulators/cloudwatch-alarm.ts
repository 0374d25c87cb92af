export type AlarmState = 'OK' | 'ALARM';
/** What a period contains: a value within the threshold, a breaching one, or no data. */
export type Datapoint = 'ok' | 'breaching' | undefined;

/** The properties of an alarm in a template, as far as the model needs them. */
export interface AlarmProperties {
  readonly Period: number;
  readonly EvaluationPeriods: number;
}

/**
 * How CloudWatch evaluates an alarm that treats missing data as breaching.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * @param range the data points in the evaluation range, the oldest first. The range has more than `evaluationPeriods`
 */
export function evaluate(
  range: Datapoint[],
  evaluationPeriods: number,
  datapointsToAlarm = evaluationPeriods,
): AlarmState {
  const real = range.filter((each) => each !== undefined).slice(-evaluationPeriods);
  const filled = evaluationPeriods - real.length;
  return real.filter((each) => each === 'breaching').length + filled >= datapointsToAlarm ? 'ALARM' : 'OK';
}

/**
 * The states of an alarm on missing runs, minute by minute after its creation. The window of a period slides.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
 *
 * @param runs the minutes in which CloudWatch has the data of a run, negative for those before the creation
 * @param extraPeriods by how much the evaluation range is longer than the evaluation periods, which AWS does not specify
 */
export function statesAfterCreation(
  { Period, EvaluationPeriods }: AlarmProperties,
  runs: readonly number[],
  minutes: number,
  extraPeriods: number,
): AlarmState[] {
  const period = Period / 60;
  return Array.from({ length: minutes }, (_, index) => {
    const now = index + 1;
    const known = runs.filter((run) => run <= now);
    const range = Array.from({ length: EvaluationPeriods + extraPeriods }, (__, age): Datapoint => {
      const end = now - age * period;
      return known.some((run) => run > end - period && run <= end) ? 'ok' : undefined;
    }).reverse();
    return evaluate(range, EvaluationPeriods);
  });
}
