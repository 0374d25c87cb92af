import { Copy } from './facts';
import { from } from './inventory-rows';

/**
 * The number of rows and data files of a copy's inventory. Reads no column, so it costs next to nothing. `parseTotals`
 * reads the row, `totalsProblem` compares it with the manifest.
 */
export function totalsQuery(copy: Copy): string {
  return `SELECT count(*) AS versions, count(DISTINCT "$path") AS files FROM ${from(copy, [])}`;
}
