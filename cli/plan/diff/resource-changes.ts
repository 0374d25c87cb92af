import { isDeepStrictEqual } from 'node:util';
import { pairsOf } from './pairs';
import type { StackResources, TemplateResource } from '../stack-resources';

/** How many resources of a type change in a stack. */
export interface ResourceChange {
  readonly stackName: string;
  readonly region: string;
  readonly type: string;
  readonly added: number;
  readonly removed: number;
  /** How many of the removed ones CloudFormation does not delete. */
  readonly kept: number;
  readonly changed: number;
}

type Counts = Pick<ResourceChange, 'added' | 'removed' | 'kept' | 'changed'>;

/** Compares resources by their logical ids. */
export function resourceChanges(before: readonly StackResources[], after: readonly StackResources[]): ResourceChange[] {
  return pairsOf(before, after, ({ stackName, region }) => `${stackName} ${region}`).flatMap((stacks) => {
    const { stackName, region } = (stacks.after ?? stacks.before)!;
    const byType = new Map<string, Counts>();
    const resources = pairsOf(entriesOf(stacks.before), entriesOf(stacks.after), ([id, { Type }]) => `${id} ${Type}`);
    for (const { before: old, after: now } of resources) {
      if (isDeepStrictEqual(old, now)) continue;
      const [, resource] = (now ?? old)!;
      const counts = byType.get(resource.Type) ?? { added: 0, removed: 0, kept: 0, changed: 0 };
      byType.set(resource.Type, {
        added: counts.added + (old ? 0 : 1),
        removed: counts.removed + (now ? 0 : 1),
        kept: counts.kept + (!now && /^Retain/.test(resource.DeletionPolicy ?? '') ? 1 : 0),
        changed: counts.changed + (old && now ? 1 : 0),
      });
    }
    const sorted = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([type, counts]) => ({ stackName, region, type, ...counts }));
  });
}

function entriesOf(stack?: StackResources): [string, TemplateResource][] {
  return Object.entries(stack?.resources ?? {});
}
