import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';

/** Existing rules that contradict the rules to add. */
export class RulesConflict extends Error {
  readonly name = 'RulesConflict';
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html */
const MAX_RULES = 1_000;

/**
 * Adds rules to a configuration. Unmanaged rules keep their order and priorities.
 *
 * @param formerIds IDs of rules that an earlier version of the resource added
 * @throws RulesConflict if the existing rules contradict the new ones
 */
export function mergeRules(
  existing: ReplicationConfiguration | undefined,
  role: string,
  rules: readonly ReplicationRule[],
  formerIds: readonly string[] = [],
): ReplicationConfiguration {
  const unmanaged = unmanagedRules(existing, [...rules.map(idOf), ...formerIds]);
  if (unmanaged.length > 0) expectNoConflict(existing!.Role!, unmanaged, role, rules);
  if (unmanaged.length + rules.length > MAX_RULES) {
    throw new RulesConflict(
      `The bucket has ${unmanaged.length} other rules: with ${rules.length} more, it would have more than S3's ${MAX_RULES}.`,
    );
  }
  return { Role: role, Rules: [...unmanaged, ...withPriorities(rules, existing?.Rules ?? [], unmanaged)] };
}

/** Removes rules from a configuration. Returns undefined if no rule is left. */
export function removeRules(
  existing: ReplicationConfiguration | undefined,
  ids: readonly string[],
): ReplicationConfiguration | undefined {
  const rules = unmanagedRules(existing, ids);
  return rules.length > 0 ? { Role: existing!.Role, Rules: rules } : undefined;
}

export function idOf({ ID }: ReplicationRule): string {
  return ID!;
}

function unmanagedRules(existing: ReplicationConfiguration | undefined, managed: readonly string[]): ReplicationRule[] {
  return (existing?.Rules ?? []).filter(({ ID }) => !managed.includes(ID!));
}

function expectNoConflict(
  existingRole: string,
  unmanaged: readonly ReplicationRule[],
  role: string,
  rules: readonly ReplicationRule[],
): void {
  if (existingRole !== role) {
    throw new RulesConflict(
      `The bucket has other rules (${unmanaged.map(idOf).join(', ')}) with the role ${existingRole}. All rules of a ` +
        'bucket share one role: specify it as `replicationRole` (Role.fromRoleArn) to add the required permissions to it.',
    );
  }
  const version1 = unmanaged.find(({ Filter }) => Filter === undefined);
  if (version1) {
    throw new RulesConflict(
      `The rule ${version1.ID} uses version 1 of the replication configuration (a Prefix without a Filter), which does ` +
        'not allow other rules. Replace it with a rule that has a Filter.',
    );
  }
  for (const rule of rules) {
    const other = unmanaged.find((each) => each.Status === 'Enabled' && overlap(each, rule));
    if (!other) continue;
    throw new RulesConflict(
      `The rule ${other.ID} replicates the same objects to ${rule.Destination!.Bucket}, as ${rule.ID} would. ` +
        'Remove that rule, or remove this replica.',
    );
  }
}

/** Whether two rules can apply to the same object and destination. S3 would follow only one of them. */
function overlap(a: ReplicationRule, b: ReplicationRule): boolean {
  if (a.Destination!.Bucket !== b.Destination!.Bucket) return false;
  const [prefix, other] = [prefixOf(a), prefixOf(b)];
  return prefix.startsWith(other) || other.startsWith(prefix);
}

function prefixOf({ Filter }: ReplicationRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
}

/** Existing rules keep their priority. New rules get priorities above all others. */
function withPriorities(
  rules: readonly ReplicationRule[],
  existing: readonly ReplicationRule[],
  unmanaged: readonly ReplicationRule[],
): ReplicationRule[] {
  const taken = new Set(unmanaged.map(({ Priority }) => Priority));
  let highest = Math.max(0, ...existing.map(({ Priority = 0 }) => Priority));
  return rules.map((rule) => {
    const current = existing.find(({ ID }) => ID === rule.ID)?.Priority;
    const Priority = current === undefined || taken.has(current) ? ++highest : current;
    taken.add(Priority);
    return { ...rule, Priority };
  });
}
