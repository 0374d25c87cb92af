import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Problems } from '../../../private/problems';
import { ARCHIVE_CLASSES } from '../contract';

/** Storage classes that objects can enter after 30 days at the earliest. */
const INFREQUENT_ACCESS = ['STANDARD_IA', 'ONEZONE_IA'];
const MIN_DAYS = 30;

/** Finds what S3 rejects, and what prevents replication. */
export function validateLifecycle(problems: Problems, rule: s3.LifecycleRule): void {
  const { transitions = [], expiration, noncurrentVersionTransitions = [], noncurrentVersionExpiration } = rule;
  transitions.forEach((each, index) => {
    const property = `transitions[${index}]`;
    expectReplicatedFirst(problems, property, each);
    if (each.transitionDate) return;
    expectMinimum(problems, property, each);
    expectExpirationLater(problems, 'expiration', expiration, property, each);
  });
  noncurrentVersionTransitions.forEach((each, index) => {
    const property = `noncurrentVersionTransitions[${index}]`;
    expectReplicatedFirst(problems, property, each);
    expectMinimum(problems, property, each);
    expectExpirationLater(problems, 'noncurrentVersionExpiration', noncurrentVersionExpiration, property, each);
  });
}

/**
 * S3 runs lifecycle rules once a day and does not replicate from the archive classes. An object that transitions on its
 * first day may not be replicated yet, and then never is.
 */
function expectReplicatedFirst(
  problems: Problems,
  property: string,
  { storageClass, transitionAfter = Duration.days(0), transitionDate }: s3.Transition,
): void {
  const isEarly = transitionDate !== undefined || daysOf(transitionAfter) < 1;
  const when = transitionDate ? `on ${transitionDate.toISOString()}` : `after ${transitionAfter.toHumanString()}`;
  problems.expect(!(isEarly && ARCHIVE_CLASSES.includes(storageClass.value)), {
    property,
    got: `${storageClass.value} ${when}`,
    expected: 'objects to be replicated before they transition to a class that S3 does not replicate from',
    fix: 'Set `transitionAfter` to one day or more, or use GLACIER_INSTANT_RETRIEVAL.',
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
function expectMinimum(
  problems: Problems,
  property: string,
  { storageClass, transitionAfter = Duration.days(0) }: s3.Transition | s3.NoncurrentVersionTransition,
): void {
  const isAllowed = !INFREQUENT_ACCESS.includes(storageClass.value) || daysOf(transitionAfter) >= MIN_DAYS;
  problems.expect(isAllowed, {
    property,
    got: `${storageClass.value} after ${transitionAfter.toHumanString()}`,
    expected: `at least ${MIN_DAYS} days before a transition to ${storageClass.value}`,
    fix: `Set \`transitionAfter\` to ${MIN_DAYS} days or more, or use INTELLIGENT_TIERING or GLACIER_INSTANT_RETRIEVAL.`,
  });
}

/** S3 rejects rules in which objects expire before, or on the day of, a transition. */
function expectExpirationLater(
  problems: Problems,
  property: string,
  expiration: Duration | undefined,
  transition: string,
  { transitionAfter = Duration.days(0) }: s3.Transition | s3.NoncurrentVersionTransition,
): void {
  problems.expect(expiration === undefined || daysOf(expiration) > daysOf(transitionAfter), {
    property,
    got: expiration?.toHumanString(),
    expected: `more than ${transitionAfter.toHumanString()}, the time of \`${transition}\``,
    fix: `Increase \`${property}\`, or remove the transition.`,
  });
}

function daysOf(duration: Duration): number {
  return duration.toDays({ integral: false });
}
