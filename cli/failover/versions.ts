import type { Site } from './platform';

/** A version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly id: string;
  /** The creation time in milliseconds, which is the same in all copies. For an upload in parts, its start. */
  readonly createdAt: number;
  /** -1 for a delete marker. */
  readonly size: number;
  readonly isLatest: boolean;
  readonly isInParts: boolean;
}

const PAGE = 50_000;
const FIELDS = 'Key,VersionId,LastModified,IsLatest';
const QUERY = `{v:Versions[].[${FIELDS},Size,ETag],d:DeleteMarkers[].[${FIELDS}],n:NextToken}`;

/** Lists the versions of all objects by key, in the order of S3 (UTF-8). */
export async function* versionsByKey({ aws, bucket }: Site): AsyncGenerator<Version[]> {
  let pending: Version[] = [];
  for (let token: string | undefined, first = true; first || token; first = false) {
    const start: Record<string, string> = token ? { 'starting-token': token } : {};
    const options = { bucket, 'max-items': String(PAGE), query: QUERY, ...start };
    const { v, d, n } = await aws.run('s3api', 'list-object-versions', options);
    token = n ?? undefined;
    const page = [...(v ?? []), ...(d ?? [])].map(versionOf).sort(byKey);
    for (const version of page) {
      if (pending.length > 0 && pending[0].key !== version.key) {
        yield pending;
        pending = [];
      }
      pending.push(version);
    }
  }
  if (pending.length > 0) yield pending;
}

export function compareKeys(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function byKey(one: Version, other: Version): number {
  return compareKeys(one.key, other.key);
}

type Row = [key: string, id: string, createdAt: string, isLatest: boolean, size?: number, etag?: string];

function versionOf([key, id, createdAt, isLatest, size = -1, etag = '']: Row): Version {
  return { key, id, createdAt: Date.parse(createdAt), isLatest, size, isInParts: /-\d+"?$/.test(etag) };
}
