import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Version } from './version';

/**
 * Writes versions to a file, and returns the query that reads it. The columns are those of S3 Inventory.
 */
export async function storeVersions(path: string, versions: Iterable<Version>): Promise<string> {
  const file = createWriteStream(path);
  for (const {
    key,
    versionId,
    latest,
    marker,
    size,
    modified,
    etag,
    storageClass,
    status,
    encryption,
    tier,
  } of versions) {
    const line = [
      key,
      versionId,
      latest,
      marker,
      size,
      modified.getTime(),
      etag,
      storageClass,
      status,
      encryption,
      tier,
    ];
    if (!file.write(`${JSON.stringify({ v: line.map(String) })}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return `
    SELECT v[1] AS key, v[2] AS version_id, v[3] = 'true' AS is_latest, v[4] = 'true' AS is_delete_marker,
      v[5]::BIGINT AS size, make_timestamp_ms(v[6]::BIGINT)::TIMESTAMP_MS AS last_modified_date, v[7] AS e_tag,
      v[8] AS storage_class, v[9] AS replication_status, v[10] AS encryption_status,
      v[11] AS intelligent_tiering_access_tier
    FROM read_json('${path}', columns = { v: 'VARCHAR[]' }, format = 'newline_delimited', maximum_object_size = 1048576)`;
}
