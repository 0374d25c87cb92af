import { Stack } from 'aws-cdk-lib';
import { ReplicatedMediaBucket } from '../../../src';
import { racingRules } from '../../../src/stored/backfill/lifecycle-race';
import { plainRules } from '../../../src/stored/backfill/lifecycle-rules';
import { housekeeping } from '../../../src/stored/bucket/copies/bucket-settings';
import { only, primaryStack, templateOf } from '../../support/synth';

interface Rules {
  readonly expiresNoncurrent: boolean;
  readonly removesMarkers: boolean;
}

/** Whether the lifecycle rules of a bucket remove noncurrent versions and delete markers. */
function rulesOf(stack: Stack): Rules {
  const { Rules: rules } = only(templateOf(stack), 'AWS::S3::Bucket').Properties.LifecycleConfiguration;
  return {
    expiresNoncurrent: rules.some((rule: any) => rule.NoncurrentVersionExpiration),
    removesMarkers: rules.some((rule: any) => rule.ExpiredObjectDeleteMarker),
  };
}

/** The state of one object in a bucket: its version, and the newer delete marker. */
type Bucket = Set<'version' | 'marker'>;

/** A run of the lifecycle rules, in the worst case that the object was deleted long ago, so that everything is due. */
function runLifecycle(bucket: Bucket, { expiresNoncurrent, removesMarkers }: Rules): void {
  if (expiresNoncurrent && bucket.has('marker')) bucket.delete('version');
  if (removesMarkers && !bucket.has('version')) bucket.delete('marker');
}

/**
 * Whether the deleted object can reappear on the replica: in any order in which S3 replicates the version and the marker,
 * with any runs of the lifecycle rules before, between and after.
 */
function canReappear(source: Rules, replica: Rules): boolean {
  const orders = [
    ['version', 'marker'],
    ['marker', 'version'],
  ] as const;
  const runs = [[], ['source'], ['replica'], ['source', 'replica']];
  const schedules = runs.flatMap((before) => runs.flatMap((between) => runs.map((after) => [before, between, after])));
  return orders.some((order) =>
    schedules.some((schedule) => {
      const from: Bucket = new Set(['version', 'marker']);
      const to: Bucket = new Set();
      schedule.forEach((buckets, time) => {
        if (buckets.includes('source')) runLifecycle(from, source);
        if (buckets.includes('replica')) runLifecycle(to, replica);
        if (order[time] && from.has(order[time])) to.add(order[time]);
      });
      return to.has('version') && !to.has('marker');
    }),
  );
}

describe('Lifecycle rules of ReplicatedMediaBucket', () => {
  test('cannot make a deleted object reappear on a replica, in any order of a backfill', () => {
    const stack = primaryStack();
    const media = new ReplicatedMediaBucket(stack, 'Media', {
      replicas: [{ region: 'eu-west-1' }],
      replicateExisting: false,
    });
    const [source, replica] = [rulesOf(stack), rulesOf(media.replicas[0].stack)];
    expect([source.expiresNoncurrent, replica.expiresNoncurrent]).toEqual([true, true]);
    expect(canReappear(source, replica)).toBe(false);
  });

  test.each([
    ['the replica', false, true],
    ['the primary', true, false],
  ])('would make it reappear if they removed expired delete markers on %s', (_copy, onSource, onReplica) => {
    const rules = (removesMarkers: boolean) => ({ expiresNoncurrent: true, removesMarkers });
    expect(canReappear(rules(onSource), rules(onReplica))).toBe(true);
  });

  test('do not race with a backfill, by the judgement that warns of rules of users', () => {
    expect(racingRules(plainRules([housekeeping({ replicas: [] })]))).toEqual([]);
  });
});
