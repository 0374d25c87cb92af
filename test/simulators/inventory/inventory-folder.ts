import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { COLUMNS } from './version';

/** Where an inventory is written. */
export interface InventoryTarget {
  /** The folder that stands for the destination bucket. */
  readonly folder: string;
  /** The destination bucket. */
  readonly bucket: string;
  /** The bucket that the inventory lists. */
  readonly source: string;
  readonly inventoryId: string;
  /** The prefix in the destination bucket. @default - none */
  readonly prefix?: string;
  readonly asOf: Date;
  /** The scheme and the authority of the data files in `symlink.txt`. @default - `s3://<bucket>` */
  readonly base?: string;
  /** The largest number of rows in a data file. @default - one file */
  readonly rowsInFile?: number;
}

/** The keys, in the destination bucket, of an inventory. */
export interface Inventory {
  /** The value of the partition key `dt`. */
  readonly dt: string;
  readonly manifest: string;
  readonly symlink: string;
  readonly data: readonly string[];
  /** The folder of the Hive partitions. */
  readonly hive: string;
}

const SCHEMA =
  'message s3.inventory {  required binary bucket (STRING);  required binary key (STRING);  optional binary version_id (STRING);  optional boolean is_latest;  optional boolean is_delete_marker;  optional int64 size;  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));  optional binary e_tag (STRING);  optional binary storage_class (STRING);  optional boolean is_multipart_uploaded;  optional binary replication_status (STRING);  optional binary encryption_status (STRING);  optional binary intelligent_tiering_access_tier (STRING);  optional binary bucket_key_status (STRING);}';

/**
 * Writes an inventory as S3 does: data files, `manifest.json`, `manifest.checksum`, and the `symlink.txt` of a Hive
 * partition. The rows come from a query, whose columns are those of S3 Inventory except `bucket`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 */
export async function writeInventory(
  connection: DuckDBConnection,
  query: string,
  target: InventoryTarget,
): Promise<Inventory> {
  const { folder, bucket, source, inventoryId, prefix, asOf, base = `s3://${bucket}` } = target;
  const root = [...(prefix ? [prefix] : []), source, inventoryId].join('/');
  const minute = asOf.toISOString().slice(0, 16);
  const dt = minute.replace(/[T:]/g, '-');
  const data = await writeData(connection, query, target, `${root}/data`);
  const files = data.map((key) => {
    const path = join(folder, key);
    return { key, size: statSync(path).size, MD5checksum: md5(readFileSync(path)) };
  });
  const manifest = `${root}/${minute.replace(':', '-')}Z/manifest.json`;
  const content = JSON.stringify({
    sourceBucket: source,
    destinationBucket: `arn:aws:s3:::${bucket}`,
    version: '2016-11-30',
    creationTimestamp: String(asOf.getTime()),
    fileFormat: 'Parquet',
    fileSchema: SCHEMA,
    files,
  });
  const symlink = `${root}/hive/dt=${dt}/symlink.txt`;
  put(folder, manifest, content);
  put(folder, manifest.replace('.json', '.checksum'), `${md5(content)}\n`);
  // Not a line more than files: an engine would read a blank line as a file.
  put(folder, symlink, data.map((key) => `${base}/${key}`).join('\n'));
  return { dt, manifest, symlink, data, hive: `${root}/hive` };
}

async function writeData(
  connection: DuckDBConnection,
  query: string,
  { folder, source, rowsInFile }: InventoryTarget,
  root: string,
): Promise<string[]> {
  const path = join(folder, root);
  mkdirSync(path, { recursive: true });
  const before = new Set(readdirSync(path));
  const name = randomUUID();
  const select = `SELECT ${COLUMNS.replace('bucket,', `'${source}' AS bucket,`)} FROM (${query})`;
  const split = rowsInFile === undefined ? '' : `, ROW_GROUP_SIZE ${rowsInFile}, ROW_GROUPS_PER_FILE 1`;
  const [file, options] = split
    ? [path, `${split}, FILENAME_PATTERN '{uuid}', APPEND`]
    : [`${path}/${name}.parquet`, ''];
  const copy = `COPY (${select}) TO '${file}' (FORMAT parquet, COMPRESSION snappy${options})`;
  const [[rows]] = (await connection.runAndReadAll(copy)).getRows();
  const written = readdirSync(path).filter((entry) => !before.has(entry));
  if (Number(rows) > 0) return written.sort().map((entry) => `${root}/${entry}`);
  for (const entry of written) rmSync(join(path, entry));
  return [];
}

function put(folder: string, key: string, content: string): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('hex');
}
