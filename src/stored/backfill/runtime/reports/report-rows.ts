import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { codeOf } from '../../failure-reasons';
import { decodeKey, NULL_VERSION, ObjectVersion } from '../object-keys';

/** What became of an object version. */
export interface ReportRow extends ObjectVersion {
  readonly succeeded: boolean;
  /** Why not. */
  readonly code: string;
}

const STATUS_CODE = /^\d{3}$/;
/** A key has 1,024 bytes, each of which can be written as three characters. */
const MAX_ROW = 64 * 1024;

/**
 * The rows of a results file, read as they are asked for.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
 */
export async function* reportRows(body: Readable, fromRow = 1): AsyncGenerator<ReportRow> {
  const parser = parse({
    relax_column_count: true,
    relax_quotes: true, // messages are free text
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
    from: fromRow,
  });
  // A broken connection must end the iteration, and an iteration that is left the connection.
  pipeline(body, parser, () => undefined);
  try {
    for await (const fields of parser) yield rowOf(fields as string[]);
  } finally {
    body.destroy();
  }
}

/**
 * Bucket, Key, VersionId, TaskStatus, then two codes and a message. The documentation has the codes in both orders, so
 * that they are known by their looks.
 */
function rowOf([, key = '', versionId = '', status = '', one = '', other = '']: string[]): ReportRow {
  return {
    key: decodeKey(key),
    versionId: versionId || NULL_VERSION,
    succeeded: status === 'succeeded',
    code: codeOf(STATUS_CODE.test(one) ? other : one),
  };
}
