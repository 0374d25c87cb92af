import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { codeOf } from '../../failure-reasons';
import { decodeKey, NULL_VERSION, ObjectVersion } from '../object-keys';

/** The result of a task, for one object version. */
export interface ReportRow extends ObjectVersion {
  readonly succeeded: boolean;
  /** The error code, if the task failed. */
  readonly code: string;
}

const STATUS_CODE = /^\d{3}$/;
/** A key has up to 1,024 bytes, each of which can be encoded as three characters. */
const MAX_ROW = 64 * 1024;

/**
 * Streams the rows of a results file.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
 */
export async function* reportRows(body: Readable, fromRow = 1): AsyncGenerator<ReportRow> {
  const parser = parse({
    relax_column_count: true,
    relax_quotes: true, // error messages contain quotes
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
    from: fromRow,
  });
  // Propagates a broken connection to the iteration. The callback handles the error of an iteration that ends early.
  pipeline(body, parser, () => undefined);
  try {
    for await (const fields of parser) yield rowOf(fields as string[]);
  } finally {
    body.destroy();
  }
}

/**
 * Bucket, Key, VersionId, TaskStatus, then two codes and a message. The documentation shows the two codes in both
 * orders, so the HTTP status code is recognized by its format.
 */
function rowOf([, key = '', versionId = '', status = '', one = '', other = '']: string[]): ReportRow {
  return {
    key: decodeKey(key),
    versionId: versionId || NULL_VERSION,
    succeeded: status === 'succeeded',
    code: codeOf(STATUS_CODE.test(one) ? other : one),
  };
}
