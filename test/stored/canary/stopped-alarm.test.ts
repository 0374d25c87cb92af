import { Duration } from 'aws-cdk-lib';
import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { ReplicatedMediaBucket, ReplicationCanary } from '../../../src';
import { AlarmProperties, Datapoint, evaluate, statesAfterCreation } from '../../simulators/cloudwatch-alarm';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

const OVERHEAD_MINUTES = 3;

function stoppedAlarm(interval: number, timeout: number, region = 'us-east-1'): any {
  const stack = primaryStack(newApp(), { region });
  const encryption = BucketEncryption.S3_MANAGED;
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media', region, encryption },
    replicas: [{ bucketName: 'media-replica', region: region.replace(/\d$/, '3'), ruleId: 'rule', encryption }],
  });
  const options = { interval: Duration.minutes(interval), timeout: Duration.minutes(timeout) };
  new ReplicationCanary(stack, 'Canary', { media, ...options }).addAlarms();
  const alarms = templateOf(stack).findResources('AWS::CloudWatch::Alarm', {
    Properties: { Statistic: 'SampleCount' },
  });
  return asText(Object.values(alarms)[0]);
}

describe('the model of CloudWatch', () => {
  const points = (text: string): Datapoint[] =>
    [...text].map((each) => (({ '0': 'ok', X: 'breaching' }) as Record<string, Datapoint>)[each]);

  // The column BREACHING of the tables in the documentation.
  test.each([
    ['0-X-X', 3, 'OK'],
    ['0----', 3, 'OK'],
    ['-----', 3, 'ALARM'],
    ['0XX-X', 3, 'ALARM'],
    ['--X--', 3, 'ALARM'],
    ['0-X-X', 2, 'ALARM'],
    ['00X0X', 2, 'ALARM'],
    ['0-X--', 2, 'ALARM'],
    ['----0', 2, 'ALARM'],
    ['---X-', 2, 'ALARM'],
  ])('agrees with the documentation about %s with %i data points to alarm: %s', (text, datapointsToAlarm, state) => {
    expect(evaluate(points(text), 3, datapointsToAlarm)).toBe(state);
  });
});

describe.each([
  [1, 12],
  [1, 1],
  [5, 10],
  [14, 10],
  [60, 10],
  [1440, 12],
])('StoppedAlarm with an interval of %i and a timeout of %i minutes', (interval, timeout) => {
  const alarm: AlarmProperties = stoppedAlarm(interval, timeout).Properties;
  const longest = timeout + OVERHEAD_MINUTES;
  const warmUp = alarm.WarmUpConfiguration!.WarmUpPeriodDurationInMinutes;
  const window = alarm.EvaluationPeriods * interval;

  /** The ends of runs that begin with the schedule, the first of them up to one interval after the deployment. */
  const endsOfRuns = fc
    .record({
      first: fc.integer({ min: 0, max: interval }),
      runs: fc.array(fc.integer({ min: 0, max: longest }), { minLength: 2, maxLength: 6 }),
    })
    .map(({ first, runs }) => runs.map((duration, index) => first + index * interval + duration).sort((a, b) => a - b));
  const extraPeriods = fc.integer({ min: 1, max: 5 });
  const scenario = (claim: (runs: number[], extra: number) => void) =>
    fc.assert(fc.property(endsOfRuns, extraPeriods, claim), { numRuns: 25 });

  test('does not go off after the first deployment', () => {
    scenario((runs, extra) => {
      const states = statesAfterCreation(alarm, runs, runs.at(-1)! + window - 1, extra);
      expect(states).not.toContain('ALARM');
      expect(states.slice(warmUp)).toEqual(states.slice(warmUp).fill('OK'));
    });
  });

  test('goes off when the canary stops, and ends when it runs again', () => {
    scenario((runs, extra) => {
      const detected = runs.at(-1)! + window;
      const latest = Math.max(warmUp, detected + extra * interval);
      const resumed = latest + interval;
      const states = statesAfterCreation(alarm, [...runs, resumed], resumed, extra);
      const goesOff = states.indexOf('ALARM') + 1;
      expect(goesOff).toBeGreaterThanOrEqual(detected);
      expect(goesOff).toBeLessThanOrEqual(latest);
      expect(states.slice(goesOff - 1)).toEqual([...Array(resumed - goesOff).fill('ALARM'), 'OK']);
    });
  });

  test('goes off if the canary never runs', () => {
    expect(statesAfterCreation(alarm, [], warmUp, 1).at(-1)).toBe('ALARM');
  });
});

test('Without a warm-up period, a new StoppedAlarm goes off until the first run', () => {
  const { WarmUpConfiguration: _, ...alarm } = stoppedAlarm(60, 10).Properties;
  expect(statesAfterCreation(alarm, [61], 61, 1)).toEqual([...Array(60).fill('ALARM'), 'OK']);
});

test('StoppedAlarm is created after the schedule, from which its warm-up period is counted', () => {
  expect(stoppedAlarm(60, 10).DependsOn).toContainEqual(expect.stringMatching(/^CanarySchedule[0-9A-F]{8}$/));
});

test.each([
  ['us-east-1', true],
  ['cn-north-1', true],
  ['us-gov-west-1', false],
])('StoppedAlarm in %s has a warm-up period: %s', (region, expected) => {
  expect(stoppedAlarm(60, 10, region).Properties.WarmUpConfiguration !== undefined).toBe(expected);
});
