import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { JobReportScope } from '@aws-sdk/client-s3-control';

/** What became of one object version of a job. */
export interface TaskResult {
  /** @default - the job's source bucket */
  readonly bucket?: string;
  readonly key: string;
  readonly versionId?: string;
  readonly status: 'succeeded' | 'failed';
  /** @default - 200 for a success, 400 for a failure */
  readonly httpStatusCode?: number;
  /** A replication failure reason, such as DstObjectHardDeleted. */
  readonly errorCode?: string;
  /** @default - 'Successful', or the error code */
  readonly resultMessage?: string;
}

/** An object that S3 writes. Its body is made while it is read. */
export interface ReportObject {
  readonly key: string;
  readonly body: Readable;
  readonly contentLength: number;
  /** The MD5 digest of the body, in hexadecimal digits. */
  readonly md5: string;
}

interface CompletionReport {
  readonly jobId: string;
  /** Where the report goes. */
  readonly bucket: string;
  readonly prefix?: string;
  readonly scope: JobReportScope;
  readonly createdAt: number;
  /** The bucket of results that do not name theirs. */
  readonly sourceBucket: string;
  readonly errorCodeFirst: boolean;
  /** How many rows a file has at most. */
  readonly rowsPerFile: number;
  /** Starts anew each time that it is called. */
  results(): Iterable<TaskResult>;
}

const CHUNK = 64 * 1024;

/**
 * The objects of a completion report, the results before the manifest that names them:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
 */
export async function* completionReport(report: CompletionReport): AsyncGenerator<ReportObject> {
  const folder = `${report.prefix === undefined ? '' : `${report.prefix}/`}job-${report.jobId}`;
  const Results: object[] = [];
  for (const status of report.scope === 'AllTasks' ? (['succeeded', 'failed'] as const) : (['failed'] as const)) {
    for (const { file, contentLength, md5 } of filesOf(report, status)) {
      const hash = createHash('sha1').update(`${report.jobId}/${status}/${file}`).digest('hex');
      const key = `${folder}/results/${hash}.csv`;
      Results.push({ TaskExecutionStatus: status, Bucket: report.bucket, MD5Checksum: md5, Key: key });
      const from = file * report.rowsPerFile;
      yield { key, contentLength, md5, body: inChunks(rowsOf(report, status, from, from + report.rowsPerFile)) };
    }
  }
  const manifest = objectOf(
    `${folder}/manifest.json`,
    JSON.stringify({
      Format: 'Report_CSV_20180820',
      ReportCreationDate: new Date(report.createdAt).toISOString(),
      Results,
      ReportSchema: 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage',
    }),
  );
  yield manifest;
  yield objectOf(`${manifest.key}.md5`, manifest.md5);
}

/** Goes through the rows of a status once, to know the files' lengths and digests before they are read. */
function* filesOf(report: CompletionReport, status: TaskResult['status']) {
  let rows = 0;
  let contentLength = 0;
  let hash = createHash('md5');
  for (const line of rowsOf(report, status)) {
    hash.update(line);
    contentLength += Buffer.byteLength(line);
    if (++rows % report.rowsPerFile > 0) continue;
    yield { file: rows / report.rowsPerFile - 1, contentLength, md5: hash.digest('hex') };
    hash = createHash('md5');
    contentLength = 0;
  }
  if (contentLength > 0) {
    yield { file: Math.floor(rows / report.rowsPerFile), contentLength, md5: hash.digest('hex') };
  }
}

function* rowsOf(report: CompletionReport, status: TaskResult['status'], from = 0, to = Infinity): Generator<string> {
  let index = -1;
  for (const result of report.results()) {
    if (result.status !== status || ++index < from) continue;
    if (index >= to) return;
    yield row(result, report);
  }
}

function row(result: TaskResult, { sourceBucket, errorCodeFirst }: CompletionReport): string {
  const succeeded = result.status === 'succeeded';
  const { bucket = sourceBucket, httpStatusCode = succeeded ? 200 : 400, errorCode = '' } = result;
  const { resultMessage = succeeded ? 'Successful' : errorCode } = result;
  const codes = errorCodeFirst ? [errorCode, String(httpStatusCode)] : [String(httpStatusCode), errorCode];
  return [bucket, encodeKey(result.key), result.versionId ?? '', result.status, ...codes, resultMessage]
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
    .concat('\n');
}

/** As keys are in manifests, which reports repeat: percent-encoded, but for the slashes. */
const encodeKey = (key: string) =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function objectOf(key: string, text: string): ReportObject {
  const md5 = createHash('md5').update(text).digest('hex');
  return { key, contentLength: Buffer.byteLength(text), md5, body: inChunks([text]) };
}

function inChunks(texts: Iterable<string>): Readable {
  function* chunks() {
    let chunk = '';
    for (const text of texts) {
      chunk += text;
      if (chunk.length < CHUNK) continue;
      yield Buffer.from(chunk);
      chunk = '';
    }
    if (chunk) yield Buffer.from(chunk);
  }
  return Readable.from(chunks(), { objectMode: false });
}
