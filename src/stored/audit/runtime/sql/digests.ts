import { createHash } from 'node:crypto';
import { BucketDigest } from './results';

/** The number of buckets. */
export const BUCKETS = 65_536;

/** What two sets of digests say. */
export interface DigestComparison {
  /** The buckets whose versions differ, ascending. */
  readonly differing: readonly number[];
  /** The versions in the first and in the second set. */
  readonly versions: readonly [number, number];
}

/** Compares the digests of two copies, or of two inventories of one copy. A bucket without versions has no digest. */
export function compareDigests(first: Iterable<BucketDigest>, second: Iterable<BucketDigest>): DigestComparison {
  const others = new Map<number, string>();
  const versions: [number, number] = [0, 0];
  const differing: number[] = [];
  for (const digest of second) {
    others.set(digest.bucket, valueOf(digest));
    versions[1] += digest.versions;
  }
  for (const digest of first) {
    versions[0] += digest.versions;
    if (others.get(digest.bucket) !== valueOf(digest)) differing.push(digest.bucket);
    others.delete(digest.bucket);
  }
  differing.push(...others.keys());
  return { differing: differing.sort((a, b) => a - b), versions };
}

/** One hash for all digests of a copy, to be compared with that of an earlier inventory. Hexadecimal. */
export function fingerprint(digests: Iterable<BucketDigest>): string {
  const lines = [...digests]
    .sort((a, b) => a.bucket - b.bucket)
    .map((digest) => `${digest.bucket} ${valueOf(digest)}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function valueOf({ versions, hash }: BucketDigest): string {
  return `${versions} ${hash}`;
}
