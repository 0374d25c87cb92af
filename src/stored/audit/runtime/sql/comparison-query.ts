import { Comparison, Copy, Pass } from './facts';
import { CONTENT_ETAG, contentOf, from, keyConditions } from './inventory-rows';
import { hashOf, text, timestamp } from './literals';
import { LISTED_REASONS, SAMPLES } from './reasons';
import { Side } from './results';
import { verdict } from './verdict';

/** Newer versions first. If several have the same date, the current one is that which no copy calls noncurrent. */
const NEWEST_FIRST = 'PARTITION BY key ORDER BY modified DESC, latest DESC, version DESC';
const HISTORY = `OVER (${NEWEST_FIRST})`;
const OLDER = `OVER (${NEWEST_FIRST} ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)`;

/** 40 bits and a sign: the sum of millions of versions of one key fits a bigint. */
const HASH_RANGE = 2 ** 40;

/**
 * Compares two copies: every version that one of them lacks, or that differs, with the reason. `parseComparisonRow` reads
 * the rows. The result of a pass depends on nothing but its inputs, so a pass can be repeated.
 *
 * The query reads the inventories twice. First it sums the hashes of the versions of each key, positive for one copy and
 * negative for the other, which needs little memory. Then it reads all versions of the keys whose sum is not zero: few, and
 * with them the history that explains a deletion.
 */
export function comparisonQuery(comparison: Comparison, pass: Pass): string {
  const { source, target, since, prefix, compareEtags } = comparison;
  const conditions = keyConditions(prefix, pass);
  const etag = compareEtags ? CONTENT_ETAG : "''";
  const young = since ? [`modified >= ${timestamp(since)}`] : [];
  return `
WITH inventory AS (
  ${rowsOf(source, 0, conditions, etag)}
  UNION ALL
  ${rowsOf(target, 1, conditions, etag)}
),
changed AS (
  SELECT key_hash FROM inventory${where(young)}
  GROUP BY key_hash HAVING sum(version_hash) <> 0
),
versions AS (
  SELECT key, version,
    bool_or(side = 0) AS in_source, bool_or(side = 1) AS in_target,
    min_by(modified, side) AS modified, max(modified) AS newest, bool_and(latest) AS latest,
    min_by(marker, side) AS marker, min_by(size, side) AS size,
    min_by(status, side) AS status, min_by(class, side) AS class, min_by(tier, side) AS tier,
    min_by(encryption, side) AS encryption,
    min(size) = max(size) AND bool_or(marker) = bool_and(marker) AS same_content,
    min(etag) <> '' AND min(etag) <> max(etag) AS other_etag
  FROM inventory WHERE key_hash IN (SELECT key_hash FROM changed)
  GROUP BY key, version
),
history AS (
  SELECT *,
    row_number() ${HISTORY} - 1 AS newer,
    lag(modified) ${HISTORY} AS superseded,
    lag(marker AND in_source <> in_target) ${HISTORY} AS superseded_by_marker,
    max(CASE WHEN in_source THEN modified END) ${OLDER} AS previous_in_source,
    max(CASE WHEN in_target THEN modified END) ${OLDER} AS previous_in_target,
    max(CASE WHEN in_source AND NOT marker THEN modified END) ${OLDER} AS previous_object_in_source,
    max(CASE WHEN in_target AND NOT marker THEN modified END) ${OLDER} AS previous_object_in_target
  FROM versions
),
judged AS (
  SELECT ${sideOf()} AS side, size,
    concat(url_encode(key), ',', version, ',', cast(size AS varchar), ',',
      replace(cast(modified AS varchar), ' ', 'T'), ',', CASE WHEN marker THEN 'd' ELSE '' END, ',', status) AS sample,
    ${verdict(comparison)} AS reason
  FROM history${where(['NOT (in_source AND in_target AND same_content AND NOT other_etag)', ...young])}
),
listed AS (
  SELECT side, reason, size, sample,
    CASE WHEN reason IN (${LISTED_REASONS.map(text).join(', ')}) THEN sample END AS version
  FROM judged
)
SELECT CASE WHEN version IS NULL THEN 'group' ELSE 'version' END AS kind, side, reason,
  count(*) AS versions, cast(sum(size) AS bigint) AS bytes, 0 AS files,
  coalesce(version, array_join(min(sample, ${SAMPLES}) FILTER (WHERE version IS NULL), ' ')) AS samples
FROM listed GROUP BY side, reason, version
UNION ALL
${totalOf(source, 'source')}
UNION ALL
${totalOf(target, 'target')}
`.trim();
}

function rowsOf(copy: Copy, side: 0 | 1, conditions: readonly string[], etag: string): string {
  return `SELECT ${side} AS side, key, coalesce(version_id, '') AS version, ${hashOf('key')} AS key_hash,
    ${side === 0 ? '' : '-'}mod(${hashOf(contentOf(etag))}, ${HASH_RANGE}) AS version_hash,
    last_modified_date AS modified, coalesce(is_latest, FALSE) AS latest, coalesce(is_delete_marker, FALSE) AS marker,
    coalesce(size, 0) AS size, coalesce(replication_status, '') AS status, coalesce(storage_class, '') AS class,
    coalesce(intelligent_tiering_access_tier, '') AS tier, coalesce(encryption_status, '') AS encryption,
    coalesce(${etag}, '') AS etag
  FROM ${from(copy, conditions)}`;
}

function totalOf(copy: Copy, side: Side): string {
  return `SELECT 'total', ${text(side)}, NULL, count(*), 0, count(DISTINCT "$path"), NULL FROM ${from(copy, [])}`;
}

function sideOf(): string {
  const side = (name: Side) => text(name);
  return `CASE WHEN in_source AND in_target THEN ${side('both')} WHEN in_source THEN ${side('source')} ELSE ${side('target')} END`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
