/** Independent of the user's locale, so that the output is the same everywhere. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** An amount. One that is not 0 is never shown as 0. */
export function money(value: number): string {
  if (value > 0 && value < 0.005) return '< 0.01';
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
