/** A measurement beside what a user would have instead, from the same run. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
}

export function row(name: string, value: number, unit: string, baseline: number): Row {
  return { name, value: rounded(value), unit, baseline: rounded(baseline), ratio: rounded(value / baseline) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
