import { Stack } from 'aws-cdk-lib';

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
