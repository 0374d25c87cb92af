import { CanaryReport, CopyReport, Reason } from '../contract';

/** Hears of each failure, with the error behind it. */
export interface CanaryNotes {
  failed(region: string, reason: Reason, error?: unknown): void;
}

/** What a run finds out. */
export class Report {
  leftovers = 0;
  private readonly copies: CopyReport[];

  constructor(
    regions: readonly string[],
    private readonly notes: CanaryNotes,
  ) {
    this.copies = regions.map((region) => ({ region, failures: [] }));
  }

  of(region: string): CopyReport {
    return this.copies.find((copy) => copy.region === region)!;
  }

  fail(region: string, reason: Reason, error?: unknown): void {
    const { failures } = this.of(region);
    if (!failures.includes(reason)) failures.push(reason);
    this.notes.failed(region, reason, error);
  }

  done(): CanaryReport {
    return { copies: this.copies, leftovers: this.leftovers };
  }
}
