/** A measurement and its baseline, what a user would have instead, from the same run. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
}

/** Rows that are measured in the same way. */
export interface Group {
  readonly title: string;
  /** The measurement and its baseline, in one or two sentences of Markdown. */
  readonly how: string;
  /** The requirements of the measurement. There are no rows if the machine does not meet them. */
  readonly needs?: string;
  /** Names and versions of the software that only this group was measured with. */
  readonly versions: string[];
  readonly rows: Row[];
}

export function row(name: string, value: number, unit: string, baseline: number): Row {
  return { name, value: rounded(value), unit, baseline: rounded(baseline), ratio: rounded(value / baseline) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
