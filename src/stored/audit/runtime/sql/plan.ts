import { Copy } from './facts';
import { Totals } from './results';

/** Versions of both copies in one pass. 20 million took 2 GB in Trino; Athena spreads a query over several nodes. */
const VERSIONS_IN_PASS = 200_000_000;

/** Differing versions in one pass. They take far more memory, because each is explained, and listed if it is missing. */
const DIFFERENCES_IN_PASS = 20_000_000;

/** The time after which versions are in flight: the older of two inventories, minus a margin. ISO 8601. */
export function inFlightAfter(source: Copy, target: Copy, marginMinutes: number): string {
  const older = Math.min(Date.parse(source.asOf), Date.parse(target.asOf));
  return new Date(older - marginMinutes * 60_000).toISOString();
}

/**
 * The number of passes, so that each fits the memory of Athena. Each pass reads the inventories again, so more passes cost
 * more. If Athena has not enough resources for a pass, the comparison can be repeated with more of them.
 *
 * @param versions those of both copies together
 * @param differences how many versions only one copy has, at least: the difference of the two totals
 */
export function passesFor(versions: number, differences = 0): number {
  return Math.max(1, Math.ceil(versions / VERSIONS_IN_PASS), Math.ceil(differences / DIFFERENCES_IN_PASS));
}

/**
 * Why the totals of a table are not those of its manifest, which has `files` data files. `undefined` if all of them were
 * read. A table without its partition has no rows, which must not look like a bucket without objects.
 */
export function totalsProblem(totals: Totals, files: number): string | undefined {
  if (totals.files === files) return undefined;
  return `The table contains rows of ${totals.files} data files, and the manifest lists ${files}`;
}
