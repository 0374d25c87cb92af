/** Why a version is in one copy only, or why two versions differ. */
export const REASONS = {
  /** Too young: one of the inventories may be older than the version, or its replication is under way. */
  'in-flight': 'Created too recently to compare',
  'outside-prefix': 'Outside the prefix of the replication rule',
  'outside-tags': 'Without the tags of the replication rule (derived from the replication status)',
  'outside-class': 'Uploaded to a storage class that S3 does not replicate from',
  'outside-encryption': 'Encrypted in a way that the replication rule does not include',
  lifecycle: 'Created or deleted by a lifecycle rule of one copy',
  'delete-marker': 'A delete marker, which the replication rule does not replicate',
  'deleted-version': 'Deleted permanently in the copy that it was uploaded to; S3 does not replicate this',
  archived: 'Archived by a lifecycle rule before it was replicated',
  'not-backfilled': 'Uploaded while there was no active replication rule, and not backfilled',
  extra: 'Written to the replica, which does not replicate to the primary',
  missing: 'Missing',
  different: 'Different content',
} as const;

export type Reason = keyof typeof REASONS;

/** The reasons whose versions a comparison lists completely. Of the others it lists the first hundred. */
export const LISTED_REASONS: readonly Reason[] = ['missing', 'different', 'extra'];

/** The reasons that mean that media are not where they should be. */
export const FAILURE_REASONS: readonly Reason[] = ['missing', 'different'];

/** How many versions a comparison lists for each of the other reasons, and for each copy. */
export const SAMPLES = 100;
