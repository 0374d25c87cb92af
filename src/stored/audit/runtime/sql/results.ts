import { Reason } from './reasons';

/** The copy that has the version. For `different`: both do, and sizes and dates are those of the source. */
export type Side = 'source' | 'target' | 'both';

/** A version that one copy lacks, or that differs. */
export interface VersionRow {
  readonly key: string;
  /** Empty if the version id is null. */
  readonly versionId: string;
  readonly size: number;
  /** ISO 8601. */
  readonly lastModified: string;
  readonly deleteMarker: boolean;
  /** The replication status in the copy that has the version, `''` if it has none. For `different`: the source's. */
  readonly replicationStatus: string;
}

/**
 * A row of a comparison's result. A row with the kind
 * - `total` has the number of rows of a copy's inventory (all keys, in every pass) and of data files with rows;
 * - `version` is one version with a listed reason: `versions` is 1, and `samples` contains it;
 * - `group` has the number of versions and bytes of any other reason, and the first hundred of them.
 */
export interface ComparisonRow {
  readonly kind: 'total' | 'version' | 'group';
  readonly side: Side;
  /** `undefined` for totals. */
  readonly reason?: Reason;
  readonly versions: number;
  readonly bytes: number;
  /** Of totals only, otherwise 0. */
  readonly files: number;
  readonly samples: readonly VersionRow[];
}

/** The digest of one bucket of keys. */
export interface BucketDigest {
  /** 0 to 65,535. */
  readonly bucket: number;
  readonly versions: number;
  /** The sum of the hashes of its versions, as a decimal number. */
  readonly hash: string;
}

/** The size of an inventory. */
export interface Totals {
  readonly versions: number;
  /** The number of data files that contain rows. */
  readonly files: number;
}
