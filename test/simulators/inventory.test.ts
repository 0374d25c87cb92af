import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { bulkVersions, Inventory, storeVersions, Version, writeInventory } from './inventory';
import { INVENTORY_COLUMNS } from '../../src/stored/audit/inventory-columns';

const AS_OF = new Date('2026-03-10T01:05:00Z');
const VERSION: Version = {
  key: 'media/a\n"b",c.mp4',
  versionId: '',
  latest: true,
  marker: false,
  size: 7,
  modified: new Date('2026-03-01T12:00:00.123Z'),
  etag: 'e',
  storageClass: 'STANDARD',
  status: '',
  encryption: 'SSE-S3',
  tier: '',
};

describe('writeInventory', () => {
  let folder: string;
  let connection: DuckDBConnection;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inventory-'));
    connection = await (await DuckDBInstance.create(':memory:')).connect();
  });

  afterEach(() => {
    connection.closeSync();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = async (query: string, rowsInFile?: number): Promise<Inventory> =>
    writeInventory(connection, query, {
      folder,
      bucket: 'inventories',
      source: 'media',
      inventoryId: 'audit',
      prefix: 'all',
      asOf: AS_OF,
      rowsInFile,
    });
  const text = (key: string) => readFileSync(join(folder, key), 'utf8');
  const md5 = (content: string | Buffer) => createHash('md5').update(content).digest('hex');

  test('writes the manifest, its checksum and the list of data files where S3 writes them', async () => {
    const { dt, manifest, symlink, data, hive } = await write(bulkVersions(30_000, AS_OF, 'COMPLETED', 'media/'), 8192);

    expect(dt).toBe('2026-03-10-01-05');
    expect(manifest).toBe('all/media/audit/2026-03-10T01-05Z/manifest.json');
    expect(text('all/media/audit/2026-03-10T01-05Z/manifest.checksum').trim()).toBe(md5(text(manifest)));
    expect(symlink).toBe(`${hive}/dt=2026-03-10-01-05/symlink.txt`);
    expect(text(symlink)).toBe(data.map((key) => `s3://inventories/${key}`).join('\n'));
    expect(data.length).toBeGreaterThan(2);
    const { files, ...rest } = JSON.parse(text(manifest));
    expect(rest).toMatchObject({
      sourceBucket: 'media',
      destinationBucket: 'arn:aws:s3:::inventories',
      version: '2016-11-30',
      creationTimestamp: String(AS_OF.getTime()),
      fileFormat: 'Parquet',
    });
    expect(files).toEqual(
      data.map((key) => ({
        key,
        size: statSync(join(folder, key)).size,
        MD5checksum: md5(readFileSync(join(folder, key))),
      })),
    );
    for (const { name } of INVENTORY_COLUMNS) expect(rest.fileSchema).toContain(` ${name}`);
  });

  test('writes null where a value does not apply', async () => {
    const marker = { ...VERSION, key: 'gone', size: 0, marker: true, versionId: 'v1' };
    const { data } = await write(await storeVersions(join(folder, 'rows'), [VERSION, marker]));

    const reader = await connection.runAndReadAll(
      `SELECT key, version_id, size, e_tag, storage_class, replication_status, epoch_ms(last_modified_date) AS modified
       FROM read_parquet('${join(folder, data[0])}') ORDER BY size NULLS LAST`,
    );
    const none = { e_tag: null, size: null, storage_class: null };
    const modified = BigInt(VERSION.modified.getTime());
    expect(reader.getRowObjects()).toEqual([
      {
        ...{ key: VERSION.key, version_id: '', size: 7n, e_tag: 'e', storage_class: 'STANDARD' },
        ...{ replication_status: null, modified },
      },
      { key: 'gone', version_id: 'v1', replication_status: null, modified, ...none },
    ]);
  });

  test('lists no data files of a bucket without versions', async () => {
    const { manifest, symlink } = await write(await storeVersions(join(folder, 'rows'), []));

    expect(JSON.parse(text(manifest)).files).toEqual([]);
    expect(text(symlink)).toBe('');
    expect(readdirSync(join(folder, 'all/media/audit/data'))).toEqual([]);
  });

  test('keeps the data files of earlier inventories', async () => {
    const first = await write(bulkVersions(100, AS_OF, 'COMPLETED', 'media/'));
    const second = await write(bulkVersions(200, AS_OF, 'COMPLETED', 'media/'));

    expect(second.data).toHaveLength(1);
    expect(readdirSync(join(folder, 'all/media/audit/data'))).toHaveLength(2);
    expect(second.data).not.toEqual(first.data);
  });

  test('generates as many identical versions as asked', async () => {
    for (const status of ['COMPLETED', 'REPLICA'] as const) {
      const query = bulkVersions(30_000, AS_OF, status, 'media/');
      const reader = await connection.runAndReadAll(
        `SELECT count(*) AS versions, count(DISTINCT (key, version_id)) AS ids, count(DISTINCT key) AS keys,
           sum(is_latest::INTEGER) AS latest, count_if(is_delete_marker) > 0 AS markers,
           max(last_modified_date) < make_timestamp_ms(${AS_OF.getTime()}) - INTERVAL 40 DAY AS old
         FROM (${query})`,
      );
      const [{ versions, ids, keys, latest, markers, old }] = reader.getRowObjects();
      expect([versions, ids, keys, latest].map(Number)).toEqual([30_000, 30_000, 20_000, 20_000]);
      expect([markers, old]).toEqual([true, true]);
    }
  });
});
