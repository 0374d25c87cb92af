/** A lifecycle rule, independent of the CDK and the SDK. */
export interface LifecycleRule {
  /** @default - the rule has no name */
  readonly id?: string;
  readonly enabled: boolean;
  readonly expires: boolean;
  readonly removesExpiredDeleteMarkers: boolean;
  /** The storage classes that it transitions objects and noncurrent versions to. */
  readonly classes: readonly string[];
}

/** The storage classes that S3 does not replicate from. */
const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];

/**
 * How a rule interferes with a backfill. Objects that it deletes or archives before the job reaches them are
 * not replicated. A delete marker can be replicated first, and expire before the versions that it hides arrive.
 *
 * Expiring noncurrent versions is harmless, because they are meant to be deleted from every copy. Their delete marker
 * stays in the source, so that the job can still replicate it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html#batch-replication-considerations
 */
function racesOf(rule: LifecycleRule): string[] {
  if (!rule.enabled) return [];
  return [
    rule.expires && 'deletes objects',
    rule.removesExpiredDeleteMarkers && 'removes delete markers',
    rule.classes.some((name) => ARCHIVED.includes(name)) && 'archives objects',
  ].filter((race) => race !== false);
}

/** The rules that interfere with a backfill: the id of each, and how. */
export function racingRules(rules: readonly LifecycleRule[]): string[] {
  return rules.flatMap((rule, index) => {
    const races = racesOf(rule);
    return races.length > 0 ? [`${rule.id ?? `rule ${index + 1}`} (${races.join(', ')})`] : [];
  });
}
