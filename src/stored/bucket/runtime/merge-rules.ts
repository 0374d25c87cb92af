import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';

/** What would contradict rules that others have put into the configuration. */
export class RulesClash extends Error {
  readonly name = 'RulesClash';
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html */
const MAX_RULES = 1_000;

/**
 * The configuration with our rules in it: those of others stay as they are, in their order and with their priorities.
 *
 * @param theirs the ids that were ours before, too
 * @throws RulesClash where both can't be
 */
export function mergeRules(
  existing: ReplicationConfiguration | undefined,
  role: string,
  ours: readonly ReplicationRule[],
  former: readonly string[] = [],
): ReplicationConfiguration {
  const foreign = foreignRules(existing, [...ours.map(idOf), ...former]);
  if (foreign.length > 0) expectNoClash(existing!.Role!, foreign, role, ours);
  if (foreign.length + ours.length > MAX_RULES) {
    throw new RulesClash(
      `The bucket has ${foreign.length} other rules: with our ${ours.length}, it would have more than S3's ${MAX_RULES}.`,
    );
  }
  return { Role: role, Rules: [...foreign, ...withPriorities(ours, existing?.Rules ?? [], foreign)] };
}

/** The configuration without our rules; nothing where no rule is left. */
export function releaseRules(
  existing: ReplicationConfiguration | undefined,
  ours: readonly string[],
): ReplicationConfiguration | undefined {
  const rules = foreignRules(existing, ours);
  return rules.length > 0 ? { Role: existing!.Role, Rules: rules } : undefined;
}

export function idOf({ ID }: ReplicationRule): string {
  return ID!;
}

function foreignRules(existing: ReplicationConfiguration | undefined, ours: readonly string[]): ReplicationRule[] {
  return (existing?.Rules ?? []).filter(({ ID }) => !ours.includes(ID!));
}

function expectNoClash(
  theirRole: string,
  foreign: readonly ReplicationRule[],
  role: string,
  ours: readonly ReplicationRule[],
): void {
  const names = foreign.map(({ ID }) => ID).join(', ');
  if (theirRole !== role) {
    throw new RulesClash(
      `The bucket has other rules (${names}), whose role is ${theirRole}. A bucket has one role for all its rules: ` +
        'bring that one as `replicationRole` (Role.fromRoleArn), which adds to it what our rules need.',
    );
  }
  const old = foreign.find(({ Filter }) => Filter === undefined);
  if (old) {
    throw new RulesClash(
      `The rule ${old.ID} is of S3's first form (a Prefix without a Filter), which does not go together with others. ` +
        'Put it again with a Filter.',
    );
  }
  for (const rule of ours) {
    const other = foreign.find((each) => each.Status === 'Enabled' && overlap(each, rule));
    if (!other) continue;
    throw new RulesClash(
      `The rule ${other.ID} replicates the same objects to ${rule.Destination!.Bucket}, as ${rule.ID} would. ` +
        'Remove that rule, or leave this replica out.',
    );
  }
}

/** Whether two rules may be for the same object and the same destination, of which S3 would follow one only. */
function overlap(a: ReplicationRule, b: ReplicationRule): boolean {
  if (a.Destination!.Bucket !== b.Destination!.Bucket) return false;
  const [prefix, other] = [prefixOf(a), prefixOf(b)];
  return prefix.startsWith(other) || other.startsWith(prefix);
}

function prefixOf({ Filter }: ReplicationRule): string {
  return Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
}

/** A rule keeps the priority that it has; new ones come above all others. */
function withPriorities(
  ours: readonly ReplicationRule[],
  existing: readonly ReplicationRule[],
  foreign: readonly ReplicationRule[],
): ReplicationRule[] {
  const taken = new Set(foreign.map(({ Priority }) => Priority));
  let highest = Math.max(0, ...existing.map(({ Priority = 0 }) => Priority));
  return ours.map((rule) => {
    const before = existing.find(({ ID }) => ID === rule.ID)?.Priority;
    const Priority = before === undefined || taken.has(before) ? ++highest : before;
    taken.add(Priority);
    return { ...rule, Priority };
  });
}
