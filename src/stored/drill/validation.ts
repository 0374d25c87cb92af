import { Duration, Stack } from 'aws-cdk-lib';
import { ReplicationDrillOptions, ReplicationDrillProps } from './props';
import { accountOf, isCrossAccount } from '../../private/naming';
import { mayBeOneOf } from '../../private/one-of';
import { Problems } from '../../private/problems';

/** S3 may replicate objects for an hour after the pause began. A quarter of an hour is left for the alarms. */
const MIN_DURATION = Duration.minutes(75);
/** https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#bucket-pause-replication */
const MAX_DURATION = Duration.hours(12);

/**
 * @param regions those of all replicas
 * @param enabled those of the replicas whose replication is not paused anyway
 */
export function validateDrill(
  problems: Problems,
  options: ReplicationDrillOptions,
  regions: readonly string[],
  enabled: readonly string[],
): void {
  const { replicaRegions, duration, maxFallbackPercent: percent } = options;
  problems.expect(replicaRegions ? replicaRegions.length > 0 : enabled.length > 0, {
    property: 'replicaRegions',
    got: replicaRegions ?? 'media without a replica to which S3 replicates',
    expected: 'at least one replica to which replication can pause',
    fix: replicaRegions ? 'Remove it to pause all replicas.' : 'Add a replica, or remove the drill.',
  });
  replicaRegions?.forEach((region, index) =>
    problems.expect(mayBeOneOf(enabled, region), {
      property: `replicaRegions[${index}]`,
      got: region,
      expected: regions.includes(region)
        ? 'a replica without `enabled: false`'
        : `the region of a replica (${regions.join(', ')})`,
      fix: 'Specify the region of a replica to which S3 replicates.',
    }),
  );
  if (duration && !duration.isUnresolved()) {
    const minutes = duration.toMinutes({ integral: false });
    const isInRange = minutes >= MIN_DURATION.toMinutes() && minutes <= MAX_DURATION.toMinutes();
    problems.expect(Number.isInteger(minutes) && isInRange, {
      property: 'duration',
      got: duration.toString(),
      expected: `whole minutes, from ${MIN_DURATION.toMinutes()} minutes to ${MAX_DURATION.toHours()} hours`,
      fix: 'Specify a duration in this range. S3 may replicate objects for an hour after the pause began.',
    });
  }
  problems.expect(percent === undefined || (percent >= 1 && percent <= 100), {
    property: 'maxFallbackPercent',
    got: percent,
    expected: 'a percentage from 1 to 100',
    fix: 'Specify the percentage of links at which users are harmed.',
  });
}

/** AWS FIS finds the bucket and reads the alarms in its own region and account. */
export function validateDrillLocation(problems: Problems, stack: Stack, props: ReplicationDrillProps): void {
  const { media, router, stopAlarms = [] } = props;
  const { region, account } = media.primary.env;
  problems.expect(mayBeOneOf([region], stack.region), {
    property: 'media',
    got: `a primary in ${region}`,
    expected: `a primary in ${stack.region}, the region of the drill's stack`,
    fix: `Create the drill in a stack in ${region}.`,
  });
  problems.expect(!isCrossAccount(accountOf(stack), account), {
    property: 'media',
    got: `a primary in account ${account}`,
    expected: `a primary in account ${stack.account}, that of the drill's stack`,
    fix: 'Create the drill in a stack in the account of the primary.',
  });
  const alarms = stopAlarms.map((alarm, index): [string, Stack] => [`stopAlarms[${index}]`, Stack.of(alarm)]);
  for (const [property, other] of [['router', Stack.of(router)] as [string, Stack], ...alarms]) {
    problems.expect(mayBeOneOf([stack.region], other.region), {
      property,
      got: `a construct of a stack in ${other.region}`,
      expected: `a construct of a stack in ${stack.region}, where the drill reads its alarms`,
      fix: `Specify one of a stack in ${stack.region}.`,
    });
  }
}
