import { Stack } from 'aws-cdk-lib';

/** Deploys `stack` after `first`. The method was renamed in aws-cdk-lib, and the old name now prints a warning. */
export function deployAfter(stack: Stack, first: Stack, reason: string): void {
  const renamed = stack as { addStackDependency?: Stack['addDependency'] };
  if (renamed.addStackDependency) {
    renamed.addStackDependency(first, reason);
  } else {
    stack.addDependency(first, reason);
  }
}

/** Whether a stack of another region or account can write down an attribute: aws-cdk-lib throws if it can't. */
export function canBeNamedFrom(stack: Stack, attribute: string): boolean {
  try {
    stack.resolve(attribute);
    return true;
  } catch {
    return false;
  }
}
