import { Duration, Stack } from 'aws-cdk-lib';
import { BucketEncryption } from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { ReplicatedMediaBucket, ReplicationCanary } from '../../../src';
import { OVERHEAD_SECONDS, START_RESOURCE, START_SECONDS } from '../../../src/stored/canary/contract';
import { AlarmProperties, Datapoint, evaluate, statesAfterCreation } from '../../simulators/cloudwatch-alarm';
import { asText, newApp, primaryStack, templateOf } from '../../support/synth';

const OVERHEAD_MINUTES = 3;

function canaryIn(stack: Stack, interval: number, timeout: number): ReplicationCanary {
  const encryption = BucketEncryption.S3_MANAGED;
  const { region } = stack;
  const media = ReplicatedMediaBucket.fromReplicatedMediaBucketAttributes(stack, 'Media', {
    primary: { bucketName: 'media', region, encryption },
    replicas: [{ bucketName: 'media-replica', region: region.replace(/\d$/, '3'), ruleId: 'rule', encryption }],
  });
  const options = { interval: Duration.minutes(interval), timeout: Duration.minutes(timeout) };
  return new ReplicationCanary(stack, 'Canary', { media, ...options });
}

function synthesized(interval: number, timeout: number, region = 'us-east-1'): { alarm: any; start: any } {
  const stack = primaryStack(newApp(), { region });
  canaryIn(stack, interval, timeout).addAlarms();
  const template = templateOf(stack);
  const only = (type: string, props = {}) => asText(Object.values(template.findResources(type, props))[0]);
  return {
    alarm: only('AWS::CloudWatch::Alarm', { Properties: { Statistic: 'SampleCount' } }),
    start: only(START_RESOURCE),
  };
}

const stoppedAlarm = (interval: number, timeout: number) => synthesized(interval, timeout).alarm;

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

/** The minutes between the start and the creation of the alarm, which CloudFormation creates next. */
const MAX_WAITING = 10;
const WAITING = fc.integer({ min: Math.ceil(START_SECONDS / 60), max: MAX_WAITING });

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
  const window = alarm.EvaluationPeriods * interval;

  // The canary runs at least until the alarm is created.
  const minLength = Math.ceil(MAX_WAITING / interval) + 2;
  /** The start, and the ends of runs that begin with the schedule, the first of them up to one interval after the start. */
  const deployments = fc
    .record({
      waiting: WAITING,
      first: fc.integer({ min: 0, max: interval }),
      durations: fc.array(fc.integer({ min: 0, max: longest }), { minLength, maxLength: minLength + 4 }),
    })
    .map(({ waiting, first, durations }) => {
      const ends = durations.map((duration, index) => first + index * interval + duration).sort((a, b) => a - b);
      return { start: -waiting, runs: ends.map((end) => end - waiting) };
    });
  const extraPeriods = fc.integer({ min: 1, max: 5 });
  const scenario = (claim: (start: number, runs: number[], extra: number) => void) =>
    fc.assert(
      fc.property(deployments, extraPeriods, ({ start, runs }, extra) => claim(start, runs, extra)),
      { numRuns: 25 },
    );

  test('does not go off after the first deployment', () => {
    scenario((start, runs, extra) => {
      const states = statesAfterCreation(alarm, [start, ...runs], runs.at(-1)! + window - 1, extra);
      expect(states).toEqual(Array(states.length).fill('OK'));
    });
  });

  test('goes off when the canary stops, and ends when it runs again', () => {
    scenario((start, runs, extra) => {
      const detected = runs.at(-1)! + window;
      const latest = detected + extra * interval;
      const resumed = latest + interval;
      const states = statesAfterCreation(alarm, [start, ...runs, resumed], resumed, extra);
      const goesOff = states.indexOf('ALARM') + 1;
      expect(goesOff).toBeGreaterThanOrEqual(detected);
      expect(goesOff).toBeLessThanOrEqual(latest);
      expect(states.slice(goesOff - 1)).toEqual([...Array(resumed - goesOff).fill('ALARM'), 'OK']);
    });
  });

  test('goes off if the canary never runs', () => {
    fc.assert(
      fc.property(WAITING, extraPeriods, (waiting, extra) => {
        const latest = Math.max(1, window + extra * interval - waiting);
        expect(statesAfterCreation(alarm, [-waiting], latest, extra).at(-1)).toBe('ALARM');
      }),
    );
  });
});

test('Without a start, a new StoppedAlarm would go off until the first run', () => {
  const alarm = stoppedAlarm(60, 10).Properties;
  expect(statesAfterCreation(alarm, [61], 61, 1)).toEqual([...Array(60).fill('ALARM'), 'OK']);
});

describe.each(['us-east-1', 'cn-north-1', 'us-gov-west-1'])('StoppedAlarm in %s', (region) => {
  test('is created after the start, and the start after the schedule', () => {
    const { alarm, start } = synthesized(60, 10, region);
    expect(alarm.DependsOn).toEqual([expect.stringMatching(/^CanaryStart[0-9A-F]{0,8}$/)]);
    expect(start.DependsOn).toContainEqual(expect.stringMatching(/^CanarySchedule[0-9A-F]{8}$/));
  });

  test('uses only properties that every Region has', () => {
    expect(synthesized(60, 10, region).alarm.Properties).not.toHaveProperty('WarmUpConfiguration');
  });
});

describe('the start', () => {
  test('invokes the function of the canary, and times out before an hour', () => {
    expect(synthesized(60, 10).start.Properties).toEqual({
      ServiceToken: expect.stringMatching(/^\${CanaryFunction[0-9A-F]{8}\.Arn}$/),
      ServiceTimeout: '300',
      Canary: expect.stringMatching(/^canary-/),
      IntervalSeconds: '3600',
      MaxRunSeconds: '780',
    });
  });

  test('is repeated when the interval or the timeout changes, and only then', () => {
    const { Properties } = synthesized(60, 10).start;
    expect(synthesized(60, 10).start.Properties).toEqual(Properties);
    expect(synthesized(5, 10).start.Properties).not.toEqual(Properties);
    expect(synthesized(60, 1).start.Properties).not.toEqual(Properties);
  });

  test('fits into the shortest timeout of the function, with the response', () => {
    expect(START_SECONDS + 30).toBeLessThanOrEqual(OVERHEAD_SECONDS);
  });

  test('is not created without alarms', () => {
    const stack = primaryStack();
    canaryIn(stack, 60, 10);
    templateOf(stack).resourceCountIs(START_RESOURCE, 0);
  });
});
