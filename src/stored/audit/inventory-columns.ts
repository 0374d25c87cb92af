/** A column of S3 Inventory in Parquet. */
export interface InventoryColumn {
  readonly name: string;
  /** The type in the Glue table. */
  readonly type: 'string' | 'boolean' | 'bigint' | 'timestamp';
  /** The field that the inventory configuration must list. @default - S3 always writes the column */
  readonly optionalField?: string;
}

/**
 * The columns that the audit reads. Parquet columns are found by name, so the inventory may contain more.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
 */
export const INVENTORY_COLUMNS: readonly InventoryColumn[] = [
  { name: 'bucket', type: 'string' },
  { name: 'key', type: 'string' },
  { name: 'version_id', type: 'string' },
  { name: 'is_latest', type: 'boolean' },
  { name: 'is_delete_marker', type: 'boolean' },
  { name: 'size', type: 'bigint', optionalField: 'Size' },
  { name: 'last_modified_date', type: 'timestamp', optionalField: 'LastModifiedDate' },
  { name: 'e_tag', type: 'string', optionalField: 'ETag' },
  { name: 'storage_class', type: 'string', optionalField: 'StorageClass' },
  { name: 'replication_status', type: 'string', optionalField: 'ReplicationStatus' },
  { name: 'encryption_status', type: 'string', optionalField: 'EncryptionStatus' },
  { name: 'intelligent_tiering_access_tier', type: 'string', optionalField: 'IntelligentTieringAccessTier' },
];

/** The optional fields that the inventory configuration must list. */
export const OPTIONAL_FIELDS: readonly string[] = INVENTORY_COLUMNS.flatMap(({ optionalField }) => optionalField ?? []);

/** The partition key of the table, for example `2026-03-01-01-00`. */
export const PARTITION_KEY = 'dt';
