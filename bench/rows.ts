/** A measurement beside what a user would have instead, from the same run. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
}

/** Rows that are measured alike. */
export interface Group {
  readonly title: string;
  /** What is measured beside what, in a sentence or two of Markdown. */
  readonly how: string;
  /** What a machine must have; without it, there are no rows. */
  readonly needs?: string;
  /** What it was measured with: names and versions, besides those that hold for all groups. */
  readonly versions: string[];
  readonly rows: Row[];
}

export function row(name: string, value: number, unit: string, baseline: number): Row {
  return { name, value: rounded(value), unit, baseline: rounded(baseline), ratio: rounded(value / baseline) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
