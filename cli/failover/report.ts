import { compare, Difference } from './comparison';
import { LineWriter } from './lines';
import type { Platform } from './platform';
import type { FailoverRecord } from './records';
import type { Snapshot } from './snapshot';

const SHOWN = 20;

/**
 * Compares the copies, and writes the failover, the differences, and the number of versions to a file.
 *
 * @returns the number of versions
 */
export async function writeReport(
  file: string,
  platform: Platform,
  failover: FailoverRecord,
  snapshot: Snapshot | undefined,
  visit: (difference: Difference) => void,
): Promise<number> {
  const lines = new LineWriter(file);
  try {
    lines.write({ ...failover, asOf: new Date().toISOString() });
    const compared = await compare(platform, Date.parse(failover.startedAt), snapshot, (difference) => {
      lines.write(difference);
      visit(difference);
    });
    lines.write({ compared });
    return compared;
  } finally {
    lines.close();
  }
}

/** Counts what is found, and describes the first of it. */
export class Tally<T> {
  count = 0;
  private readonly shown: string[] = [];

  constructor(private readonly describe: (item: T) => string = () => '') {}

  add(item: T): void {
    if (this.count++ < SHOWN) this.shown.push(this.describe(item));
  }

  get lines(): string[] {
    const more = this.count - SHOWN;
    return [...this.shown, ...(more > 0 ? [`and ${more} more`] : [])];
  }

  counted(what: string): string {
    return `${this.count} ${what}${this.count === 1 ? '' : 's'}`;
  }
}
