/**
 * A query for the versions of a bucket that replicates without differences: three quarters of the keys have one version,
 * the others three, the newest of which may be a delete marker. Every version is older than 40 days before `asOf`, so that
 * it is not in flight.
 *
 * @param status the replication status: `COMPLETED` in the source, `REPLICA` in the target
 */
export function bulkVersions(versions: number, asOf: Date, status: 'COMPLETED' | 'REPLICA', prefix: string): string {
  // Two thirds of the keys' indexes give versions / 1.5 keys with 1.5 versions on average.
  const keys = Math.floor(versions / 1.5);
  const start = `make_timestamp_ms(${asOf.getTime()})`;
  return `
    SELECT '${prefix}' || substr(md5(k::VARCHAR), 1, 4) || '/clip-' || lpad(k::VARCHAR, 12, '0') || '.mp4' AS key,
      md5((k * 4 + n)::VARCHAR) AS version_id,
      n = newest AS is_latest,
      n = newest AND newest > 0 AND k % 24 = 0 AS is_delete_marker,
      ((k * 7919 + n * 104729) % 900000000 + 1)::BIGINT AS size,
      (${start} - to_days((400 - n * 90 - (k % 90))::INTEGER) - to_seconds(k % 86400))::TIMESTAMP_MS AS last_modified_date,
      md5((k * 4 + n + 1)::VARCHAR) AS e_tag,
      'STANDARD' AS storage_class,
      '${status}' AS replication_status,
      'SSE-S3' AS encryption_status,
      '' AS intelligent_tiering_access_tier
    FROM (SELECT k, CASE WHEN k % 4 = 0 THEN 2 ELSE 0 END AS newest FROM range(${keys}) AS keys(k)), range(3) AS numbers(n)
    WHERE n <= newest`;
}
