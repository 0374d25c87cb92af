/** As much of a construct as a problem needs. Handlers check input by the same rules, and must not load the CDK. */
interface HasPath {
  readonly node: { readonly path: string };
}

/** A mistake in the input of a construct, as data: the command line finds the line of a file by it. */
export interface Problem {
  /** The path of the construct: `Studio/Media`. */
  readonly construct: string;
  /** The path of the property in the construct's props: `replicas[1].region`. */
  readonly property: string;
  readonly got: unknown;
  /** Completes "expected …". */
  readonly expected: string;
  /** A sentence that says what to change. */
  readonly fix: string;
}

/** What a check knows of a problem; `Problems` adds where the check was made. */
export type Finding = Omit<Problem, 'construct'>;

/** All problems of one input. Not an error class of aws-cdk-lib, which are internal to it. */
export class InvalidInput extends Error {
  readonly name = 'InvalidInput';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => `[${problem.construct}] ${describeProblem(problem)}`).join('\n'));
  }
}

/** Collects the problems of a construct's input, so that one run reports all of them. */
export class Problems {
  private readonly found: Problem[];

  /**
   * @param scope the construct that the user wrote
   * @param at where in its props the checked input is: `replicas[1].`
   */
  constructor(
    private readonly scope: HasPath,
    private readonly at: string = '',
    parent?: Problems,
  ) {
    this.found = parent?.found ?? [];
  }

  get all(): readonly Problem[] {
    return this.found;
  }

  /** The same collection for a part of the input: `within('replicas[1]')`. */
  within(property: string): Problems {
    return new Problems(this.scope, `${this.at}${property}.`, this);
  }

  add(finding: Finding): void {
    this.found.push({ ...finding, construct: this.scope.node.path, property: this.at + finding.property });
  }

  /**
   * Adds the problem unless the condition holds.
   *
   * @returns whether it holds, so that checks that depend on it can be left out
   */
  expect(holds: boolean, finding: Finding): boolean {
    if (!holds) this.add(finding);
    return holds;
  }

  /** @throws InvalidInput with all problems, if there are any */
  throwIfAny(): void {
    if (this.found.length > 0) throw new InvalidInput(this.found);
  }
}

/** An error with a single problem, for a method that cannot do what it was asked for. */
export function invalid(scope: HasPath, finding: Finding): InvalidInput {
  return new InvalidInput([{ construct: scope.node.path, ...finding }]);
}

/** Without the construct's path, which aws-cdk-lib adds to what `node.addValidation` returns. */
export function describeProblem({ property, got, expected, fix }: Finding): string {
  return `${property}: got ${show(got)}, expected ${expected}. ${fix}`;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
