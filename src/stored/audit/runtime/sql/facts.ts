/** An interval of upload times. */
export interface Period {
  /** ISO 8601. @default - from the beginning */
  readonly from?: string;
  /** ISO 8601, not included. */
  readonly to: string;
}

/**
 * What an enabled lifecycle rule of a copy removes or archives. A rule that a tag limits is listed like one without tags,
 * because S3 Inventory contains no tags.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export interface LifecycleFact {
  /** @default - all keys */
  readonly prefix?: string;
  /** Current versions of at least this age in days get a delete marker. @default - they do not expire */
  readonly expirationDays?: number;
  /** As `expirationDays`, at a date: ISO 8601. @default - none */
  readonly expirationDate?: string;
  /** Days after which a noncurrent version is deleted. @default - never */
  readonly noncurrentDays?: number;
  /** The number of noncurrent versions to keep in any case. @default 0 */
  readonly newerNoncurrentVersions?: number;
  /** Whether delete markers without versions are removed. @default false */
  readonly expiredDeleteMarkers?: boolean;
  /** Current versions of at least this age in days move to an archive class. @default - they do not */
  readonly archiveDays?: number;
  /** Days after which noncurrent versions move to an archive class. @default - they do not */
  readonly noncurrentArchiveDays?: number;
  /** Objects larger than this many bytes only. @default - any size */
  readonly sizeGreaterThan?: number;
  /** Objects smaller than this many bytes only. @default - any size */
  readonly sizeLessThan?: number;
}

/** What a replication rule from one copy to another replicates. */
export interface RuleFacts {
  /** The prefixes that the rule replicates. @default - all keys */
  readonly prefixes?: readonly string[];
  /** Whether the rule replicates only objects with certain tags. @default false */
  readonly tagged?: boolean;
  /** Whether the rule replicates delete markers. @default true */
  readonly deleteMarkers?: boolean;
  /** Whether the rule replicates objects that are encrypted with KMS. @default true */
  readonly kms?: boolean;
  /**
   * When nothing was replicated, and no backfill filled the gap: before the rule was created, or while it was paused.
   *
   * @default - none
   */
  readonly gaps?: readonly Period[];
  /**
   * Whether the bucket replicates to other buckets too. An object has one replication status for all of them, so it does
   * not tell what this rule did.
   *
   * @default false
   */
  readonly sharedStatus?: boolean;
}

/** One inventory of a copy of the media: a partition of a Glue table. */
export interface Copy {
  readonly database: string;
  readonly table: string;
  /** The partition, from the path of the manifest: `2026-03-01-01-00`. */
  readonly dt: string;
  /** When S3 started the inventory, from the manifest's `creationTimestamp`. ISO 8601. */
  readonly asOf: string;
  /** @default - nothing is removed or archived */
  readonly lifecycle?: readonly LifecycleFact[];
  /**
   * Whether buckets that are not compared replicate to this copy. A version with the status `REPLICA` that the other copy
   * lacks may then come from them, and is reported as missing, not as deleted. Not needed if all pairs are compared.
   *
   * @default false
   */
  readonly receivesFromOthers?: boolean;
}

/** Limits what a run looks at. */
export interface Scope {
  /** Only keys with this prefix, literally: it has no wildcards. @default - all keys */
  readonly prefix?: string;
  /** Only versions that were created at this time or later. ISO 8601. @default - all versions */
  readonly since?: string;
}

/** Two copies to compare. */
export interface Comparison extends Scope {
  readonly source: Copy;
  readonly target: Copy;
  /** The rule from the source to the target. */
  readonly forward: RuleFacts;
  /** The rule from the target to the source. @default - the target does not replicate to the source */
  readonly backward?: RuleFacts;
  /** Versions that were created later may be missing in one inventory: `inFlightAfter()`. ISO 8601. */
  readonly inFlightAfter: string;
  /**
   * Whether to compare ETags too. It applies to objects that are encrypted with SSE-S3 in both copies and were not
   * uploaded in parts; other ETags are not hashes of the content.
   *
   * @default false
   */
  readonly compareEtags?: boolean;
}

/** A part of a comparison: keys whose hash modulo `count` is `index`. */
export interface Pass {
  readonly index: number;
  readonly count: number;
}
