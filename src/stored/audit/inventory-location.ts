/** Where S3 writes the inventories of a copy. */
export interface InventoryLocation {
  readonly bucketName: string;
  /** Without a slash at its end. */
  readonly prefix: string;
  /** Whether the audit configures the inventory. */
  readonly isOwn: boolean;
}
