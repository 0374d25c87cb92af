import { Reason, REASONS } from './reasons';
import { BucketDigest, ComparisonRow, Side, Totals, VersionRow } from './results';

/** The record of a result: Athena's CSV with its header row, every value a text, null an empty text. */
export interface ResultRecord {
  readonly [column: string]: string;
}

/** Reads a row of `digestQuery`. */
export function parseDigestRow(record: ResultRecord): BucketDigest {
  return { bucket: count(record, 'bucket'), versions: count(record, 'versions'), hash: value(record, 'hash') };
}

/** Reads the row of `totalsQuery`. */
export function parseTotals(record: ResultRecord): Totals {
  return { versions: count(record, 'versions'), files: count(record, 'files') };
}

/** Reads a row of `comparisonQuery`. */
export function parseComparisonRow(record: ResultRecord): ComparisonRow {
  const reason = value(record, 'reason');
  if (reason !== '' && !(reason in REASONS)) throw invalid(record, 'reason');
  return {
    kind: value(record, 'kind') as ComparisonRow['kind'],
    side: value(record, 'side') as Side,
    reason: reason === '' ? undefined : (reason as Reason),
    versions: count(record, 'versions'),
    bytes: count(record, 'bytes'),
    files: count(record, 'files'),
    samples: value(record, 'samples').split(' ').filter(Boolean).map(parseVersion),
  };
}

function parseVersion(sample: string): VersionRow {
  const [key, versionId, size, modified, marker, replicationStatus] = sample.split(',');
  return {
    // The engines encode a space as + or as %20, and a plus sign always as %2B.
    key: decodeURIComponent(key.replaceAll('+', '%20')),
    versionId,
    size: Number(size),
    lastModified: new Date(`${modified}Z`).toISOString(),
    deleteMarker: marker === 'd',
    replicationStatus,
  };
}

function value(record: ResultRecord, column: string): string {
  const text = record[column];
  if (text === undefined) throw invalid(record, column);
  return text;
}

function count(record: ResultRecord, column: string): number {
  const number = Number(value(record, column) || Number.NaN);
  if (!Number.isSafeInteger(number)) throw invalid(record, column);
  return number;
}

function invalid(record: ResultRecord, column: string): Error {
  return new Error(`Unexpected result of a query: ${column} is ${JSON.stringify(record[column])}`);
}
