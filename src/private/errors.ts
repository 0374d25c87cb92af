import { IConstruct } from 'constructs';

/** What is wrong with an input, in the four parts that a reader needs. */
export interface Problem {
  /** The property, as the caller wrote it: `replicas[1].region`. */
  readonly field: string;
  readonly got: unknown;
  /** Completes "expected …". */
  readonly expected: string;
  /** A sentence: what to change. */
  readonly fix: string;
}

/**
 * An error about an input of a construct. A plain `Error`: aws-cdk-lib's own error classes are internal to it.
 */
export function invalid(scope: IConstruct, problem: Problem): Error {
  return new Error(`[${scope.node.path}] ${describeProblem(problem)}`);
}

/** The same, for the errors of `node.addValidation`, to which aws-cdk-lib adds the path. */
export function describeProblem({ field, got, expected, fix }: Problem): string {
  return `${field}: got ${show(got)}, expected ${expected}. ${fix}`;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
