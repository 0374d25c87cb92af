import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { describeProblem } from './problems';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. Lambda measures the JSON of all variables. */
const MAX_ENVIRONMENT_BYTES = 4096;

/**
 * The problem of an environment that Lambda would reject, if its known parts alone are too large.
 *
 * @param environment the variables of a function, which can contain tokens
 */
export function environmentProblems(scope: IConstruct, environment: Record<string, string> = {}): string[] {
  const size = knownSize(Stack.of(scope).resolve(environment));
  if (size <= MAX_ENVIRONMENT_BYTES) return [];
  return [
    describeProblem({
      property: 'environment',
      got: `${size} bytes`,
      expected: `at most ${MAX_ENVIRONMENT_BYTES} bytes, which Lambda allows for all variables of a function`,
      fix: 'Use fewer or shorter tags, prefixes, domain names and bucket names, or fewer replicas.',
    }),
  ];
}

/** The size as JSON, without the values of intrinsic functions, which are known only at deployment. */
function knownSize(value: any): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value));
  if (Array.isArray(value)) return value.reduce((sum, each) => sum + knownSize(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  if (value['Fn::Join']) {
    return knownSize(value['Fn::Join'][1].filter((each: unknown) => typeof each === 'string').join(''));
  }
  return Object.entries(value).reduce(
    (sum, [key, each]) => (key === 'Ref' || key.startsWith('Fn::') ? sum : sum + knownSize(key) + knownSize(each) + 2),
    0,
  );
}
