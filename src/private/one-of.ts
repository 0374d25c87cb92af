import { Token } from 'aws-cdk-lib';

/** Whether the value is one of these. Tokens are known only at deployment, so the answer is yes if any value is one. */
export function mayBeOneOf(known: readonly string[], value: string): boolean {
  return known.includes(value) || [value, ...known].some((each) => Token.isUnresolved(each));
}
