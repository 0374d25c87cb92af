/** A row of S3 Inventory. */
export interface Version {
  readonly key: string;
  /** Empty for the version id `null`, as S3 writes it. */
  readonly versionId: string;
  readonly latest: boolean;
  readonly marker: boolean;
  readonly size: number;
  readonly modified: Date;
  readonly etag: string;
  readonly storageClass: string;
  readonly status: '' | 'PENDING' | 'COMPLETE' | 'COMPLETED' | 'FAILED' | 'REPLICA';
  readonly encryption: string;
  readonly tier: string;
}

/** The columns that S3 writes, from those of `Version`. S3 writes null where a value does not apply. */
export const COLUMNS = `
  bucket,
  key,
  version_id,
  is_latest,
  is_delete_marker,
  CASE WHEN NOT is_delete_marker THEN size END AS size,
  last_modified_date,
  CASE WHEN NOT is_delete_marker THEN e_tag END AS e_tag,
  CASE WHEN NOT is_delete_marker THEN storage_class END AS storage_class,
  false AS is_multipart_uploaded,
  nullif(replication_status, '') AS replication_status,
  CASE WHEN NOT is_delete_marker THEN encryption_status END AS encryption_status,
  nullif(intelligent_tiering_access_tier, '') AS intelligent_tiering_access_tier,
  CASE WHEN NOT is_delete_marker THEN 'DISABLED' END AS bucket_key_status`;
