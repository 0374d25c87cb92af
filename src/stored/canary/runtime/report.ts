import { CanaryReport, CopyReport, Reason } from '../contract';

/** Is notified of each failure and the error that caused it. */
export interface FailureListener {
  failed(region: string, reason: Reason, error?: unknown): void;
}

/** Collects the results of a run. */
export class Report {
  leftovers = 0;
  private readonly copies: CopyReport[];

  constructor(
    regions: readonly string[],
    private readonly listener: FailureListener,
  ) {
    this.copies = regions.map((region) => ({ region, failures: [] }));
  }

  copy(region: string): CopyReport {
    return this.copies.find((each) => each.region === region)!;
  }

  fail(region: string, reason: Reason, error?: unknown): void {
    const { failures } = this.copy(region);
    if (!failures.includes(reason)) failures.push(reason);
    this.listener.failed(region, reason, error);
  }

  result(): CanaryReport {
    return { copies: this.copies, leftovers: this.leftovers };
  }
}
