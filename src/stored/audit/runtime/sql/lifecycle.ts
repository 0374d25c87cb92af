import { Copy, LifecycleFact } from './facts';
import { allOf, anyOf, integer, startsWith, timestamp } from './literals';

const DAY = 86_400_000;

/**
 * How much earlier than its age a version may be missing. S3 takes a while to list a bucket, and versions that it deletes
 * meanwhile are not in the inventory.
 */
const SLACK_DAYS = 1;

/** Conditions on the rows of `history` in comparison-query.ts. */
type Condition = string;

/** Whether a lifecycle rule of the copy has deleted the version there. `side` is that of the copy. */
export function deletedByLifecycle(copy: Copy, side: 'source' | 'target'): Condition {
  const rules = copy.lifecycle ?? [];
  const conditions = rules.flatMap((rule) => [
    ...(rule.noncurrentDays === undefined ? [] : noncurrent(copy, rule, rule.noncurrentDays)),
    ...expiredMarker(copy, rule, side),
  ]);
  // A current version expires first, and is deleted when it has been noncurrent long enough, maybe by another rule.
  for (const expiring of rules.filter(expires)) {
    for (const rule of rules) {
      if (rule.noncurrentDays === undefined) continue;
      const kept = rule.newerNoncurrentVersions ?? 0;
      conditions.push(
        allOf([
          ...matches(expiring),
          ...matches(rule),
          expired(copy, expiring, rule.noncurrentDays),
          // The delete marker counts as well, and may have been deleted since.
          ...(kept > 0
            ? [`newer >= CASE WHEN superseded_by_marker THEN ${integer(kept + 1)} ELSE ${integer(kept)} END`]
            : []),
        ]),
      );
    }
  }
  return anyOf(conditions);
}

/** Whether a lifecycle rule of the copy has created the delete marker there. S3 does not replicate such delete markers. */
export function createdByLifecycle(copy: Copy, side: 'source' | 'target'): Condition {
  const [previous, object] = [`previous_in_${side}`, `previous_object_in_${side}`];
  // The version that expired may have been deleted here since.
  const inOther = `previous_object_in_${side === 'source' ? 'target' : 'source'}`;
  const conditions = (copy.lifecycle ?? []).filter(expires).map((rule) => {
    const after = (version: string) =>
      anyOf([
        ...(rule.expirationDays === undefined ? [] : [`${version} + ${days(rule.expirationDays)} <= modified`]),
        ...(rule.expirationDate === undefined ? [] : [`modified >= ${timestamp(rule.expirationDate)}`]),
      ]);
    const created = [
      `${previous} IS NULL`,
      `${previous} = ${object} AND ${after(object)}`,
      `${previous} < ${inOther} AND ${after(inOther)}`,
    ];
    return allOf(['marker', "status = ''", ...prefixOf(rule), anyOf(created)]);
  });
  return anyOf(conditions);
}

/** Whether a lifecycle rule of the copy archives versions of this age. */
export function archivedByLifecycle(copy: Copy): Condition {
  const conditions = (copy.lifecycle ?? []).flatMap((rule) => [
    ...(rule.archiveDays === undefined
      ? []
      : [allOf([...matches(rule), `modified <= ${ago(copy, rule.archiveDays)}`])]),
    ...(rule.noncurrentArchiveDays === undefined
      ? []
      : [allOf([...matches(rule), `superseded <= ${ago(copy, rule.noncurrentArchiveDays)}`])]),
  ]);
  return anyOf(conditions);
}

function noncurrent(copy: Copy, rule: LifecycleFact, age: number): Condition[] {
  const kept = rule.newerNoncurrentVersions ?? 0;
  return [
    allOf([
      ...matches(rule),
      `superseded <= ${ago(copy, age)}`,
      // The newest version is the current one.
      ...(kept > 0 ? [`newer > ${integer(kept)}`] : []),
    ]),
  ];
}

function expiredMarker(copy: Copy, rule: LifecycleFact, side: string): Condition[] {
  if (!rule.expiredDeleteMarkers && rule.expirationDays === undefined) return [];
  const age = rule.expirationDays ?? 0;
  // It was the current version at that age.
  const current = [
    `modified <= ${ago(copy, age)}`,
    `(superseded IS NULL OR superseded >= modified + ${days(age)} - ${days(SLACK_DAYS)})`,
  ];
  return [
    allOf(['marker', `previous_in_${side} IS NULL`, ...prefixOf(rule), ...(rule.expiredDeleteMarkers ? [] : current)]),
  ];
}

function expired(copy: Copy, rule: LifecycleFact, noncurrentDays: number): Condition {
  const conditions: Condition[] = [];
  if (rule.expirationDays !== undefined) {
    conditions.push(`modified <= ${ago(copy, rule.expirationDays + noncurrentDays)}`);
  }
  if (rule.expirationDate !== undefined) {
    conditions.push(
      `${timestamp(rule.expirationDate)} <= ${ago(copy, noncurrentDays)} AND modified <= ${ago(copy, noncurrentDays)}`,
    );
  }
  return allOf(['NOT marker', anyOf(conditions)]);
}

function expires(rule: LifecycleFact): boolean {
  return rule.expirationDays !== undefined || rule.expirationDate !== undefined;
}

function matches(rule: LifecycleFact): Condition[] {
  return [
    ...prefixOf(rule),
    // Filters by size do not apply to delete markers.
    ...(rule.sizeGreaterThan === undefined ? [] : [`(marker OR size > ${integer(rule.sizeGreaterThan)})`]),
    ...(rule.sizeLessThan === undefined ? [] : [`(marker OR size < ${integer(rule.sizeLessThan)})`]),
  ];
}

function prefixOf({ prefix }: LifecycleFact): Condition[] {
  return prefix ? [startsWith('key', prefix)] : [];
}

function ago(copy: Copy, age: number): string {
  return timestamp(new Date(Date.parse(copy.asOf) + (SLACK_DAYS - age) * DAY));
}

function days(count: number): string {
  return `INTERVAL '${integer(count)}' DAY`;
}
