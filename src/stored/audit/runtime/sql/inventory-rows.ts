import { Copy, Pass } from './facts';
import { allOf, hashOf, identifier, integer, startsWith, text } from './literals';
import { PARTITION_KEY } from '../../inventory-columns';

/** Limits a query to keys, by prefix and by pass. */
export function keyConditions(prefix = '', { index, count }: Pass = { index: 0, count: 1 }): string[] {
  return [
    // The comparison lets the engine skip parts of the data files.
    ...(prefix ? [startsWith('key', prefix), `key >= ${text(prefix)}`] : []),
    ...(count > 1 ? [`abs(mod(${hashOf('key')}, ${integer(count)})) = ${integer(index)}`] : []),
  ];
}

/** The rows of a copy that `conditions` select. */
export function from(copy: Copy, conditions: readonly string[]): string {
  return `${identifier(copy.database)}.${identifier(copy.table)} WHERE ${allOf([inPartition(copy), ...conditions])}`;
}

/**
 * What replication preserves, in one text: key, version id, size, and whether it is a delete marker. The key comes last,
 * because it can contain the separator.
 *
 * @param etag an expression that is empty if the ETag is not the hash of the content
 */
export function contentOf(etag = "''"): string {
  const parts = [
    "coalesce(version_id, '')",
    'cast(coalesce(size, 0) AS varchar)',
    "CASE WHEN is_delete_marker THEN 'd' ELSE '' END",
    etag,
    'key',
  ];
  return `concat(${parts.join(", '|', ")})`;
}

/** The ETag if it is the MD5 hash of the content, otherwise an empty text. */
export const CONTENT_ETAG =
  "CASE WHEN encryption_status IN ('SSE-S3', 'NOT-SSE') AND strpos(e_tag, '-') = 0 THEN e_tag ELSE '' END";

function inPartition(copy: Copy): string {
  return `${PARTITION_KEY} = ${text(copy.dt)}`;
}
