/** What a lifecycle rule does, in the words of neither CDK nor SDK. */
export interface LifecycleRule {
  /** @default - the rule has no name */
  readonly id?: string;
  readonly enabled: boolean;
  readonly expires: boolean;
  readonly removesExpiredDeleteMarkers: boolean;
  readonly expiresNoncurrentVersions: boolean;
  /** The classes that it moves objects and old versions to. */
  readonly classes: readonly string[];
}

/** S3 does not replicate out of these. */
const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];

/**
 * Why a rule races with a backfill, if it does. What it deletes or archives before the job comes by is not replicated;
 * and a delete marker can be replicated, found alone and removed before the versions that it hides come.
 *
 * Old versions that expire are no race that matters: they are meant to go on every copy.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html#batch-replication-considerations
 */
export function raceOf(rule: LifecycleRule): string | undefined {
  if (!rule.enabled) return undefined;
  const races = [
    rule.expires && 'deletes objects',
    rule.removesExpiredDeleteMarkers && 'removes delete markers',
    rule.classes.some((name) => ARCHIVED.includes(name)) && 'archives objects',
  ].filter((race) => race !== false);
  return races.length > 0 ? races.join(', ') : undefined;
}

/** The names of the rules that race, each with why. */
export function racingRules(rules: readonly LifecycleRule[]): string[] {
  return rules.flatMap((rule, index) => {
    const race = raceOf(rule);
    return race ? [`${rule.id ?? `rule ${index + 1}`} (${race})`] : [];
  });
}
