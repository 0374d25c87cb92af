import { isDeepStrictEqual } from 'node:util';
import { CostDifference, costDifferences } from './cost-differences';
import { Change, changeOf, Pair, pairsOf } from './pairs';
import { ResourceChange, resourceChanges } from './resource-changes';
import type { Plan } from '../plan';
import type { PlannedFile } from '../plan-file';

/** Something that differs between two plans. */
export interface Difference<T> extends Pair<T> {
  readonly change: Change;
}

/** The differences between two plans: the output of `plan --diff --json`. docs/cli.md describes the format. */
export interface PlanDiff {
  readonly version: 1;
  readonly before: string;
  readonly after: string;
  /** Whether anything differs, costs included. */
  readonly changed: boolean;
  readonly regions: Difference<Plan['regions'][number]>[];
  readonly stacks: Difference<Plan['stacks'][number]>[];
  readonly resources: ResourceChange[];
  readonly meetings: Difference<Plan['meetings'][number]>[];
  readonly quotas: Difference<Plan['quotas'][number]>[];
  readonly costs: CostDifference[];
}

export function diffOf(before: PlannedFile, after: PlannedFile): PlanDiff {
  const [old, now] = [before.plan, after.plan];
  const parts = {
    regions: differences(old.regions, now.regions, ({ region }) => region),
    stacks: differences(old.stacks, now.stacks, ({ stackName, region }) => `${stackName} ${region}`),
    resources: resourceChanges(before.resources, after.resources),
    meetings: differences(old.meetings, now.meetings, ({ name }) => name),
    quotas: differences(old.quotas, now.quotas, ({ code, region }) => `${code} ${region}`),
    costs: costDifferences(old.costs, now.costs),
  };
  const changed = Object.values(parts).some((part) => part.length > 0);
  return { version: 1, before: before.file, after: after.file, changed, ...parts };
}

function differences<T>(before: readonly T[], after: readonly T[], key: (item: T) => string): Difference<T>[] {
  return pairsOf(before, after, key)
    .filter((pair) => !isDeepStrictEqual(pair.before, pair.after))
    .map((pair) => ({ change: changeOf(pair), ...pair }));
}
