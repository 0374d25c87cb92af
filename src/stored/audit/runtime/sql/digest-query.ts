import { BUCKETS } from './digests';
import { Copy } from './facts';
import { from, keyConditions, contentOf } from './inventory-rows';
import { digestOf, timestamp } from './literals';

/** What a digest covers. */
export interface DigestScope {
  /** Only keys with this prefix. @default - all keys */
  readonly prefix?: string;
  /** Only versions that were created until this time, such as `inFlightAfter()`. ISO 8601. @default - all versions */
  readonly until?: string;
}

/**
 * Digests of the versions of one copy, in 65,536 buckets by the hash of the key. `parseDigestRow` reads the rows.
 *
 * The digest is a sum of hashes: it is independent of the order of the rows, and counts duplicates. ETags are not part of
 * it, because KMS and multipart uploads make them differ between copies.
 */
export function digestQuery(copy: Copy, { prefix, until }: DigestScope = {}): string {
  const conditions = [...keyConditions(prefix), ...(until ? [`last_modified_date <= ${timestamp(until)}`] : [])];
  return [
    `SELECT mod(${digestOf('key')}, ${BUCKETS}) AS bucket,`,
    'count(*) AS versions,',
    `cast(sum(cast(${digestOf(contentOf())} AS decimal(38, 0))) AS varchar) AS hash`,
    `FROM ${from(copy, conditions)}`,
    'GROUP BY 1',
  ].join(' ');
}
