/** What a step found or did. */
export interface Outcome {
  readonly detail: string;
  /** Further lines, such as the first versions of a list. */
  readonly lines?: readonly string[];
  /** Ends the plan: nothing is left to do. */
  readonly isEnd?: boolean;
}

/** A step that can be repeated: it finds out what is done already, and does the rest. */
export interface Step {
  readonly name: string;
  /** What it changes, for a dry run. */
  readonly changes: string;
  /** Whether it changes nothing, so that a dry run runs it, too. */
  readonly isReadOnly?: boolean;
  readonly run: () => Promise<Outcome>;
}

export interface StepReport {
  readonly step: string;
  readonly state: 'done' | 'planned';
  readonly detail: string;
  readonly lines: readonly string[];
  readonly seconds: number;
}

/**
 * An ordered procedure. It keeps no progress of its own: a run that was interrupted is continued by running it again,
 * because each step does only what is not done yet.
 */
export class FailoverPlan {
  constructor(private readonly steps: readonly Step[]) {}

  async run(isDryRun: boolean, report: (step: StepReport) => void): Promise<void> {
    for (const { name: step, changes, isReadOnly, run } of this.steps) {
      if (isDryRun && !isReadOnly) {
        report({ step, state: 'planned', detail: changes, lines: [], seconds: 0 });
        continue;
      }
      const start = Date.now();
      const { detail, lines = [], isEnd } = await run();
      report({ step, state: 'done', detail, lines, seconds: Math.round((Date.now() - start) / 100) / 10 });
      if (isEnd) return;
    }
  }
}
