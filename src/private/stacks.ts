import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { rootStack } from './naming';
import { Problems } from './problems';

/**
 * Expects the stack of a construct to have a region. Derived names contain it: if it was specified later, all names would
 * change, and new, empty buckets would replace the existing ones. Without it, deployments to several regions would share
 * the names of replicas.
 */
export function expectStackRegion(problems: Problems, scope: IConstruct): void {
  const stack = rootStack(scope);
  const property = 'env.region';
  const isReported = problems.all.some((each) => each.construct === stack.node.path && each.property === property);
  if (!Token.isUnresolved(stack.region) || isReported) return;
  new Problems(stack, '', problems).add({
    property,
    got: undefined,
    expected: 'a region, because derived names contain it',
    fix: "Set `env: { region: '…' }` on the stack. The account is optional.",
  });
}

/** Deploys `stack` after `first`. aws-cdk-lib 2.276 prints a warning for `addDependency`, which 2.224 needs. */
export function deployAfter(stack: Stack, first: Stack, reason: string): void {
  const renamed = stack as { addStackDependency?: Stack['addDependency'] };
  if (renamed.addStackDependency) {
    renamed.addStackDependency(first, reason);
  } else {
    stack.addDependency(first, reason);
  }
}

/** Whether a stack of another region or account can refer to an attribute. Otherwise, aws-cdk-lib throws. */
export function canBeNamedFrom(stack: Stack, attribute: string): boolean {
  try {
    stack.resolve(attribute);
    return true;
  } catch {
    return false;
  }
}
